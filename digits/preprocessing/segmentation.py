"""Find the digits of a picture, in reading order: which ink belongs to which digit.

    found = find_digits(image, score_digits)
    found.digits   # each with its box, line and model input
    found.message  # why there are none, or not all

Twice, runs of neighbouring parts are candidates for one digit, and the cheapest path
through them wins: oversegmentation and search (Casey and Lecolinet, "A survey of
methods and strategies in character segmentation", 1996). First the parts of a line are
components of ink that hang together, for a digit may be in several; then those of a digit
that is wide or doubtful are slices, for it may be several. What a candidate costs say
geometry (gaps, cuts, size) and the network, through `score_digits`: how certain is it that this
is one digit? NumPy and OpenCV only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from digits.preprocessing.arrays import Image
from digits.preprocessing.components import (
    NOISE,
    Component,
    NoWritingError,
    TextLine,
    find_text_lines,
    row_gap,
    trim,
)
from digits.preprocessing.cut_paths import Cut, find_cuts, slice_ink
from digits.preprocessing.geometry import Box, enlarge_box
from digits.preprocessing.grid import Grid, find_grid
from digits.preprocessing.ink import separate_ink
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.preprocessing.normalization import ModelInput, fit_digit, to_model_input
from digits.preprocessing.pieces import find_pieces
from digits.preprocessing.printed import PRINT, describe_print
from digits.preprocessing.ruled_lines import Ruling

ScoreDigits = Callable[[Sequence[ModelInput]], Sequence[float]]  # certainty of each, in [0, 1]

MAX_PAGE_SIDE = 2048  # pixels; larger pictures are shrunk first, a page of digits needs more
MAX_WIDTH = 1.8  # digits' heights; several parts that are wider are not one digit
SMALL = 0.5  # of the digits' height; smaller components, and flat ones, may be left out
MIN_SCORE = 1e-4  # scores below it are taken as this, to have a logarithm
HIGH_SCORE = 0.99  # certainty above which a digit is not cut ...
TWO = 1.3  # ... unless it is as wide as that, in digits' heights
WIDE = 0.95  # digits' heights; a wider digit may be two
LOW_SCORE = 0.8  # certainty below which a slimmer one may be two, too ...
SLIM = 0.6  # ... unless it is no wider than this

MAX_PARTED = 64  # components that are cut, or a page of blots would take minutes ...
MAX_PARTED_IN_VAIN = 12  # if most digits are doubtful all the same
MAX_JOINS = 20000  # of a picture; a page of 5,000 digits has two thirds of that
MAX_LINE_JOINS = 2000  # of a line; 200 digits have a third of that
MAX_JOINED = 1e8  # pixels in the boxes of all joins; those of a page of digits are some 2e7
MAX_LOW_SCORES = 40  # digits; where more are doubtful than not, it is a texture
DOUBTFUL_PRINT = 0.3  # of all; many letters are like digits

LEFT_OUT = "Only the first {lines} lines were read. The rest, some {count} digits, was left out."

# What speaks against a reading, in nats, as the doubts of the network are.
OVERLAP = 4.0  # parting two components of which one stands above the other
GAP = 6.0  # joining components, for each digit's height between them
LOW, FULL_HEIGHT = 3.0, 0.7  # a digit lower than that, for what it lacks
BROAD, FULL_WIDTH = 3.0, 0.9  # a digit that is wider for its height, for the excess
SKIP = 5.0  # leaving a component out, for its size in digits' heights
CUT = 1.0  # each cut
CROSSED = 3.0  # each digit's height of ink that a cut crosses
DIGIT = 0.1  # each digit


@dataclass(frozen=True, eq=False)
class FoundDigit:
    """One digit: where it is, and what the network is to see of it."""

    box: Box  # pixels of the picture
    line: int  # from the top, 0 first
    model_input: ModelInput


@dataclass(frozen=True, eq=False)
class FoundDigits:
    """The digits of a picture."""

    digits: tuple[FoundDigit, ...] = ()  # from top to bottom, each line from left to right
    message: str = ""  # a sentence: why there are none, or what was left out
    lines: tuple[TextLine, ...] = ()  # their ink, in pixels of a picture of `shape`
    shape: tuple[int, ...] = ()  # (height, width) of the ink
    grid: Grid | None = None  # whose cells hold them, in pixels of their ink


@dataclass(frozen=True, eq=False)
class Candidate:
    """Neighbouring parts taken for one digit, or left out."""

    start: int  # index of the first part
    stop: int  # one past the last
    cost: float  # what geometry says against it
    whole: Component
    model_input: ModelInput | None  # None: left out
    score: float = 1.0  # of the network, that it is one digit


@dataclass(frozen=True)
class Join:
    """A run of neighbouring components, of which no pixel was looked at yet."""

    start: int
    stop: int
    cost: float
    box: Box
    is_digit: bool = True  # else left out

    def unite(self, line: TextLine) -> Candidate:
        """Make one component of the run, and what the network is to see."""
        whole = unite(line.components[self.start : self.stop])
        model_input = make_input(whole) if self.is_digit else None
        return Candidate(self.start, self.stop, self.cost, whole, model_input)


def find_digits(
    image: Image, score_digits: ScoreDigits, *, options: InkOptions = FOUND, uncut: int = 0
) -> FoundDigits:
    """Find the digits of a picture.

    Args:
        image: uint8 array of shape (height, width), (height, width, 3) RGB or
            (height, width, 4) RGBA, [0, 255], any polarity and paper colour.
        score_digits: tells of model inputs how certain each is one digit, in [0, 1].
        options: what is known of the picture. Defaults to nothing.
        uncut: lines of at most so many components are not sliced: another reader looks for
            digits that touch. Defaults to 0: all are.

    Returns:
        The digits line by line from top to bottom, each line from left to right; and what
        is to be said of a picture that is no page of digits.
    """
    rulings: list[Ruling] = []
    ink = separate_ink(
        image, max_side=MAX_PAGE_SIDE, keep_border=True, options=options, rulings=rulings
    )
    if ink is None:
        return FoundDigits()
    pieces = find_pieces(ink)
    try:
        lines, grid = find_text_lines(pieces), find_grid(rulings)
        lines = lines if grid is None else grid.sort_rows(lines)
        found, lines_read, doubtful = part_lines(lines, score_digits, uncut=uncut)
    except NoWritingError as error:
        return FoundDigits(message=describe_print(pieces, score_digits) or str(error))
    is_doubtful = doubtful > max(MAX_LOW_SCORES, DOUBTFUL_PRINT * len(found))
    if is_doubtful and describe_print(pieces, score_digits) == PRINT:
        return FoundDigits(message=PRINT)
    rest = sum(len(line.components) for line in lines[lines_read:])
    boxed = tuple(replace(d, box=enlarge_box(d.box, ink.shape, image.shape)) for d in found)
    message = LEFT_OUT.format(lines=lines_read, count=rest) if rest else ""
    return FoundDigits(boxed, message, tuple(lines[:lines_read]), ink.shape, grid)


def part_lines(
    lines: Sequence[TextLine], score_digits: ScoreDigits, *, uncut: int = 0
) -> tuple[list[FoundDigit], int, int]:
    """Find the digits of lines of writing, in pixels of their ink; `uncut` as for `find_digits`.

    Returns:
        The digits; of how many lines: for more there would be no time; how many are doubtful.

    Raises:
        NoWritingError: if a line can be read in countless ways, or most digits are doubtful.
    """
    found: list[FoundDigit] = []
    parted = doubtful = count = pixels = 0
    for number, line in enumerate(lines):
        joins = list(islice(join_components(line), MAX_LINE_JOINS))
        count += len(joins)
        pixels += sum(join.box.width * join.box.height for join in joins)
        if len(joins) == MAX_LINE_JOINS or pixels > MAX_JOINED:
            raise NoWritingError(NOISE)
        if count > MAX_JOINS:
            return found, number, doubtful
        for joined in search([join.unite(line) for join in joins], score_digits):
            digits = [joined]
            is_vain = parted >= MAX_PARTED_IN_VAIN and doubtful > len(found) / 2
            is_cut = len(line.components) > uncut and parted < MAX_PARTED and not is_vain
            if is_cut and may_be_several(joined, line.height):
                parted += 1
                digits = search(list(slice_component(joined.whole, line.height)), score_digits)
            for digit in digits:
                assert digit.model_input is not None
                if digit.score < LOW_SCORE:  # a scribble is as wide as several digits
                    doubtful += max(round(digit.whole.box.width / line.height), 1)
                found.append(FoundDigit(digit.whole.box, number, digit.model_input))
        if doubtful > max(MAX_LOW_SCORES, len(found) / 2):
            raise NoWritingError(NOISE)
    return found, len(lines), doubtful


def search(candidates: Sequence[Candidate], score_digits: ScoreDigits) -> list[Candidate]:
    """Find the cheapest path from the first part to the last.

    Args:
        candidates: in the order of their first parts.
        score_digits: as for `find_digits`.

    Returns:
        The digits of that path, with their certainty; what is left out is not listed.
    """
    inputs = [c.model_input for c in candidates if c.model_input is not None]
    scores = iter(score_digits(inputs))
    best: dict[int, tuple[float, tuple[Candidate, ...]]] = {0: (0.0, ())}
    for candidate in candidates:
        score = 1.0 if candidate.model_input is None else next(scores)
        if candidate.start not in best:  # two cuts share that part of their paths
            continue
        cost, path = best[candidate.start]
        cost += candidate.cost - float(np.log(max(score, MIN_SCORE)))
        if candidate.model_input is not None:
            path = (*path, replace(candidate, score=score))
        if candidate.stop not in best or cost < best[candidate.stop][0]:
            best[candidate.stop] = cost, path
    return list(best[max(best)][1])


def join_components(line: TextLine) -> Iterator[Join]:
    """List all runs of neighbouring components that could be one digit, or be left out."""
    boxes = [component.box for component in line.components]
    gaps = [0.0, *map(row_gap, line.components, line.components[1:])]
    for start, first in enumerate(boxes):
        is_above = start > 0 and not gaps[start]
        overlap = shared_width(boxes[start - 1], first) if is_above else 0.0
        joint, box = 0.0, first
        for stop, added in enumerate(boxes[start:], start + 1):
            gap = gaps[stop - 1] if stop > start + 1 else 0.0
            joint += GAP * max(added.x - box.right, gap) / line.height
            box = Box.around([box, added])
            if stop > start + 1 and box.width > MAX_WIDTH * line.height:
                break
            cost = OVERLAP * overlap + joint + cost_of_size(box, line.height)
            yield Join(start, stop, cost, box)
        size = max(first.width, first.height) / line.height
        if size < SMALL or line.components[start].is_flat:
            yield Join(start, start + 1, SKIP * size, first, is_digit=False)


def may_be_several(joined: Candidate, height: float) -> bool:
    """Whether what was taken for one digit is to be cut, to see if it is several."""
    width = joined.whole.box.width / height
    may_be_two = width > SLIM if joined.score < LOW_SCORE else width > WIDE
    return may_be_two and (joined.score <= HIGH_SCORE or width >= TWO)


def slice_component(component: Component, height: float) -> Iterator[Candidate]:
    """List the whole and all slices of a component between any two of its cuts."""
    ends: list[Cut | None] = [None, *find_cuts(component.ink, height=height), None]
    for start in range(len(ends) - 1):
        left = ends[start]
        for stop in range(start + 1, len(ends)):
            right = ends[stop]
            sliced = trim(component.box, slice_ink(component.ink, left, right))
            if sliced is None:
                continue
            if sliced.box.width > MAX_WIDTH * height and (left or right):
                break
            cost = cost_of_size(sliced.box, height)
            if left is not None:
                cost += CUT + CROSSED * left.crossed
            yield Candidate(start, stop, cost, sliced, make_input(sliced))


def cost_of_size(box: Box, height: float) -> float:
    """Say what a digit's size speaks against it, and that it is one more."""
    low = max(FULL_HEIGHT - box.height / height, 0)
    broad = max(box.width / box.height - FULL_WIDTH, 0)
    return DIGIT + LOW * low + BROAD * broad


def shared_width(first: Box, second: Box) -> float:
    """Return how much of the slimmer box lies above or below the other, in [0, 1]."""
    shared = min(first.right, second.right) - max(first.x, second.x)
    return max(shared, 0) / min(first.width, second.width)


def unite(components: Sequence[Component]) -> Component:
    """Make one component of several."""
    box = Box.around([component.box for component in components])
    ink = np.zeros((box.height, box.width), np.uint8)
    for component in components:
        x, y = component.box.x - box.x, component.box.y - box.y
        place = ink[y : y + component.box.height, x : x + component.box.width]
        np.maximum(place, component.ink, out=place)
    return Component(box, ink)


def make_input(component: Component) -> ModelInput:
    """Make of a component what a picture of it alone would give."""
    return to_model_input(fit_digit(component.ink))
