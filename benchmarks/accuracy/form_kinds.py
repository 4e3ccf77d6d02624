"""Forms of many kinds, filled in by one hand each; one function a kind.

    layout = KINDS["comb"](take, rng)
    picture = make_picture(layout, rng)

For measuring only, never for training.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.accuracy.form_paper import COLORS, Layout, Line
from benchmarks.accuracy.form_writing import (
    GRID_CELL,
    Take,
    add_frame,
    fill_row,
    ink_bounds,
    length,
    rectangle,
    row_boxes,
    segment,
    start,
    write_number,
)
from benchmarks.accuracy.materials import Random
from digits.data.strokes import Points


def frame_digit(take: Take, rng: Random) -> Layout:
    """One digit in one printed box."""
    layout, width = start(rng)
    box = row_boxes(1, width, layout.height)
    layout.lines.append(Line(rectangle(*box[0])))
    fill_row(layout, take(1), box, rng)
    return layout


def frame_number(take: Take, rng: Random) -> Layout:
    """One frame around a whole number."""
    layout, _ = start(rng)
    write_number(layout, take(int(rng.integers(2, 7))), 0, 0, rng)
    add_frame(layout, rng)
    return layout


def comb(take: Take, rng: Random, *, empty: int = 0) -> Layout:
    """A row of boxes that share their sides."""
    layout, width = start(rng)
    digits = take(length(rng))
    boxes = row_boxes(len(digits) + empty, width, layout.height)
    layout.lines.append(Line(rectangle(0, 0, boxes[-1][2], layout.height)))
    layout.lines += [Line(segment(left, 0, left, layout.height)) for left, *_ in boxes[1:]]
    fill_row(layout, digits, boxes, rng)
    return layout


def empty_at_end(take: Take, rng: Random) -> Layout:
    """A comb whose last one to five boxes are empty."""
    return comb(take, rng, empty=int(rng.integers(1, 6)))


def comb_gaps(take: Take, rng: Random) -> Layout:
    """A row of boxes with gaps between them."""
    layout, width = start(rng)
    digits = take(length(rng))
    gap = layout.height * rng.uniform(0.08, 0.5)
    boxes = row_boxes(len(digits), width, layout.height, gap=gap)
    layout.lines += [Line(rectangle(*box)) for box in boxes]
    fill_row(layout, digits, boxes, rng)
    return layout


def comb_ticks(take: Take, rng: Random) -> Layout:
    """A base line with short strokes up from it between the digits, and no top."""
    layout, width = start(rng)
    digits = take(length(rng))
    boxes = row_boxes(len(digits), width, layout.height)
    height, right = layout.height, boxes[-1][2]
    tick = height * rng.uniform(0.2, 0.6)
    layout.lines.append(Line(segment(0, height, right, height)))
    lefts = [left for left, *_ in boxes] + [right]
    layout.lines += [Line(segment(x, height - tick, x, height)) for x in lefts]
    fill_row(layout, digits, boxes, rng)
    return layout


def two_combs(take: Take, rng: Random) -> Layout:
    """Two combs, one below the other."""
    layout, width = start(rng)
    height = layout.height
    for top in (0.0, height * rng.uniform(1.4, 2.2)):
        digits = take(length(rng))
        boxes = row_boxes(len(digits), width, height, top=top)
        layout.lines.append(Line(rectangle(0, top, boxes[-1][2], top + height)))
        layout.lines += [Line(segment(left, top, left, top + height)) for left, *_ in boxes[1:]]
        fill_row(layout, digits, boxes, rng)
    return layout


def grid(take: Take, rng: Random) -> Layout:
    """A grid of 3 x 3 to 9 x 9 cells, a third to two thirds filled; nine as a Sudoku."""
    layout, width = start(rng, GRID_CELL)
    side, height = int(rng.choice([3, 4, 5, 6, 9])), layout.height
    is_filled = rng.random((side, side)) < rng.uniform(0.33, 0.67)
    is_filled[0, 0] |= not is_filled.any()
    bold = rng.uniform(1.6, 3)
    for index in range(side + 1):
        weight = bold if side % 3 == 0 and index % 3 == 0 else 1.0
        x, y = index * width, index * height
        layout.lines.append(Line(segment(x, 0, x, side * height), weight=weight))
        layout.lines.append(Line(segment(0, y, side * width, y), weight=weight))
    for row in range(side):
        columns = np.flatnonzero(is_filled[row]).tolist()
        boxes = row_boxes(side, width, height, top=row * height)
        if columns:
            fill_row(layout, take(len(columns)), [boxes[column] for column in columns], rng)
            layout.cells += [(row, column) for column in columns]
    return layout


def marks_sheet(take: Take, rng: Random) -> Layout:
    """Rows of marks between row rules, at times between two columns' lines."""
    layout, _ = start(rng, GRID_CELL)
    height, count = layout.height, int(rng.integers(3, 9))
    for row in range(count):
        digits = take(int(rng.integers(1, 4)))
        write_number(layout, digits, height * rng.uniform(0.2, 0.5), (row + 0.85) * height, rng)
    left, right = -height * rng.uniform(0, 1), ink_bounds(layout)[2] + height * rng.uniform(0.2, 1)
    layout.lines += [Line(segment(left, y * height, right, y * height)) for y in range(count + 1)]
    if rng.random() < 0.5:
        layout.lines += [Line(segment(x, 0, x, count * height)) for x in (left, right)]
    return layout


