"""Sort ink into components and components into lines of writing; specks and rules go.

    lines = find_text_lines(find_pieces(ink))  # from top to bottom
    lines[0].components                        # from left to right

What geometry can decide before any digit is read: NumPy and OpenCV only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink
from digits.preprocessing.geometry import Box
from digits.preprocessing.pieces import CORE, Flags, Integers, Pieces

MANY = 200  # components; so many may be a texture ...
GRAIN = 12.0  # pixels; if half of them or half of the ink is lower: grain of paper or sensor ...
MIN_BODIES = 0.5  # of them; or if fewer could be a digit by themselves
MAX_OVERLAP = 16  # pictures' areas in all boxes; digits do not lie across each other
BESIDE = 0.5  # of the lower one's height, that two components share to stand side by side
SPECK = 0.2  # of the digits' height; what is smaller both paths is dust or a dot
RULE_WIDTH = 2.0  # digits' heights; a flat component that is wider is a rule
RULE_HEIGHT = 0.35  # of the digits' height; a higher component is no bar and no rule
BODY = 0.5  # of the digits' height; a higher component can be a digit by itself
SAME_LINE = 0.5  # of the lower body's height, that two bodies of one line share
BESIDE_DISTANCE = 1.5  # of a digit's height, to the piece of a broken one that stands beside it
MARK = 0.06  # of the digits' height; a smaller component is dust
MARK_DISTANCE = 0.5  # of the digits' height, from a mark to the nearest component of its line
MAX_MARKS = 60  # of a picture
NEAR = 2  # bodies at the end of a line, of which one must lie beside the next: broken ones are low
EDGE = 1.6  # digits' heights; what touches the border and is higher is the sheet's edge

NOISE = "Found no digits; this looks like noise."


class NoWritingError(Exception):
    """Ink that is no handwriting; the text is the sentence that says what it looks like."""


@dataclass(frozen=True, eq=False)
class Component:
    """Ink that hangs together: where it lies, and its pixels without other ink."""

    box: Box
    ink: Ink
    is_flat: bool = False  # a bar: see `Pieces`


@dataclass(frozen=True)
class TextLine:
    """A line of writing: its components from left to right, and how high its digits are."""

    components: tuple[Component, ...]
    height: float  # pixels
    marks: tuple[Component, ...] = ()  # small pieces beside them that may be dots or commas


def find_text_lines(pieces: Pieces) -> list[TextLine]:
    """Sort pieces of ink into lines of writing.

    Returns:
        The lines from top to bottom; none when there is nothing like a digit.

    Raises:
        NoWritingError: if it is a texture: countless pieces, too small or too uneven.
    """
    upright = ~pieces.is_flat
    inside = upright & ~pieces.at_border
    sized = inside if inside.any() else upright
    height = weigh_heights(pieces.height[sized], pieces.area[sized])
    is_kept = ~are_noise(pieces, height)
    is_body = is_kept & upright & (pieces.height >= BODY * height)
    heights = pieces.height[is_kept & upright]
    if len(heights) > MANY and (
        min(height, np.median(heights)) < GRAIN
        or np.count_nonzero(is_body) < MIN_BODIES * len(heights)
    ):
        raise NoWritingError(NOISE)
    if np.sum((pieces.width * pieces.height)[is_kept]) > MAX_OVERLAP * pieces.ink.size:
        raise NoWritingError(NOISE)
    lines = mend_lines(group_bodies(cut_out(pieces, is_body)))
    attach(cut_out(pieces, is_kept & ~is_body), lines)
    found_lines = sorted(map(make_text_line, lines), key=middle_row)
    is_mark = are_marks(pieces, height)
    if is_mark.sum() > MAX_MARKS:  # countless ones are the grain of the paper
        return found_lines
    return add_marks(found_lines, cut_out(pieces, is_mark))


def cut_out(pieces: Pieces, chosen: Flags) -> list[Component]:
    """Make components of some pieces."""
    numbers = np.flatnonzero(chosen).tolist()
    return [Component(*pieces.cut(number), bool(pieces.is_flat[number])) for number in numbers]


def trim(box: Box, ink: Ink) -> Component | None:
    """Cut ink that lies in a box out of the paper; None when there is none."""
    x, y, width, height = cv2.boundingRect(ink)
    if not width:
        return None
    return Component(Box(box.x + x, box.y + y, width, height), ink[y : y + height, x : x + width])


def weigh_heights(heights: Integers, areas: Integers) -> float:
    """Return the height that half of the ink is in components of, or higher ones; 0 of none."""
    if not heights.size:
        return 0.0
    order = np.argsort(heights, kind="stable")
    sums = np.cumsum(areas[order])
    return float(heights[order[np.searchsorted(sums, sums[-1] / 2)]])


def are_noise(pieces: Pieces, height: float) -> Flags:
    """Say which pieces are a dot, a speck, a rule or the sheet's edge."""
    is_speck = np.maximum(pieces.width, pieces.height) < SPECK * height
    is_rule = (pieces.width > RULE_WIDTH * height) & (pieces.height < RULE_HEIGHT * height)
    is_edge = (pieces.height > EDGE * height) & pieces.at_border
    return is_speck | (is_rule & pieces.is_flat) | is_edge


def are_marks(pieces: Pieces, height: float) -> Flags:
    """Say which pieces that are too small for a part of a digit may be dots or commas."""
    size = np.maximum(pieces.width, pieces.height)
    return (MARK * height <= size) & (size < SPECK * height) & ~pieces.at_border


