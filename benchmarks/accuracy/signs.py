"""Measure how numbers with signs are read: a minus, a point, a comma, a slash, a colon.

    python -m benchmarks.accuracy.signs --strokes dev_unipen.jsonl.gz dev_numberpad.jsonl.gz \\
        --letters letters_measure.jsonl.gz

Digits are composed as benchmarks.accuracy.numbers composes those apart: 3 to 5 of one
writer, of one size and brush (seed 0). The sign is a stroke that somebody drew, cut out of
a letter, by the writer of the digits if there is one, else by anybody:

- minus: a straight level stroke, such as the bar of a t, an A or an E;
- point: the dot of an i or a j, up to a tenth of the letter high; a colon has two;
- comma: such a dot drawn as a short stroke, an eighth to a third of the letter high, upright
  or leaning to the right;
- slash: a straight stroke that leans to the right, such as one of an x or a y.

No made stroke is among them, and none that taught the row reader. Size is as in the letter,
whose height is that of the digits; a slash is 1.05 to 1.45 times as high (a printed one
1.25). Place is that of the sign: a point ends at the baseline, a comma begins there, a minus
lies at half the height.

`right` numbers are so with their sign; `digits` are so when signs are left aside; `silent`
are sure, without a sentence, and show fewer signs than are written; `sure wrong` are sure
and not wholly right; all of all numbers.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.accuracy.numbers import (
    BASELINE,
    BRUSH,
    GAP,
    MARGIN,
    SIZE,
    SIZE_FACTOR,
    Tile,
    draw_tile,
    group_by_writer,
    pick,
)
from digits.data.labelled_files import load_digits
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import Points, StrokeDigit, bounds
from digits.evaluation.number_sets import NumberFigures, NumberReading
from digits.locations import MODEL_PATH
from digits.recognition.predictions import NumberPrediction
from digits.recognition.recognizer import Recognizer

HEIGHT = 360  # pixels of the canvas
LENGTHS = (3, 5)  # digits of a number, at least and at most
SIGN_GAP = (3.0, 0.25)  # pixels at least, and of the size at most, beside a sign
SIGNS = {"-": "minus", ".": "point", ",": "comma", "/": "slash", ":": "colon"}
STRAIGHT = 0.96  # of a stroke's way that its ends are apart
SLASH = (1.05, 1.45)  # of the size: its longest side

Random = np.random.Generator


@dataclass(frozen=True)
class SignStroke:
    """A letter's stroke that looks like a sign; its longest side by the letter's height."""

    stroke: StrokeDigit
    length: float


@dataclass(frozen=True)
class Shape:
    """A stroke's size by the height of its letter, how straight it is, and its way in degrees."""

    width: float
    height: float
    straight: float  # 1 = a straight line
    angle: float  # [0, 180), 0 = level, 90 = upright, below 90 = leaning to the right


KINDS: dict[str, tuple[str, Callable[[Shape], bool]]] = {
    "-": (
        "AEFHTtf",
        lambda s: s.straight > STRAIGHT and min(s.angle, 180 - s.angle) < 12 and s.width > 0.2,
    ),
    ".": ("ij", lambda s: max(s.width, s.height) < 0.1),
    ",": ("ij", lambda s: s.straight > 0.75 and 0.12 < s.height < 0.35 and 45 < s.angle < 100),
    "/": ("xXyYHAVvk", lambda s: s.straight > STRAIGHT and 45 < s.angle < 80 and s.height > 0.6),
}  # letters, and what a stroke of them is taken for the sign by


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for each stroke file, a line a sign, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--strokes", type=Path, nargs="+", required=True)
    parser.add_argument("--letters", type=Path, required=True, help="whose strokes are signs")
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--count", type=int, default=100, help="numbers of each sign")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load(arguments.model)
    letters = load_stroke_file(arguments.letters)
    everything: list[tuple[NumberReading, bool]] = []
    for path in arguments.strokes:
        numbers = make_numbers(load_digits(path), letters, arguments.count, seed=arguments.seed)
        outcomes = [judge(label, recognizer.predict_number(canvas)) for label, canvas in numbers]
        print_table(path.name, outcomes)
        everything += outcomes
    if len(arguments.strokes) > 1:
        print_table("all", everything)
    return 0


def make_numbers(
    digits: Sequence[StrokeDigit], letters: Sequence[StrokeDigit], count: int, *, seed: int = 0
) -> Iterator[tuple[str, Tile]]:
    """Compose numbers with a sign, `count` of each; the same ones for the same seed.

    Args:
        digits: of the writers of the numbers.
        letters: in which signs are found.
        count: how many of each sign.
        seed: of everything random.

    Yields:
        What it is, and the canvas, uint8, white on black.
    """
    writers, strokes = group_by_writer(digits), find_signs(letters)
    for index, sign in enumerate(SIGNS):
        rng = np.random.default_rng([seed, index])
        for _ in range(count):
            taken = pick(writers, int(rng.integers(LENGTHS[0], LENGTHS[1] + 1)), rng)
            yield compose(taken, sign, strokes, rng)


def find_signs(letters: Sequence[StrokeDigit]) -> dict[str, list[SignStroke]]:
    """Find strokes that look like signs; letters of one stroke have none."""
    found: dict[str, list[SignStroke]] = {sign: [] for sign in KINDS}
    for letter in letters:
        height = float(bounds(letter.strokes)[1][1])
        if len(letter.strokes) < 2 or not height:
            continue
        for points in letter.strokes:
            shape = measure(points / height)
            for sign, (names, is_sign) in KINDS.items():
                if letter.label in names and is_sign(shape):
                    stroke = StrokeDigit(sign, letter.writer, (points,))
                    found[sign].append(SignStroke(stroke, max(shape.width, shape.height)))
    return found


