"""Take the pictures of all views, with a real Chromium: desk and phone, light and dark.

python -m scripts.take_screenshots              # into docs/images/
python -m scripts.take_screenshots --into FOLDER
"""

import argparse
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState, expect

from tests.support.app_server import NO_CHROMIUM, find_chromium, open_chromium, serve_app
from tests.support.hand import draw_with_mouse

Theme = Literal["light", "dark"]

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}  # width and height in pixels
IMAGES = Path(__file__).parents[1] / "docs" / "images"
KEPT = (3, 2, 0, 1, 6, 7)  # digits that the visitor keeps, each of one stroke; the last stays


def main() -> int:
    """Serve the app and photograph it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=Path, default=IMAGES, metavar="FOLDER")
    folder: Path = parser.parse_args().into
    chromium = find_chromium()
    if chromium is None:
        print(NO_CHROMIUM)
        return 1
    expect.set_options(timeout=60_000)
    folder.mkdir(parents=True, exist_ok=True)
    with open_chromium(chromium) as browser, serve_app() as url:
        cookies = keep_drawings(visit(browser, url, "desk", "light"))
        for screen in SCREENS:
            for theme in ("light", "dark"):
                page = visit(browser, url, screen, theme, cookies)
                photograph(page, folder, f"{screen}-{theme}")
    return 0


def visit(
    browser: Browser, url: str, screen: str, theme: Theme, cookies: StorageState | None = None
) -> Page:
    """Open the page on a screen of some size and theme, as a new visitor or one with cookies."""
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        has_touch=screen == "phone",
        is_mobile=screen == "phone",
        storage_state=cookies,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    return page


def keep_drawings(page: Page) -> StorageState:
    """Draw some digits, say that they were read right, and keep them.

    Returns:
        The cookies of the browser that owns these drawings from then on.
    """
    shown = page.get_by_test_id("stMetricValue")
    for digit in KEPT:
        draw_with_mouse(page, digit)
        expect(shown).to_have_text(str(digit))
        page.get_by_role("radio", name="Right", disabled=False).click()
        page.get_by_text("Keep this drawing").click()
        expect(page.get_by_text(f"Kept as: {digit}.")).to_be_visible()
        page.get_by_role("button", name="Clear").last.click()
        expect(shown).to_have_count(0)
    cookies = page.context.storage_state()
    page.context.close()
    return cookies


def photograph(page: Page, folder: Path, name: str) -> None:
    """Go through the views as a visitor does, and take a picture of each."""
    draw_with_mouse(page, KEPT[-1])
    expect(page.get_by_test_id("stMetricValue")).to_have_text(str(KEPT[-1]))
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    save(page, folder / f"draw-{name}.png")
    go_to(page, "Read pictures")
    page.get_by_role("button", name="Read the examples").click()
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    page.get_by_role("tab", name="Pictures").evaluate("tab => tab.scrollIntoView()")
    save(page, folder / f"pictures-{name}.png")
    go_to(page, "The model")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    save(page, folder / f"model-{name}.png")
    go_to(page, "Kept drawings")
    expect(page.get_by_alt_text("Drawing of").first).to_be_visible()
    save(page, folder / f"kept-{name}.png")
    page.context.close()


def go_to(page: Page, view: str) -> None:
    """Follow the link to another view."""
    page.get_by_role("link", name=view, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(view)


def save(page: Page, path: Path) -> None:
    """Take the picture once everything has come to rest."""
    page.mouse.move(5, 5)  # off the canvas, so that its own toolbar hides
    for unfinished in ("stSkeleton", "stProgress"):
        expect(page.get_by_test_id(unfinished)).to_have_count(0)
    page.wait_for_timeout(2000)  # for charts to be drawn and colours to settle
    page.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main())
