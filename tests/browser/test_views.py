"""What holds for every view: accessible, no wider than its screen, and quiet in the console."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import TIMEOUT
from tests.support.accessibility import find_serious_faults

VIEWS = ("Draw", "Read pictures", "The model", "Kept drawings")
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module", params=[("light", False), ("dark", True)], ids=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, app_url: str) -> Iterator[Page]:
    """Somebody at a desk in the light theme, or with a phone and its touch in the dark one."""
    theme, is_phone = request.param
    context = chromium.new_context(
        viewport=PHONE if is_phone else DESK,
        has_touch=is_phone,
        is_mobile=is_phone,
        color_scheme=theme,
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page.goto(app_url)
    yield page
    context.close()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_accessible_fits_the_screen_and_logs_no_error(visitor: Page, view: str) -> None:
    errors: list[str] = []
    visitor.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    visitor.on("pageerror", lambda error: errors.append(str(error)))
    visitor.get_by_role("link", name=view, exact=True).click()
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.get_by_test_id("stStatusWidget")).to_have_count(0)  # it has finished
    assert find_serious_faults(visitor) == []
    assert visitor.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert errors == []
