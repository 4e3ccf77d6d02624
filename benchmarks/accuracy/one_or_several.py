"""Measure whether one digit and several are told apart on the page's canvas.

    python -m benchmarks.accuracy.one_or_several \
        --strokes dev_unipen.jsonl.gz dev_numberpad.jsonl.gz --letters dev_letters.jsonl.gz

`unfinished` are digits of several strokes after each of their strokes but the last:
what the page reads while they are drawn. Numbers stand side by side, each digit by
anybody, with a gap of 8-35 % of their height. All are drawn with random brush, size and
place (seed 0), and read as the page reads them.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from digits.app.canvas.drawing import CANVAS_SIDE, Drawing
from digits.app.canvas.reading import CanvasReading, read_canvas
from digits.data.labelled_files import load_digits
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import CANVAS_STYLE, Points, StrokeDigit, fit_strokes
from digits.recognition.recognizer import Recognizer

Case = tuple[str, Drawing]  # what it shows, and how it was drawn

COUNT = 600  # drawings of each kind
NUMBER_BRUSH = (6, 20)  # pixels
NUMBER_HEIGHT = {2: (80, 130), 3: (55, 85)}  # pixels, by how many digits there are
GAP = (0.08, 0.35)  # of the height, between two digits


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each kind of drawing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--strokes", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--letters", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load()
    rng = np.random.default_rng(0)
    digits = [digit for path in arguments.strokes for digit in load_digits(path)]
    report("one digit", draw_singles(digits, rng), recognizer)
    report("unfinished", draw_unfinished(digits, rng), recognizer)
    for length in NUMBER_HEIGHT:
        report(f"{length} digits", draw_numbers(digits, length, rng), recognizer)
    if arguments.letters:
        letters = load_stroke_file(arguments.letters)
        report("one letter", draw_singles(letters, rng), recognizer)
    return 0


def draw_singles(characters: Sequence[StrokeDigit], rng: np.random.Generator) -> list[Case]:
    """Draw characters that were picked at random."""
    picked = [characters[index] for index in rng.integers(len(characters), size=COUNT)]
    return [(digit.label, draw_one(digit, rng)) for digit in picked]


def draw_one(digit: StrokeDigit, rng: np.random.Generator) -> Drawing:
    """Draw one character with a random brush, size and place."""
    brush = rng.uniform(*CANVAS_STYLE.brush)
    strokes = fit_strokes(digit.strokes, rng.uniform(*CANVAS_STYLE.longest_side))
    return put_at_random(strokes, brush, rng)


def draw_unfinished(digits: Sequence[StrokeDigit], rng: np.random.Generator) -> list[Case]:
    """Draw digits of several strokes that still lack some of them."""
    several = [digit for digit in digits if len(digit.strokes) > 1]
    cases: list[Case] = []
    while len(cases) < COUNT:
        digit = several[rng.integers(len(several))]
        whole = draw_one(digit, rng)
        for count in range(1, len(whole.strokes)):
            cases.append((digit.label, Drawing(whole.strokes[:count], whole.brushes[:count])))
    return cases


def draw_numbers(
    digits: Sequence[StrokeDigit], length: int, rng: np.random.Generator
) -> list[Case]:
    """Draw digits side by side; those that would not fit on the canvas are drawn again."""
    cases: list[Case] = []
    while len(cases) < COUNT:
        brush, height = rng.uniform(*NUMBER_BRUSH), rng.uniform(*NUMBER_HEIGHT[length])
        gap, left = rng.uniform(*GAP) * height, 0.0
        picked = [digits[index] for index in rng.integers(len(digits), size=length)]
        strokes: list[Points] = []
        for digit in picked:
            placed = fit_strokes(digit.strokes, height * rng.uniform(0.9, 1.1))
            corner = np.array([left, rng.uniform(-0.08, 0.08) * height])
            strokes += [points + corner for points in placed]
            left = max(points[:, 0].max() for points in strokes) + brush + gap
        if left - gap < CANVAS_SIDE:
            label = "".join(digit.label for digit in picked)
            cases.append((label, put_at_random(strokes, brush, rng)))
    return cases


def put_at_random(strokes: Sequence[Points], brush: float, rng: np.random.Generator) -> Drawing:
    """Put strokes at a random place that keeps them on the canvas."""
    points = np.concatenate(list(strokes))
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    corner = rng.uniform(brush / 2, np.maximum(CANVAS_SIDE - brush / 2 - size, brush / 2)) - low
    return Drawing(tuple(stroke + corner for stroke in strokes), (brush,) * len(strokes))


def report(name: str, cases: Sequence[Case], recognizer: Recognizer) -> None:
    """Print how many were taken for a number, how many are correct, and the time."""
    times: list[float] = []
    readings = list(read_all(cases, recognizer, times))
    several = sum(reading.number is not None for reading in readings)
    right = sum(reading.text == label for reading, (label, _) in zip(readings, cases, strict=True))
    print(
        f"{name:12} {len(cases):5} drawings  several {several / len(cases):7.2%}"
        f"  correct {right / len(cases):7.2%}  median {statistics.median(times):5.1f} ms"
        f"  95 % under {np.percentile(times, 95):5.1f} ms",
        flush=True,
    )


def read_all(
    cases: Sequence[Case], recognizer: Recognizer, times: list[float]
) -> Iterator[CanvasReading]:
    """Read drawings, and note the milliseconds that each took."""
    for _, drawing in cases:
        image = drawing.draw()
        started = time.perf_counter()
        yield read_canvas(image, drawing, recognizer)
        times.append((time.perf_counter() - started) * 1000)


if __name__ == "__main__":
    sys.exit(main())
