"""Sort ink into components and components into lines of writing; specks and rules go.

    lines = find_text_lines(ink)  # from top to bottom, each with its components from left to right

What geometry can decide before any digit is read: NumPy and OpenCV only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink
from digits.preprocessing.geometry import Box

MAX_COMPONENTS = 2000  # the largest; noise has a hundred times as many, a page of digits 500
CORE = 96  # of 255; ink of a photo's stroke has more, its soft edge less (see ink.py)
SPECK = 0.2  # of the digits' height; what is smaller both paths is dust or a dot
FLAT = 2.5  # times as wide as high: a bar, a minus or a rule
MIN_STROKES = 1.4  # of touching digits, met by a column; a bar has one, digits two
RULE_WIDTH = 2.0  # digits' heights; a flat component that is wider is a rule
RULE_HEIGHT = 0.35  # of the digits' height; a higher component is no bar and no rule
BODY = 0.5  # of the digits' height; a higher component can be a digit by itself
SAME_LINE = 0.5  # of the lower body's height, that two bodies of one line share
MARK = 0.06  # of the digits' height; a smaller component is dust
MARK_DISTANCE = 0.5  # of the digits' height, from a mark to the nearest component of its line
MAX_MARKS = 60  # of a picture
NEAR = 2  # bodies at the end of a line, of which one must lie beside the next: broken ones are low
EDGE = 1.6  # digits' heights; what touches the border and is higher is the sheet's edge


@dataclass(frozen=True, eq=False)
class Component:
    """Ink that hangs together: where it lies, and its pixels without other ink."""

    box: Box
    ink: Ink

    @cached_property
    def is_flat(self) -> bool:
        """Whether it is a bar: far wider than high, and one stroke.

        Touching digits are as wide, but a column through them meets several strokes.
        """
        if self.box.width <= FLAT * self.box.height:
            return False
        core = np.pad(self.ink, ((1, 0), (0, 0))) >= CORE
        begun = int(np.count_nonzero(core[1:] > core[:-1]))  # strokes, all columns together
        return begun < MIN_STROKES * self.box.width


@dataclass(frozen=True)
class TextLine:
    """A line of writing: its components from left to right, and how high its digits are."""

    components: tuple[Component, ...]
    height: float  # pixels
    marks: tuple[Component, ...] = ()  # small pieces beside them that may be dots or commas


def find_text_lines(ink: Ink) -> list[TextLine]:
    """Sort ink into lines of writing.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink.

    Returns:
        The lines from top to bottom; none when there is nothing like a digit.
    """
    found = find_components(ink)
    upright = [one for one in found if not one.is_flat]
    inside = [one for one in upright if not touches_border(one.box, ink)]
    height = typical_height(inside or upright)
    kept = [one for one in found if not is_noise(one, height, ink)]
    bodies = [one for one in kept if one.box.height >= BODY * height and not one.is_flat]
    lines = group_bodies(bodies)
    for one in kept:
        if one not in bodies and lines:
            min(lines, key=lambda line: distance_to(one, line)).append(one)
    found_lines = sorted(map(make_text_line, lines), key=middle_row)
    return add_marks(found_lines, [one for one in found if is_mark(one, height, ink)])


def find_components(ink: Ink) -> list[Component]:
    """Find ink that hangs together; soft edges go with the nearest full ink."""
    core = cv2.compare(ink, CORE, cv2.CMP_GE)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core)
    if count == 1:
        return []
    _, blobs = cv2.connectedComponents(ink)
    has_core = np.zeros(blobs.max() + 1, bool)
    has_core[blobs[core > 0]] = True
    has_core[0] = False
    _, nearest = cv2.distanceTransformWithLabels(cv2.bitwise_not(core), cv2.DIST_L2, 5)
    owner_of = np.zeros(nearest.max() + 1, np.int32)
    owner_of[nearest[core > 0]] = labels[core > 0]
    owners = np.where(has_core[blobs], owner_of[nearest], 0)
    largest = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:MAX_COMPONENTS] + 1
    boxes = find_boxes(owners, count)
    return [cut_component(ink, owners, int(label), boxes[label]) for label in np.sort(largest)]


def find_boxes(owners: npt.NDArray[np.int32], count: int) -> list[Box]:
    """Find the box of every label in one pass, an empty one for labels without pixels."""
    ys, xs = np.nonzero(owners)  # row by row: the first and last of a label are its top and bottom
    labels = owners[ys, xs]
    left, top = np.full(count, owners.shape[1]), np.zeros(count, np.intp)
    right, bottom = np.zeros(count, np.intp), np.zeros(count, np.intp)
    np.minimum.at(left, labels, xs)
    np.maximum.at(right, labels, xs + 1)
    top[labels[::-1]] = ys[::-1]  # of equal labels the last one written stays
    bottom[labels] = ys + 1
    sides = zip(left.tolist(), top.tolist(), right.tolist(), bottom.tolist(), strict=True)
    return [Box(x, y, max(end - x, 0), max(low - y, 0)) for x, y, end, low in sides]


def cut_component(ink: Ink, owners: npt.NDArray[np.int32], label: int, box: Box) -> Component:
    """Cut one component out of the ink."""
    place = np.s_[box.y : box.bottom, box.x : box.right]
    return Component(box, ink[place] * (owners[place] == label))


def touches_border(box: Box, ink: Ink) -> bool:
    """Whether a box reaches the picture's border."""
    height, width = ink.shape
    return box.x == 0 or box.y == 0 or box.right == width or box.bottom == height


