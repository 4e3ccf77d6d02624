"""Measure how numbers of several digits are read: composed of people's drawn digits.

    python -m benchmarks.accuracy.numbers --strokes dev_unipen.jsonl.gz dev_numberpad.jsonl.gz

A number is of one writer's digits, taken at random, and of one brush, white on a black
canvas 280 pixels high and as wide as it needs. Each is drawn afresh (seed 0):

- size 80-170 pixels, times 0.8-1.2 for each digit's longest side; brush 6-20 pixels;
- baseline up to a tenth of the size higher or lower for each digit;
- apart: 4 pixels to half the size between the boxes that hold the ink of neighbours;
- touching: each pair of neighbours with probability 1/2, and at least one pair, pushed
  together until ink meets, and on by up to the width of the brush; the others apart.

Nothing is chosen by how it looks: digits of several strokes keep their gaps, labels that
are wrong stay wrong. `alone` is how many numbers are right when each digit is read from
a picture of its own: what the network allows. `lost` are right so, and wrong as a number;
`won` the other way round. `count` are numbers with too many or too few digits found;
`unsure` ones are so marked, `sure wrong` ones are not, and are wrong or have signs.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digits.data.labelled_files import load_digits
from digits.data.row_composition import meeting_point
from digits.data.strokes import StrokeDigit, draw_strokes, fit_strokes
from digits.locations import MODEL_PATH
from digits.preprocessing.arrays import crop
from digits.preprocessing.normalization import preprocess
from digits.recognition.recognizer import Recognizer

Tile = npt.NDArray[np.uint8]  # (height, width), one digit's ink, white on black

HEIGHT = 280  # pixels of the canvas
MARGIN = 20  # pixels beside the number
SIZE = (80.0, 170.0)  # pixels, of the longest side of the pen's way
SIZE_FACTOR = (0.8, 1.2)  # of the size, for each digit
BRUSH = (6.0, 20.0)  # pixels
BASELINE = 0.1  # of the size, up or down
GAP = (4.0, 0.5)  # pixels at least, and of the size at most
LENGTHS = range(2, 9)  # digits


@dataclass(frozen=True)
class Number:
    """One composed number: its canvas, what it is, and its digits by themselves."""

    label: str
    canvas: Tile
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Outcome:
    """How one number was read."""

    label: str
    read: str
    alone: str  # what its digits are read as one by one
    text: str  # as `read`, with signs, of which there are none
    is_sure: bool

    @property
    def is_right(self) -> bool:
        """Whether every digit was found and predicted correctly."""
        return self.read == self.label


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for each stroke file, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--strokes", type=Path, nargs="+", required=True)
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--count", type=int, default=200, help="numbers of each kind")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load(arguments.model)
    everything: dict[tuple[str, int], list[Outcome]] = {}
    for path in arguments.strokes:
        writers = group_by_writer(load_digits(path))
        table: dict[tuple[str, int], list[Outcome]] = {}
        rng = np.random.default_rng(arguments.seed)
        for variant in ("apart", "touching"):
            for length in LENGTHS:
                numbers = (
                    compose(pick(writers, length, rng), rng=rng, touching=variant == "touching")
                    for _ in range(arguments.count)
                )
                table[variant, length] = list(read_numbers(recognizer, numbers))
        for kind, outcomes in table.items():
            everything.setdefault(kind, []).extend(outcomes)
        print_table(path.name, table)
    if len(arguments.strokes) > 1:
        print_table("all", everything)
    return 0


def group_by_writer(digits: Iterable[StrokeDigit]) -> list[list[StrokeDigit]]:
    """Gather each writer's digits."""
    writers: dict[str, list[StrokeDigit]] = {}
    for digit in digits:
        writers.setdefault(digit.writer, []).append(digit)
    return list(writers.values())


def pick(
    writers: Sequence[Sequence[StrokeDigit]], length: int, rng: np.random.Generator
) -> list[StrokeDigit]:
    """Pick a writer, in proportion to the digits of each, and some of those digits."""
    counts = np.array([len(digits) for digits in writers])
    digits = writers[rng.choice(len(writers), p=counts / counts.sum())]
    return [digits[index] for index in rng.integers(len(digits), size=length)]