def attach(components: Sequence[Component], lines: list[list[Component]]) -> None:
    """Give each component to the nearest line, which then reaches as far as it does."""
    placed = [component for line in lines for component in line]
    if not placed or not components:
        return
    boxes = np.empty((4, len(placed) + len(components)))
    line_of = np.empty(boxes.shape[1], np.intp)
    line_of[: len(placed)] = np.repeat(np.arange(len(lines)), list(map(len, lines)))
    boxes[:, : len(placed)] = sides_of(placed)
    boxes[:, len(placed) :] = sides_of(components)
    for count, component in enumerate(components, len(placed)):
        distances = distances_to(component.box, boxes[:, :count])
        nearest = int(line_of[:count][distances == distances.min()].min())
        lines[nearest].append(component)
        line_of[count] = nearest


def add_marks(lines: list[TextLine], marks: Sequence[Component]) -> list[TextLine]:
    """Give each small component to the line that it stands in, if it stands in one."""
    if not lines:
        return lines
    given: list[list[Component]] = [[] for _ in lines]
    boxes = sides_of([component for line in lines for component in line.components])
    line_of = np.repeat(np.arange(len(lines)), [len(line.components) for line in lines])
    for mark in marks:
        distances = distances_to(mark.box, boxes)
        nearest = int(distances.argmin())
        line = int(line_of[nearest])
        if distances[nearest] <= MARK_DISTANCE * lines[line].height:
            given[line].append(mark)
    return [replace(line, marks=tuple(own)) for line, own in zip(lines, given, strict=True)]


def group_bodies(bodies: Sequence[Component]) -> list[list[Component]]:
    """Group components that lie beside each other, each with its neighbours, into lines."""
    lines: list[list[Component]] = []
    # Of each line the rows of its last bodies: neighbours are compared, not whole lines, as a
    # line may rise or fall.
    tops, bottoms = np.empty((2, len(bodies), NEAR))
    for body in sorted(bodies, key=lambda component: component.box.x):
        box, count = body.box, len(lines)
        ends, starts = bottoms[:count], tops[:count]
        shared = np.minimum(ends, box.bottom) - np.maximum(starts, box.y)
        shares = (shared / np.minimum(ends - starts, box.height)).max(axis=1)
        index = int(shares.argmax()) if count else 0
        if count and shares[index] >= SAME_LINE:
            lines[index].append(body)
            tops[index] = [*tops[index, 1:], box.y]
            bottoms[index] = [*bottoms[index, 1:], box.bottom]
        else:
            lines.append([body])
            tops[count], bottoms[count] = box.y, box.bottom
    return lines


def mend_lines(lines: Sequence[list[Component]]) -> list[list[Component]]:
    """Give the pieces of broken digits back to the line in which they stand.

    The upper piece of a broken digit may share no rows with its lower one, which came before
    it, but it does with the digits beside them.
    """
    mended: list[list[Component]] = []
    for line in sorted(lines, key=len, reverse=True):
        whole = next((each for each in mended if stands_in(line, each)), None)
        if whole is None:
            mended.append(line)
        else:
            whole += line
    return mended


def stands_in(line: Sequence[Component], other: Sequence[Component]) -> bool:
    """Whether each component of a line stands beside one of another, longer line."""
    if len(line) >= len(other):
        return False
    left, top, right, bottom = sides_of(other)
    for box in (component.box for component in line):
        shared = np.minimum(bottom, box.bottom) - np.maximum(top, box.y)
        paper = np.maximum(left, box.x) - np.minimum(right, box.right)
        is_near = (paper >= 0) & (paper <= BESIDE_DISTANCE * (bottom - top))
        if not (is_near & (shared >= SAME_LINE * np.minimum(bottom - top, box.height))).any():
            return False
    return True


def sides_of(components: Sequence[Component]) -> npt.NDArray[np.float64]:
    """Return left, top, right and bottom of boxes, (4, n)."""
    boxes = [component.box for component in components]
    return np.array([(b.x, b.y, b.right, b.bottom) for b in boxes], np.float64).T.reshape(4, -1)


def distances_to(box: Box, sides: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the pixels from one box to others, (n,); 0 where they meet."""
    left, top, right, bottom = sides
    across = np.maximum(left, box.x) - np.minimum(right, box.right)
    down = np.maximum(top, box.y) - np.minimum(bottom, box.bottom)
    return np.hypot(np.maximum(across, 0), np.maximum(down, 0))


def make_text_line(components: Sequence[Component]) -> TextLine:
    """Order components from left to right, by their middles."""
    ordered = sorted(components, key=lambda component: component.box.x + component.box.width / 2)
    upright = [component for component in components if not component.is_flat]
    heights = np.array([component.box.height for component in upright], np.intp)
    areas = np.array([cv2.countNonZero(component.ink) for component in upright], np.intp)
    return TextLine(tuple(ordered), weigh_heights(heights, areas))


def middle_row(line: TextLine) -> float:
    """Return the median of the rows in the middle of a line's components."""
    return float(np.median([one.box.y + one.box.height / 2 for one in line.components]))


def row_gap(first: Component, second: Component) -> float:
    """Return the pixels of paper between two components that stand side by side.

    Slanted ones may do so though their boxes overlap: what counts is the paper in each row,
    from the right end of the first to the left end of the second.

    Returns:
        The least of the rows that they share; 0 where these are few, or one has no paper.
    """
    top, bottom = max(first.box.y, second.box.y), min(first.box.bottom, second.box.bottom)
    if bottom - top < BESIDE * min(first.box.height, second.box.height):
        return 0.0
    left, right = (one.ink[top - one.box.y : bottom - one.box.y] >= CORE for one in (first, second))
    inked = left.any(axis=1) & right.any(axis=1)
    if not inked.any():
        return 0.0
    ends = first.box.right - left[inked, ::-1].argmax(axis=1)
    starts = second.box.x + right[inked].argmax(axis=1)
    return float(max((starts - ends).min(), 0))