def measure(points: Points) -> Shape:
    """Measure a stroke, in units of its letter's height."""
    _, (width, height) = bounds([points])
    way = float(np.hypot(*np.diff(points, axis=0).T).sum())
    right, down = points[-1] - points[0]
    straight = float(np.hypot(right, down)) / way if way else 1.0
    return Shape(
        float(width), float(height), straight, float(np.degrees(np.arctan2(-down, right))) % 180
    )


def compose(
    digits: Sequence[StrokeDigit], sign: str, strokes: dict[str, list[SignStroke]], rng: Random
) -> tuple[str, Tile]:
    """Write digits apart with a sign in front of them or between them.

    A date of five digits has two slashes, two of three; all others have one sign.
    """
    size, brush = rng.uniform(*SIZE), rng.uniform(*BRUSH)
    before = {0} if sign == "-" else {int(rng.integers(1, len(digits)))}  # digit after the sign
    if sign == "/" and rng.uniform() < 0.5:
        before = {1, len(digits) - 1}
    label, right = "", float(MARGIN)
    canvas = np.zeros((HEIGHT, MARGIN * 2 + round(4 * size * (len(digits) + 2))), np.uint8)
    middle = (HEIGHT + size) / 2
    for index, digit in enumerate(digits):
        if index in before:
            gap = rng.uniform(SIGN_GAP[0], SIGN_GAP[1] * size) if index else 0.0
            marks = draw_sign(sign, digit.writer, strokes, size, brush, rng)
            right = put(canvas, marks, right + gap, middle)
            label += sign
        gap = rng.uniform(GAP[0], GAP[1] * size) if index else 0.0
        if index in before:
            gap = rng.uniform(SIGN_GAP[0], SIGN_GAP[1] * size)
        tile = draw_tile(digit, size * rng.uniform(*SIZE_FACTOR), brush)
        drop = rng.uniform(-BASELINE, BASELINE) * size
        right = put(canvas, [(tile, drop)], right + gap, middle)
        label += digit.label
    return label, canvas[:, : round(right) + MARGIN]


def draw_sign(
    sign: str,
    writer: str,
    strokes: dict[str, list[SignStroke]],
    size: float,
    brush: float,
    rng: Random,
) -> list[tuple[Tile, float]]:
    """Draw a sign: tiles, and how far each one's lower edge lies below the baseline."""
    known = strokes["." if sign == ":" else sign]
    known = [one for one in known if one.stroke.writer == writer] or known
    one = known[int(rng.integers(len(known)))]
    length = size * (rng.uniform(*SLASH) if sign == "/" else one.length)
    tile = draw_tile(one.stroke, max(length, 1.0), brush)
    height = tile.shape[0]
    if sign == "-":
        return [(tile, height / 2 - rng.uniform(0.4, 0.6) * size)]
    if sign == ",":
        return [(tile, height - rng.uniform(0.0, 0.12) * size)]
    if sign == "/":
        return [(tile, (height - size) / 2 + rng.uniform(-0.1, 0.1) * size)]
    low = rng.uniform(-0.04, 0.06) * size
    if sign == ".":
        return [(tile, low)]
    low -= rng.uniform(0.0, 0.2) * size
    apart = max(rng.uniform(0.3, 0.5) * size, height + 4.0)
    return [(tile, low), (tile, low - apart)]


def put(canvas: Tile, tiles: Sequence[tuple[Tile, float]], left: float, baseline: float) -> float:
    """Draw tiles one above the other; return where the widest ends."""
    for tile, below in tiles:
        height, width = tile.shape
        top = int(np.clip(round(baseline + below) - height, 0, HEIGHT - height))
        place = canvas[top : top + height, round(left) : round(left) + width]
        np.maximum(place, tile, out=place)
    return left + max(tile.shape[1] for tile, _ in tiles)


def judge(label: str, read: NumberPrediction) -> tuple[NumberReading, bool]:
    """Compare a number with what was read, and say whether a sign was dropped in silence."""
    sign = next(name for char, name in SIGNS.items() if char in label)
    reading = NumberReading(label, read.text, read.number, read.status, sign)
    missing = count_signs(read.text) < count_signs(label)
    return reading, missing and reading.is_sure and not read.messages


def count_signs(text: str) -> int:
    """Count what is neither a digit nor a space."""
    return sum(not (char.isdigit() or char == " ") for char in text)


def print_table(name: str, outcomes: Sequence[tuple[NumberReading, bool]]) -> None:
    """Print a line for each sign, and one for all."""
    columns = ("numbers", "right", "digits", "silent", "sure wrong", "unsure")
    print(f"{name:24} {' '.join(f'{column:>10}' for column in columns)}")
    for kind in (*SIGNS.values(), "all"):
        chosen = [one for one in outcomes if kind in (one[0].kind, "all")]
        figures = NumberFigures.of([reading for reading, _ in chosen])
        silent = sum(is_silent for _, is_silent in chosen) / len(chosen)
        shares = (figures.right, figures.digits_right, silent, figures.sure_wrong, figures.refused)
        shown = (share if isinstance(share, float) else share.share for share in shares)
        print(f"{kind:24} {len(chosen):10} {' '.join(f'{share:10.1%}' for share in shown)}")
    print(flush=True)


if __name__ == "__main__":
    sys.exit(main())