def compose(digits: Sequence[StrokeDigit], *, rng: np.random.Generator, touching: bool) -> Number:
    """Write digits side by side, as the docstring of this module says."""
    size, brush = rng.uniform(*SIZE), rng.uniform(*BRUSH)
    tiles = [draw_tile(digit, size * rng.uniform(*SIZE_FACTOR), brush) for digit in digits]
    touches = rng.uniform(size=len(tiles) - 1) < 0.5
    if touching:
        touches[rng.integers(len(touches))] = True
    canvas = np.zeros((HEIGHT, sum(tile.shape[1] + round(size) for tile in tiles)), np.uint8)
    middle = (HEIGHT + size) / 2  # where the baseline lies when nothing moves it
    right = MARGIN
    for index, tile in enumerate(tiles):
        bottom = middle + rng.uniform(-BASELINE, BASELINE) * size
        top = int(np.clip(round(bottom) - tile.shape[0], 0, HEIGHT - tile.shape[0]))
        left = right + round(rng.uniform(GAP[0], GAP[1] * size)) if index else right
        if index and touching and touches[index - 1]:
            left = meeting_point(canvas, tile, top, passing=2) - round(rng.uniform(0, brush))
            left = max(left, MARGIN)
        place = canvas[top : top + tile.shape[0], left : left + tile.shape[1]]
        np.maximum(place, tile, out=place)
        right = max(right, left + tile.shape[1])
    label = "".join(digit.label for digit in digits)
    return Number(label, canvas[:, : right + MARGIN], tuple(tiles))


def draw_tile(digit: StrokeDigit, longest_side: float, brush: float) -> Tile:
    """Draw one digit, cut to its ink."""
    strokes = [points + brush for points in fit_strokes(digit.strokes, longest_side)]
    return crop(draw_strokes(strokes, brush=brush, side=int(longest_side + 3 * brush)))


def read_numbers(recognizer: Recognizer, numbers: Iterable[Number]) -> Iterator[Outcome]:
    """Read each number whole, and its digits one by one."""
    for number in numbers:
        pictures = [np.pad(tile, MARGIN) for tile in number.tiles]
        alone = recognizer.predict_inputs([preprocess(picture) for picture in pictures])
        read = recognizer.predict_number(number.canvas)
        one_by_one = "".join(digit.label or "-" for digit in alone)
        is_sure = read.status == "digit"
        yield Outcome(number.label, read.number, one_by_one, read.text, is_sure)


def print_table(name: str, table: dict[tuple[str, int], list[Outcome]]) -> None:
    """Print a line for each variant and length, and one for three to five digits."""
    columns = ("right", "alone", "lost", "won", "count", "unsure", "sure wrong")
    print(f"{name:24} digits  numbers {' '.join(f'{column:>10}' for column in columns)}")
    for variant in dict.fromkeys(variant for variant, _ in table):
        for length in LENGTHS:
            print_line(variant, str(length), table[variant, length])
        print_line(variant, "3-5", [o for n in (3, 4, 5) for o in table[variant, n]])
    print(flush=True)


def print_line(variant: str, length: str, outcomes: Sequence[Outcome]) -> None:
    """Print the shares of outcomes of one kind."""
    total = len(outcomes)
    right = sum(outcome.is_right for outcome in outcomes)
    alone = sum(outcome.alone == outcome.label for outcome in outcomes)
    won = sum(outcome.is_right and outcome.alone != outcome.label for outcome in outcomes)
    lost = alone - (right - won)
    count = sum(len(outcome.read) != len(outcome.label) for outcome in outcomes)
    unsure = sum(not outcome.is_sure for outcome in outcomes)
    wrong = sum(outcome.is_sure and outcome.text != outcome.label for outcome in outcomes)
    counts = (right, alone, lost, won, count, unsure, wrong)
    shares = (f"{value / total:10.2%}" for value in counts)
    print(f"{variant:24} {length:>6}  {total:7} {' '.join(shares)}")


if __name__ == "__main__":
    sys.exit(main())
