"""Let ten visitors draw at once on one server: is each shown the own digit, and how soon?

    python -m benchmarks.speed.concurrent_visitors              # 200 readings, memory over 1,000
    python -m benchmarks.speed.concurrent_visitors --pause 2    # each looks at its reading for 2 s

Each visitor is a page of Chromium's own, draws another digit with the mouse again and
again, and waits for its reading. Pages and server share the machine.
"""

import argparse
import asyncio
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil
from playwright.async_api import Browser, Page, TimeoutError, async_playwright

from digits.arguments import positive_int
from tests.support.app_server import (
    CHROMIUM_OPTIONS,
    NO_CHROMIUM,
    find_chromium,
    serve_app,
    server_process,
)
from tests.support.digit_drawings import place
from tests.support.hand import pen_moves

VISITORS = 10  # each draws another digit
PATIENCE = 20_000  # milliseconds until a reading counts as wrong

# Notes when the pen goes up, and each reading that the page then shows.
STOPWATCH = """
() => {
    window.readings = [];
    window.addEventListener("pointerup", () => { window.penUp = performance.now() }, true);
    const look = () => {
        const shown = document.querySelector("[data-testid=stMetricValue]")?.innerText ?? "";
        if (shown !== window.shown) {
            window.shown = shown;
            if (shown) window.readings.push([shown, performance.now() - window.penUp]);
        }
    };
    new MutationObserver(look).observe(
        document.body, { childList: true, subtree: true, characterData: true });
}
"""

# Whether nothing lies on the canvas: nobody draws before.
IS_BLACK = """
canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.every((value, place) => place % 4 === 3 || value === 0);
}
"""


@dataclass
class Tally:
    """What the visitors saw.

    Attributes:
        waits: milliseconds from pen up to the right reading, one a drawing.
        wrong: what was shown in place of the right digit.
    """

    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def main(argv: Sequence[str] | None = None) -> int:
    """Print wrong readings, waits and memory; 1 when a reading was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--readings", type=positive_int, default=200, help="that are timed")
    parser.add_argument(
        "--more", type=positive_int, default=1000, help="that memory is watched for"
    )
    parser.add_argument(
        "--pause", type=float, default=0, help="seconds that each looks at a reading; default: 0"
    )
    arguments = parser.parse_args(argv)
    chromium = find_chromium()
    if chromium is None:
        print(NO_CHROMIUM)
        return 1
    with serve_app() as url:
        tally = asyncio.run(visit(chromium, url, arguments))
    return 1 if tally.wrong else 0


async def visit(chromium: str, url: str, arguments: argparse.Namespace) -> Tally:
    """Open the pages, draw, and print what came of it."""
    server = psutil.Process(server_process(url))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        pages = [await open_page(browser, url) for _ in range(VISITORS)]
        await draw_often(pages, VISITORS, 0)  # the first reading waits for TensorFlow
        timed = await draw_often(pages, arguments.readings, arguments.pause)
        print(
            f"{len(timed.waits)} readings by {VISITORS} visitors: {len(timed.wrong)} wrong"
            f" {timed.wrong}, pen up to reading median {statistics.median(timed.waits):.0f} ms,"
            f" slowest {max(timed.waits):.0f} ms"
        )
        before = server.memory_info().rss
        later = await draw_often(pages, arguments.more, 0)
        growth = (server.memory_info().rss - before) / 2**20
        print(
            f"{len(later.waits)} more: {len(later.wrong)} wrong {later.wrong}, the server's memory"
            f" {before / 2**20:.0f} MB and {growth:+.1f} MB"
        )
        await browser.close()
    return Tally(timed.waits + later.waits, timed.wrong + later.wrong)


async def open_page(browser: Browser, url: str) -> Page:
    """Open the page as a new visitor."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(60_000)
    await page.goto(url)
    await page.locator("canvas").last.wait_for()
    await page.evaluate(STOPWATCH)
    return page


async def draw_often(pages: Sequence[Page], readings: int, pause: float) -> Tally:
    """Let each visitor draw its own digit until together there are `readings`.

    Args:
        pause: seconds between a reading and the next drawing.
    """
    tally = Tally()

    async def keep_drawing(page: Page, digit: int) -> None:
        for _ in range(readings // len(pages)):
            await draw_and_wait(page, digit, tally)
            await asyncio.sleep(pause)

    await asyncio.gather(*(keep_drawing(page, digit) for digit, page in enumerate(pages)))
    return tally


async def draw_and_wait(page: Page, digit: int, tally: Tally) -> None:
    """Draw a digit, wait until it is read, and clear the canvas."""
    box = await page.locator("canvas").last.bounding_box()
    assert box is not None
    await page.evaluate("() => { window.readings = [] }")
    strokes = place(digit)
    for stroke in strokes:
        points = stroke + [box["x"], box["y"]]
        await page.mouse.move(*points[0])
        await page.mouse.down()
        for point, steps in pen_moves(points):
            await page.mouse.move(*point, steps=steps)
        await page.mouse.up()
    try:
        await page.wait_for_function(
            "digit => window.readings.some(([shown]) => shown === digit)",
            arg=str(digit),
            timeout=PATIENCE,
        )
    except TimeoutError:
        tally.wrong.append(f"{digit} shown as {await page.evaluate('() => window.readings')}")
    else:
        seen = await page.evaluate("() => window.readings")
        tally.waits.append(next(wait for shown, wait in seen if shown == str(digit)))
        others = [shown for shown, _ in seen if shown != str(digit)]
        if others and len(strokes) == 1:  # of two strokes the first alone may be read as well
            tally.wrong.append(f"{digit} shown as {others}")
    await page.get_by_role("button", name="Clear").last.click()
    await page.wait_for_function("() => !document.querySelector('[data-testid=stMetricValue]')")
    while not await page.locator("canvas").first.evaluate(IS_BLACK):
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
