"""Tell printed lines by what they meet: those that end at others, or at the border.

    network = Network(level, upright, mask.shape)
    is_level, is_upright, is_form = network.keep_closed(mask)

NumPy and OpenCV only.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.straight_lines import Floats, Line, Mask

Flags = npt.NDArray[np.bool_]

MAX_THICKNESS = 0.025  # of the picture's longest side, of lines that end at its border ...
SMALL_THICKNESS = 0.06, 5.0  # ... in small pictures so much of it, and so many pixels
NEAR = 0.02  # of the picture's side; a line that ends so near the border ends there
REACH = 0.1  # of the shorter of two lines that leave a corner open
OVERSHOOT = 0.2  # of a line's length, beyond the last line that it meets
SPAN = 0.6  # of a line's length, between the first line that it meets and the last
INKED = 0.005  # of a cell's area; with less ink it is empty
EMPTY_CELLS = 4  # so many cells are a form, with no ink in them either
SLIM = 0.07  # of its length; a printed line is no thicker, and a pixel's half
STEP = 4  # columns between the points that a line is drawn through
MARGIN = 1.5  # pixels beside a line that are its soft edge


class Network:
    """Which lines meet which, and which of them end nowhere."""

    def __init__(
        self, level: Sequence[Line], upright: Sequence[Line], shape: tuple[int, ...]
    ) -> None:
        self.level, self.upright = level, upright
        self.height, self.width = shape[0], shape[1]
        self.columns, self.rows, self.meets = find_meetings(level, upright)

    def keep_closed(self, mask: Mask) -> tuple[Flags, Flags, bool]:
        """Say which level and upright lines are printed, and whether they make a form."""
        is_level, is_upright = self.drop_loose_ends()
        is_border_level = self.ends_at_border(self.level, self.width, is_level)
        group = self.group(is_level, is_upright)
        # An upright line alone may be a one, or the stem of a four, in a picture cut closely.
        at_border = np.concatenate([is_border_level, np.zeros_like(is_upright)])
        is_line = np.concatenate([is_level, is_upright])
        inked, cells = self.count_cells(mask, group, is_line)
        is_form = (inked > 0) | (cells >= EMPTY_CELLS)
        good = is_form.copy()
        good[group[at_border & is_line]] = True
        kept = is_line & good[group]
        count = len(self.level)
        return kept[:count], kept[count:], bool(is_form[group[kept]].any())

    def drop_loose_ends(self) -> tuple[Flags, Flags]:
        """Drop lines that end in the paper, until all that stay end nowhere."""
        is_level, is_upright = are_slim(self.level), are_slim(self.upright)
        while True:
            before = is_level.sum() + is_upright.sum()
            is_level &= self.is_held(
                self.level, np.where(self.meets & is_upright, self.columns, np.nan), self.width
            )
            is_upright &= self.is_held(
                self.upright, np.where(self.meets.T & is_level, self.rows.T, np.nan), self.height
            )
            if is_level.sum() + is_upright.sum() == before:
                return is_level, is_upright

    def is_held(self, lines: Sequence[Line], stops: Floats, side: int) -> Flags:
        """Say which lines are held at both ends by others, or by the border."""
        if not lines:
            return np.zeros(0, bool)
        starts, ends, thick = arrays_of(lines)
        near = max(3.0, NEAR * side)
        fits = thick <= self.thickest_at_border()
        at_start = np.where((starts <= near) & fits, starts, np.nan)
        at_end = np.where((ends >= side - 1 - near) & fits, ends, np.nan)
        stops = np.column_stack([stops, at_start, at_end])
        first = np.where(np.isnan(stops), np.inf, stops).min(axis=1)
        last = np.where(np.isnan(stops), -np.inf, stops).max(axis=1)
        length = ends - starts + 1
        over = np.maximum(3 * thick, OVERSHOOT * length)
        held: Flags = last - first >= SPAN * length
        return held & (starts >= first - over) & (ends <= last + over)

    def thickest_at_border(self) -> float:
        """Return the thickness up to which a line may end at the border."""
        longest = max(self.height, self.width)
        share, pixels = SMALL_THICKNESS
        return max(MAX_THICKNESS * longest, min(share * longest, pixels), 2.0)

    def ends_at_border(self, lines: Sequence[Line], side: int, flags: Flags) -> Flags:
        """Say which lines end at the picture's border at one end or both."""
        if not lines:
            return flags
        starts, ends, thick = arrays_of(lines)
        near = max(3.0, NEAR * side)
        at_border: Flags = (starts <= near) | (ends >= side - 1 - near)
        return flags & at_border & (thick <= self.thickest_at_border())

    def group(self, is_level: Flags, is_upright: Flags) -> npt.NDArray[np.intp]:
        """Number the lines, level ones first, by the network that they belong to."""
        count = len(self.level)
        groups = np.arange(count + len(self.upright))
        meets = self.meets & is_level[:, np.newaxis] & is_upright[np.newaxis]
        first, second = np.nonzero(meets)
        second += count
        while first.size:
            lower = np.minimum(groups[first], groups[second])
            if (groups[first] == lower).all() and (groups[second] == lower).all():
                break
            np.minimum.at(groups, first, lower)
            np.minimum.at(groups, second, lower)
        return groups

    def count_cells(
        self, mask: Mask, group: npt.NDArray[np.intp], is_line: Flags
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Count for each network its cells with ink in them, and all its cells."""
        inked, cells = np.zeros(len(group), np.intp), np.zeros(len(group), np.intp)
        if not is_line.any():
            return inked, cells
        count = len(self.level)
        level = select(self.level, is_line[:count])
        upright = select(self.upright, is_line[count:])
        drawn = np.full(mask.shape, -1, np.int32)
        for line, number in zip(level, group[:count][is_line[:count]].tolist(), strict=True):
            cv2.polylines(drawn, [points_of(line)], False, number, 2)
        for line, number in zip(upright, group[count:][is_line[count:]].tolist(), strict=True):
            cv2.polylines(drawn, [points_of(line)[:, ::-1]], False, number, 2)
        rest = cv2.bitwise_and(mask, cv2.bitwise_not(band_of(level, upright, mask.shape)))
        faces, labels, stats, _ = cv2.connectedComponentsWithStats(
            (drawn < 0).astype(np.uint8), connectivity=4
        )
        ink = np.bincount(labels[rest > 0], minlength=faces)
        left, top, width, height, area = stats.T
        inside = (left > 0) & (top > 0)
        inside &= (left + width < self.width) & (top + height < self.height)
        inside[0] = False
        for face in np.flatnonzero(inside).tolist():
            column = labels[top[face] : top[face] + height[face], left[face]]
            row = top[face] + int((column == face).argmax())
            owner = drawn[row, left[face] - 1]
            if owner >= 0:
                cells[owner] += 1
                inked[owner] += ink[face] >= max(INKED * area[face], 8)
        return inked, cells


def are_slim(lines: Sequence[Line]) -> Flags:
    """Say which lines are slim for their length; the sides of a zero are not."""
    slim = [line.thickness <= SLIM * len(line.middles) + 0.5 for line in lines]
    return np.array(slim, dtype=bool)


def arrays_of(lines: Sequence[Line]) -> tuple[Floats, Floats, Floats]:
    """Return first columns, last columns and thicknesses."""
    starts = np.array([line.start for line in lines], np.float64)
    ends = np.array([line.end - 1 for line in lines], np.float64)
    return starts, ends, np.array([line.thickness for line in lines])


def find_meetings(level: Sequence[Line], upright: Sequence[Line]) -> tuple[Floats, Floats, Flags]:
    """Find where lines cross or meet.

    Returns:
        Arrays of shape (level lines, upright lines): the column and the row of the point
        in which both would cross, and whether they do.
    """
    if not level or not upright:
        empty = np.zeros((len(level), len(upright)))
        return empty, empty, empty > 0
    left, right, thick = (a[:, np.newaxis] for a in arrays_of(level))
    top, bottom, thick_too = arrays_of(upright)
    slope = np.array([line.slope for line in level])[:, np.newaxis]
    row = np.array([line.middles.mean() for line in level])[:, np.newaxis]
    row = row - slope * (left + right) / 2
    lean = np.array([line.slope for line in upright])
    column = np.array([line.middles.mean() for line in upright]) - lean * (top + bottom) / 2
    columns = (column + lean * row) / (1 - lean * slope)
    rows = row + slope * columns
    thick = np.maximum(thick, thick_too)
    reach = np.maximum(2 * thick + 2, REACH * np.minimum(right - left, bottom - top))
    out_x = np.maximum(left - columns, columns - right)
    out_y = np.maximum(top - rows, rows - bottom)
    # Two ends make a corner, which may stay open; an end beside a line must touch it.
    touch = thick + 2
    meets = (out_x <= np.where(out_y >= -reach, reach, touch)) & (
        out_y <= np.where(out_x >= -reach, reach, touch)
    )
    return columns, rows, meets


def points_of(line: Line) -> npt.NDArray[np.int32]:
    """Return a line as points (x, y), a little longer than it is, to close its corners."""
    extra = np.arange(1, 1 + round(2 * line.thickness + 2 + REACH / 2 * len(line.middles)))
    before = line.middles[0] - extra[::-1] * line.slope
    after = line.middles[-1] + extra * line.slope
    rows = np.concatenate([before, line.middles, after])
    columns = np.arange(line.start - len(extra), line.end + len(extra))
    points = np.column_stack([columns, rows.round()]).astype(np.int32)
    return np.concatenate([points[:-1:STEP], points[-1:]])


def band_of(level: Sequence[Line], upright: Sequence[Line], shape: tuple[int, ...]) -> Mask:
    """Return the pixels of lines as they would be without what crosses them."""
    band = np.zeros(shape[:2], np.uint8)
    for lines, place in ((level, band), (upright, band.T)):
        for line in lines:
            half = line.thickness / 2 + MARGIN
            offsets = np.arange(-round(half), round(half) + 1)
            rows = line.middles.round().astype(np.intp)[np.newaxis] + offsets[:, np.newaxis]
            rows = rows.clip(0, place.shape[0] - 1)
            place[rows, np.arange(line.start, line.end)[np.newaxis]] = 255
    return band


def select(lines: Sequence[Line], flags: Flags) -> tuple[Line, ...]:
    """Return those lines whose flag is set."""
    return tuple(line for line, flag in zip(lines, flags, strict=True) if flag)
