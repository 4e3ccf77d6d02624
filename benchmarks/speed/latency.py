"""Measure how fast one drawing is read: in process, and from pen up to digit on screen.

python -m benchmarks.speed.latency             # in process, against model.predict
python -m benchmarks.speed.latency --browser   # in Chromium, 200 ms being the canvas' own
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from playwright.sync_api import Browser, Page, expect

from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import preprocess
from digits.recognition.explanation import Explainer
from digits.recognition.recognizer import Recognizer
from digits.training.keras_network import load_network
from tests.support.app_server import NO_CHROMIUM, find_chromium, open_chromium, serve_app
from tests.support.digit_drawings import DIGITS, draw
from tests.support.hand import draw_with_mouse

ROUNDS = 20  # of each of the ten digits
OPENINGS = 5  # of the page by a new visitor
ONE_STROKE = (0, 1, 2, 3, 6, 7, 8, 9)  # whose reading can only follow the last pen up

# Notes when the pen goes up, and when the page next shows a digit.
STOPWATCH = """
() => {
    window.addEventListener("pointerup", () => { window.penUp = performance.now() }, true);
    new MutationObserver(() => {
        const shown = document.querySelector("[data-testid=stMetricValue]");
        if (!shown) { window.seen = null }
        else if (window.seen == null) { window.seen = performance.now() }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Print medians in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--browser", action="store_true", help="measure in Chromium")
    return measure_browser() if parser.parse_args(argv).browser else measure_in_process()


def measure_in_process() -> int:
    """Time predictions of canvases, model.predict and explanations, in rounds of ten."""
    recognizer = Recognizer.load()
    explainer = Explainer(recognizer)
    canvases = [draw(digit) for digit in DIGITS]
    model_input = preprocess(canvases[0])
    assert model_input is not None
    batch = model_input[np.newaxis]  # (28, 28, 1) -> (1, 28, 28, 1)
    keras_model = load_network(MODEL_PATH).model
    keras_model.predict(batch, verbose=0)  # the first call traces
    keras_predict = partial(keras_model.predict, batch, verbose=0)
    ours, after_keras, keras_own, explained = [], [], [], []
    for _ in range(ROUNDS):
        ours += [milliseconds(partial(recognizer.predict, canvas)) for canvas in canvases]
        for canvas in canvases:
            keras_own.append(milliseconds(keras_predict))
            after_keras.append(milliseconds(partial(recognizer.predict, canvas)))
        explained += [milliseconds(partial(explainer.explain, canvas)) for canvas in canvases]
    fast, cold, slow, why = map(statistics.median, (ours, after_keras, keras_own, explained))
    print(f"canvas to prediction        median {fast:7.2f} ms  ({len(ours)} canvases of 280 x 280)")
    print(f"  each right after predict  median {cold:7.2f} ms")
    print(f"model.predict alone         median {slow:7.2f} ms")
    print(f"ratio                       {slow / fast:.1f}, right after predict {slow / cold:.1f}")
    print(f"canvas to explanation       median {why:7.2f} ms")
    return 0


def milliseconds(call: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def measure_browser() -> int:
    """Draw one-stroke digits in Chromium, and time each from pen up to the digit."""
    chromium = find_chromium()
    if chromium is None:
        print(NO_CHROMIUM)
        return 1
    expect.set_options(timeout=60_000)
    with open_chromium(chromium) as browser, serve_app() as url:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(url)
        page.evaluate(STOPWATCH)
        waits = [time_digit(page, digit) for digit in ONE_STROKE * 3]
        openings = [time_opening(browser, url) for _ in range(OPENINGS)]
    warm = waits[1:]  # the first includes the chart's own start
    print(
        f"pen up to digit         median {statistics.median(warm):5.0f} ms  slowest"
        f" {max(warm):5.0f} ms  ({len(warm)} digits)"
    )
    print(
        f"address to usable canvas median {statistics.median(openings):5.0f} ms  slowest"
        f" {max(openings):5.0f} ms  ({OPENINGS} new visitors)"
    )
    return 0


def time_opening(browser: Browser, url: str) -> float:
    """Open the page as a new visitor, until it can be drawn on; milliseconds it took."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    started = time.perf_counter()
    page.goto(url)
    page.locator("canvas").last.wait_for()  # expect() would look once a second only
    seconds = time.perf_counter() - started
    context.close()
    return seconds * 1000


def time_digit(page: Page, digit: int) -> float:
    """Draw one digit, wait for its reading, clear the canvas; milliseconds it took."""
    shown = page.get_by_test_id("stMetricValue")
    draw_with_mouse(page, digit)
    expect(shown).to_have_text(str(digit))
    waited = float(page.evaluate("() => window.seen - window.penUp"))
    page.get_by_role("button", name="Clear").last.click()
    expect(shown).to_have_count(0)
    return waited


if __name__ == "__main__":
    sys.exit(main())
