"""The visitor's story, in a real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import draw_with_finger, draw_with_mouse

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("digit", range(10))
def test_digit_drawn_with_the_mouse_is_read(page: Page, digit: int) -> None:
    draw_with_mouse(page, digit)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(str(digit))


def test_digit_drawn_with_a_finger_is_read_and_the_page_stays(phone: Page) -> None:
    expect(phone.get_by_role("button", name="Clear")).to_be_visible()
    draw_with_finger(phone, 7)
    expect(phone.get_by_test_id("stMetricValue")).to_have_text("7")
    assert phone.evaluate("window.scrollY") == 0
