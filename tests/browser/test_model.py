"""The model's view in a real Chromium: what only a hand on the page can show."""

import re

import pytest
from playwright.sync_api import Page, expect

from digits.evaluation.model_summary import read_about
from digits.locations import MODEL_PATH
from tests.support.accessibility import find_serious_faults
from tests.support.hand import draw_with_finger

PARTS = ("Figures", "Mistakes", "Confidence", "Network", "Training", "Compare")
MNIST = read_about(MODEL_PATH).details.sets["mnist_test"]


def open_part(page: Page, part: str) -> None:
    """Go to a part of the view by its address, as a link to it does."""
    page.goto(f"{page.url.split('/model')[0].rstrip('/')}/model?part={part}")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)  # it has finished


def choose(page: Page, box: str, option: str) -> None:
    """Choose in a box with the keyboard alone."""
    field = page.get_by_role("combobox", name=box)
    field.focus()
    field.press_sequentially(option)
    expect(page.get_by_role("option")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value(option)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_accessible_and_fits_a_phone(phone: Page, part: str) -> None:
    open_part(phone, part)
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert find_serious_faults(phone) == []


def test_a_cell_is_chosen_by_click_and_by_keyboard(page: Page) -> None:
    open_part(page, "Mistakes")
    (truth, reading, count), (other, misread, _) = MNIST.confusions[:2]
    shown = page.locator(".st-key-pictures")
    expect(shown.get_by_role("img")).to_have_count(len(MNIST.misread))
    cell = page.get_by_label(re.compile(f"read as: {reading}; written as: {truth};")).first
    cell.click()
    expect(shown).to_contain_text(f"written as {truth}")
    expect(shown.get_by_role("img")).to_have_count(count)
    expect(shown.get_by_role("img").first).to_have_attribute("alt", f"A {truth}, read as {reading}")
    expect(page.get_by_role("combobox", name="Written as")).to_have_value(truth)
    expect(page.get_by_role("combobox", name="Read as")).to_have_value(reading)
    choose(page, "Written as", other)
    choose(page, "Read as", misread)
    expect(shown).to_contain_text(f"written as {other}")
    expect(shown).to_contain_text(f"read as {misread}")
    cell.click()  # the one that was clicked before
    expect(shown.get_by_role("img")).to_have_count(count)


def test_a_cell_is_chosen_by_touch(phone: Page) -> None:
    open_part(phone, "Mistakes")
    truth, reading, count = MNIST.confusions[0]
    phone.get_by_label(re.compile(f"read as: {reading}; written as: {truth};")).first.tap()
    expect(phone.locator(".st-key-pictures").get_by_role("img")).to_have_count(count)


def test_a_drawing_is_read_beside_the_figures(phone: Page) -> None:
    draw_with_finger(phone, 7)
    expect(phone.get_by_test_id("stMetricValue")).to_have_text("7")
    phone.get_by_role("link", name="The model").tap()
    phone.get_by_text("Compare", exact=True).tap()
    readings = phone.locator(".st-key-readings")
    expect(readings.get_by_role("cell", name="7", exact=True).first).to_be_visible()
    phone.get_by_text("Examples", exact=True).tap()
    expect(phone.get_by_role("link", name="Draw a digit for them to read")).to_have_count(0)
