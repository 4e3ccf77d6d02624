"""Measure seconds from a command to its first answer, and the servers' memory.

    python -m benchmarks.speed.startup               # each three times, by turns: some minutes
    python -m benchmarks.speed.startup --rounds 1    # a quick look

The API, the page and predict.py, beside a server and a script as tutorials have them.
All of it runs on this machine; the canvas is waited for in Chromium, where there is one.
"""

import argparse
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.speed.api_load import SERVERS
from benchmarks.speed.throughput import time_naive, time_predict
from digits.arguments import positive_int
from tests.support.app_server import find_chromium, open_chromium, serve_app
from tests.support.digit_drawings import DIGITS, draw, encode_png
from tests.support.live_server import memory_of, serve, wait_until_ready
from tests.support.paths import PROJECT

READINGS = 100  # after which memory is looked at again
PICTURE = PROJECT / "tests" / "assets" / "seven.png"

Figures = dict[str, list[float]]  # what was measured, once a round


def main(argv: Sequence[str] | None = None) -> int:
    """Print medians, each with the least and the most."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=positive_int, default=3, help="of all (default: 3)")
    rounds: int = parser.parse_args(argv).rounds
    figures: Figures = {}
    with ExitStack() as stack:
        chromium = find_chromium()
        browser = stack.enter_context(open_chromium(chromium)) if chromium else None
        for _ in range(rounds):
            for name, value in measure_all(browser):
                figures.setdefault(name, []).append(value)
    for name, values in figures.items():
        print(
            f"{name:42}  median {statistics.median(values):7.2f}"
            f"  from {min(values):7.2f} to {max(values):7.2f}"
        )
    if browser is None:
        print("Chromium is not on the PATH: no canvas was waited for.")
    return 0


def measure_all(browser: Browser | None) -> Iterator[tuple[str, float]]:
    """Measure everything once; yield names and values."""
    for name, command in SERVERS.items():
        yield from measure_server(name, command)
    yield from measure_page(browser)
    with tempfile.TemporaryDirectory() as folder:
        yield "predict.py, one file: s", time_predict(PICTURE, Path(folder) / "one.csv")
    yield "naive script, one file: s", time_naive(PICTURE)


def measure_server(name: str, command: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Start a server, wait for its first answers, and watch its memory."""
    pictures = [encode_png(draw(digit)) for digit in DIGITS]
    started = time.perf_counter()
    with serve(*command) as url:  # looks ten times a second
        yield f"{name} server, the port answers: s", time.perf_counter() - started
        wait_until_ready(url)  # looks five times a second
        yield f"{name} server, health is 200: s", time.perf_counter() - started
        read(url, pictures[0])
        yield f"{name} server, first reading: s", time.perf_counter() - started
        yield f"{name} server, memory after 1 reading: MB", memory_of(url)
        for number in range(READINGS - 1):
            read(url, pictures[number % len(pictures)])
        yield f"{name} server, memory after {READINGS}: MB", memory_of(url)


def read(url: str, picture: bytes) -> None:
    """Have one picture read."""
    request = urllib.request.Request(f"{url}/api/predict", picture)
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def measure_page(browser: Browser | None) -> Iterator[tuple[str, float]]:
    """Start `streamlit run app.py`, until it answers and until it can be drawn on."""
    started = time.perf_counter()
    with serve_app() as url:
        yield "page, health is 200: s", time.perf_counter() - started
        if browser is not None:
            page = browser.new_page()
            page.goto(url)
            page.locator("canvas").last.wait_for()
            yield "page, canvas in Chromium: s", time.perf_counter() - started
            page.close()


if __name__ == "__main__":
    sys.exit(main())
