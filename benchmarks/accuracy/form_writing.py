"""Places for digits on a form, and digits written into them by one hand.

    layout, width = start(rng)
    fill_row(layout, take(3), row_boxes(3, width, layout.height), rng)

Digits stand legibly in their boxes, half to four fifths as high as these. One in six
crosses a line: upwards or downwards, or sideways where it is not a 1, whose stroke would
run along the line. For measuring only, never for training.
"""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.accuracy.form_paper import Layout, Line
from benchmarks.accuracy.materials import Random
from digits.data.strokes import Points, StrokeDigit, bounds, fit_strokes

Take = Callable[[int], Sequence[StrokeDigit]]  # so many digits of one writer
Sides = tuple[float, float, float, float]  # left, top, right, bottom, in pixels

CELL = (32.0, 110.0)  # pixels, height of a box
GRID_CELL = (32.0, 80.0)  # pixels; a grid has up to nine of them
ASPECT = (0.75, 1.1)  # width of a box by its height
FILL = (0.5, 0.8)  # of the height of a box: longest side of a digit
CROSSING = 1 / 6  # of the digits
OVERHANG = (0.05, 0.12)  # of the height of a box, beyond its side
GAP = (0.12, 0.3)  # of the height, between digits without boxes
LENGTHS = (3, 8)  # digits of a number


def rectangle(left: float, top: float, right: float, bottom: float) -> Points:
    """Return the closed way around a box, (5, 2)."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])


def segment(x0: float, y0: float, x1: float, y1: float) -> Points:
    """Return a straight line, (2, 2)."""
    return np.array([[x0, y0], [x1, y1]])


def start(rng: Random, cell: tuple[float, float] = CELL) -> tuple[Layout, float]:
    """Start a form with cells of a height that is as often small as large, and their width."""
    height = float(np.exp(rng.uniform(*np.log(cell))))
    return Layout(height), height * rng.uniform(*ASPECT)


def length(rng: Random) -> int:
    """Choose how long a number is."""
    return int(rng.integers(LENGTHS[0], LENGTHS[1] + 1))


def put(layout: Layout, digit: StrokeDigit, box: Sides, rng: Random) -> None:
    """Write a digit into a box (left, top, right, bottom); at times across its side."""
    left, top, right, bottom = box
    height = layout.height
    room = np.array([right - left, bottom - top])
    _, size = bounds(digit.strokes)
    longest = rng.uniform(*FILL) * height
    longest *= min(1.0, 0.8 * room[0] / max(longest * size[0] / max(size.max(), 1e-9), 1e-9))
    strokes = fit_strokes(digit.strokes, longest)
    size = bounds(strokes)[1]
    free = room - size
    corner = np.array([left, top]) + free * rng.uniform(0.3, 0.7, 2)
    if rng.random() < CROSSING:
        over = rng.uniform(*OVERHANG) * height
        sideways = digit.label != "1" and rng.random() < 0.3
        axis = 0 if sideways else 1
        beyond = -over if rng.random() < 0.5 else free[axis] + over
        corner[axis] = (left, top)[axis] + beyond
    layout.strokes += [points + corner for points in strokes]


def fill_row(
    layout: Layout, digits: Sequence[StrokeDigit], boxes: Sequence[Sides], rng: Random
) -> None:
    """Write a number into boxes, a digit each, from the left."""
    for digit, box in zip(digits, boxes, strict=False):
        put(layout, digit, box, rng)
    layout.rows.append("".join(digit.label for digit in digits))


def row_boxes(
    count: int, width: float, height: float, *, gap: float = 0.0, top: float = 0.0
) -> list[Sides]:
    """Place boxes side by side."""
    lefts = [index * (width + gap) for index in range(count)]
    return [(left, top, left + width, top + height) for left in lefts]


def write_number(
    layout: Layout, digits: Sequence[StrokeDigit], left: float, bottom: float, rng: Random
) -> float:
    """Write digits on a baseline, apart from each other; return where they end."""
    size = layout.height * rng.uniform(*FILL)
    gap = layout.height * rng.uniform(*GAP)
    for digit in digits:
        strokes = fit_strokes(digit.strokes, size * rng.uniform(0.88, 1.12))
        width, height = bounds(strokes)[1]
        corner = np.array([left, bottom - height + rng.uniform(-0.04, 0.04) * size])
        layout.strokes += [points + corner for points in strokes]
        left += float(width) + gap
    layout.rows.append("".join(digit.label for digit in digits))
    return left - gap


def ink_bounds(layout: Layout) -> Sides:
    """Return left, top, right and bottom of what is written."""
    (left, top), (width, height) = bounds(layout.strokes)
    return float(left), float(top), float(left + width), float(top + height)


def add_frame(layout: Layout, rng: Random) -> Sides:
    """Print a frame around what is written; one in six is crossed below or above."""
    left, top, right, bottom = ink_bounds(layout)
    margins = rng.uniform(0.12, 0.5, 4) * layout.height
    if rng.random() < CROSSING:
        margins[int(rng.choice([1, 3]))] = -rng.uniform(*OVERHANG) * layout.height
    sides = left - margins[0], top - margins[1], right + margins[2], bottom + margins[3]
    layout.lines.append(Line(rectangle(*sides)))
    return sides