def typical_height(components: Sequence[Component]) -> float:
    """Return the height that half of the ink is in components of, or higher ones."""
    if not components:
        return 0.0
    ordered = sorted(components, key=lambda component: component.box.height)
    areas = np.cumsum([cv2.countNonZero(component.ink) for component in ordered])
    return float(ordered[int(np.searchsorted(areas, areas[-1] / 2))].box.height)


def is_noise(component: Component, height: float, ink: Ink) -> bool:
    """Whether a component is a dot, a speck, a rule or the sheet's edge."""
    box = component.box
    is_speck = max(box.width, box.height) < SPECK * height
    is_rule = box.width > RULE_WIDTH * height and box.height < RULE_HEIGHT * height
    is_edge = box.height > EDGE * height and touches_border(box, ink)
    return is_speck or (is_rule and component.is_flat) or is_edge


def is_mark(component: Component, height: float, ink: Ink) -> bool:
    """Whether a component that is too small for a part of a digit may be a dot or a comma."""
    size = max(component.box.width, component.box.height)
    return MARK * height <= size < SPECK * height and not touches_border(component.box, ink)


def add_marks(lines: list[TextLine], marks: Sequence[Component]) -> list[TextLine]:
    """Give each small component to the line that it stands in, if it stands in one."""
    if not lines or len(marks) > MAX_MARKS:  # countless ones are the grain of the paper
        return lines
    given: list[list[Component]] = [[] for _ in lines]
    for mark in marks:
        distances = [distance_to(mark, line.components) for line in lines]
        nearest = int(np.argmin(distances))
        if distances[nearest] <= MARK_DISTANCE * lines[nearest].height:
            given[nearest].append(mark)
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


def distance_to(component: Component, line: Sequence[Component]) -> float:
    """Return the pixels from a component to the nearest of a line."""
    return min(component.box.distance(other.box) for other in line)


def make_text_line(components: Sequence[Component]) -> TextLine:
    """Order components from left to right, by their middles."""
    ordered = sorted(components, key=lambda component: component.box.x + component.box.width / 2)
    upright = [component for component in components if not component.is_flat]
    return TextLine(tuple(ordered), typical_height(upright))


def middle_row(line: TextLine) -> float:
    """Return the median of the rows in the middle of a line's components."""
    return float(np.median([one.box.y + one.box.height / 2 for one in line.components]))
