"""Take the README's pictures of the page, with a real Chromium.

python -m scripts.screenshots              # into docs/images/
python -m scripts.screenshots --all FOLDER # every state, light and dark, to look at
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from tests.browser.hand import draw_with_mouse
from tests.browser.server import find_chromium, open_chromium, serve_app
from tests.drawings import draw, encode_png

Theme = Literal["light", "dark"]

DESK, PHONE = (1000, 780), (390, 1050)  # screens, width and height in pixels
IMAGES = Path(__file__).parents[1] / "docs" / "images"


def main() -> int:
    """Serve the app and photograph it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every state, to look at")
    arguments = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("Chromium is not on the PATH: 'apt-get install chromium' brings it.")
        return 1
    expect.set_options(timeout=60_000)
    with open_chromium(chromium) as browser, serve_app() as url:
        if arguments.all:
            arguments.all.mkdir(parents=True, exist_ok=True)
            photograph_states(browser, url, arguments.all)
        else:
            photograph_for_readme(browser, url)
    return 0


def photograph_for_readme(browser: Browser, url: str) -> None:
    """Take the pictures that the README shows."""
    for theme in ("light", "dark"):
        page = visit(browser, url, DESK, theme)
        read_seven(page)
        page.screenshot(path=IMAGES / f"page-{theme}.png")
        page.context.close()
    page = visit(browser, url, PHONE, "light")
    read_seven(page)
    page.screenshot(path=IMAGES / "phone.png")
    page.context.close()


def photograph_states(browser: Browser, url: str, folder: Path) -> None:
    """Take a picture of each state, on a desk and a phone, light and dark."""
    for theme in ("light", "dark"):
        for name, screen in (("desk", DESK), ("phone", PHONE)):
            page = visit(browser, url, screen, theme)
            expect(page.get_by_text("Draw one digit")).to_be_visible()
            page.screenshot(path=folder / f"{name}-{theme}-blank.png")
            read_seven(page)
            page.screenshot(path=folder / f"{name}-{theme}-seven.png", full_page=True)
            page.get_by_text("Predict while drawing").click()
            draw_with_mouse(page, 0)
            expect(page.get_by_text("to have it read")).to_be_visible()
            page.screenshot(path=folder / f"{name}-{theme}-asked.png")
            page.goto(f"{url}/pictures")
            upload_four(page)
            page.screenshot(path=folder / f"{name}-{theme}-pictures.png", full_page=True)
            page.context.close()


def visit(browser: Browser, url: str, screen: tuple[int, int], theme: Theme) -> Page:
    """Open the page on a screen of some size and theme."""
    context = browser.new_context(
        viewport={"width": screen[0], "height": screen[1]},
        color_scheme=theme,
        device_scale_factor=2 if screen == PHONE else 1,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    return page


def read_seven(page: Page) -> None:
    """Draw a seven and wait for its reading."""
    draw_with_mouse(page, 7)
    expect(page.get_by_test_id("stMetricValue")).to_have_text("7")
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    page.mouse.move(5, 5)  # off the canvas, so that its own toolbar hides
    page.wait_for_timeout(800)  # for charts to be drawn and colours to settle


def upload_four(page: Page) -> None:
    """Upload a dark four on light paper and wait for its reading."""
    picture = encode_png(draw(4, ink=(40, 50, 110), paper=(244, 240, 228)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "four.png"
        path.write_bytes(picture)
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_role("heading", name="1 picture: 1 read")).to_be_visible()
    page.wait_for_timeout(800)


if __name__ == "__main__":
    sys.exit(main())