def rule_under(take: Take, rng: Random, *, dash: tuple[float, float] | None = None) -> Layout:
    """A rule under the number, from just below it to across its feet."""
    layout, _ = start(rng)
    right = write_number(layout, take(length(rng)), 0, 0, rng)
    y = layout.height * rng.uniform(-0.05, 0.15)
    ends = rng.uniform(0.1, 1, 2) * layout.height
    layout.lines.append(Line(segment(-ends[0], y, right + ends[1], y), dash))
    return layout


def dotted_under(take: Take, rng: Random) -> Layout:
    """A dotted line under the number."""
    return rule_under(take, rng, dash=(0, rng.uniform(2, 4)))


def rule_through(take: Take, rng: Random) -> Layout:
    """A rule through the number, a third to two thirds up."""
    layout, _ = start(rng)
    write_number(layout, take(length(rng)), 0, 0, rng)
    left, top, right, bottom = ink_bounds(layout)
    y = bottom - (bottom - top) * rng.uniform(0.33, 0.67)
    ends = rng.uniform(0.1, 1, 2) * layout.height
    layout.lines.append(Line(segment(left - ends[0], y, right + ends[1], y), weight=0.7))
    return layout


def double_lines(take: Take, rng: Random) -> Layout:
    """Double lines: a comb within a second frame, or two rules under the number."""
    apart = rng.uniform(0.06, 0.14)
    if rng.random() < 0.5:
        layout = rule_under(take, rng)
        layout.lines.append(Line(layout.lines[0].points + [0, apart * layout.height]))
        return layout
    layout = comb(take, rng)
    apart *= layout.height
    low, high = layout.lines[0].points.min(axis=0), layout.lines[0].points.max(axis=0)
    layout.lines.append(Line(rectangle(*(low - apart), *(high + apart))))
    return layout


def dashed_boxes(take: Take, rng: Random) -> Layout:
    """Boxes of dashed lines, with shared sides or with gaps."""
    layout = comb(take, rng) if rng.random() < 0.5 else comb_gaps(take, rng)
    dash = rng.uniform(2, 5), rng.uniform(1.5, 3)
    layout.lines = [Line(line.points, dash) for line in layout.lines]
    return layout


def coloured_boxes(take: Take, rng: Random) -> Layout:
    """Boxes of coloured lines, half of them printed in a pale colour inside."""
    layout = comb(take, rng) if rng.random() < 0.5 else comb_gaps(take, rng)
    layout.colors = COLORS
    if rng.random() < 0.5:
        layout.fills = [line.points[:4] for line in layout.lines if len(line.points) > 2]
    return layout


def hand_drawn(take: Take, rng: Random) -> Layout:
    """Boxes drawn by hand with the pen that writes: a comb, single boxes, or one frame."""
    kind = int(rng.integers(3))
    layout = (comb, comb_gaps, frame_number)[kind](take, rng)
    layout.by_hand = True
    layout.media = ("scan", "photo")
    layout.lines = [Line(shaky(line.points, layout.height, rng)) for line in layout.lines]
    return layout


def shaky(points: Points, height: float, rng: Random) -> Points:
    """Draw a way as a hand does: corners miss a little, and sides bend."""
    corners = points + rng.normal(0, 0.025, points.shape) * height
    ways = []
    for first, last in zip(corners[:-1], corners[1:], strict=True):
        share = np.linspace(0, 1, 12)[:, None]
        across = np.array([first[1] - last[1], last[0] - first[0]])
        across /= max(float(np.hypot(*across)), 1e-9)
        bend = np.sin(np.pi * share) * rng.normal(0, 0.02) * height
        ways.append(first + (last - first) * share + across * bend)
    return np.concatenate(ways)


def strip(take: Take, rng: Random) -> Layout:
    """A screenshot with a light or dark strip along one border."""
    layout, _ = start(rng)
    write_number(layout, take(int(rng.integers(1, 6))), 0, 0, rng)
    layout.strip, layout.media = True, ("screenshot",)
    return layout


KINDS: dict[str, Callable[[Take, Random], Layout]] = {
    function.__name__: function
    for function in (
        frame_digit,
        frame_number,
        comb,
        comb_gaps,
        comb_ticks,
        empty_at_end,
        two_combs,
        grid,
        marks_sheet,
        rule_under,
        rule_through,
        double_lines,
        dashed_boxes,
        dotted_under,
        hand_drawn,
        coloured_boxes,
        strip,
    )
}
