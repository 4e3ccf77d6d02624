"""Tell printed lines by what they meet: those that end at others, or at the border.

    network = Network(level, upright, mask.shape)
    is_level, is_upright, is_form = network.keep_closed(mask)

NumPy and OpenCV only.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.line_geometry import (
    Flags,
    arrays_of,
    band_of,
    find_meetings,
    lengths_of,
    points_of,
    select,
)
from digits.preprocessing.straight_lines import Floats, Line, Mask

MAX_THICKNESS = 0.025  # of the picture's longest side, of lines that end at its border ...
SMALL_THICKNESS = 0.06, 5.0  # ... in small pictures so much of it, and so many pixels
NEAR = 0.02  # of the picture's side; a line that ends so near the border ends there
LONGEST = 0.9  # of the longest line of its network in either direction; such a line is one ...
SAME_END = 3.0  # ... or there is another one between the same two: so many pixels apart
LEAN = 0.1  # rows a column, between lines of one network and direction
MIN_CELLS = 3  # of equal width make a comb or grid, in which other lines are strokes
MOST = 0.75  # of the places of such lines have one, and of the lines are in such a place
ASIDE = 0.08  # of a cell's width, and a pixel, from its place
UNBROKEN = 0.75  # of a line's length that is seen, where its gaps are irregular
OVERSHOOT = 0.2  # of a line's length, beyond the last line that it meets
SPAN = 0.6  # of a line's length, between the first line that it meets and the last
INKED = 0.005  # of a cell's area; with less ink it is empty
EMPTY_CELLS = 4  # so many cells are a form, with no ink in them either
SLIM = 0.07  # of its length; a printed line is no thicker, and a pixel's half ...
STOUT = 0.18  # ... but the side of a small cell that holds ink


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
        is_level, is_upright, is_form = self.keep_slim(mask)
        stout_level, stout_upright = self.drop_loose_ends(STOUT)
        group = self.group(stout_level, stout_upright)
        is_line = np.concatenate([stout_level, stout_upright])
        inked, _ = self.count_cells(mask, group, is_line)
        # The sides of a zero are as stout as these, but it holds no ink.
        kept = is_line & (inked > 0)[group]
        count = len(self.level)
        return is_level | kept[:count], is_upright | kept[count:], is_form or bool(kept.any())

    def keep_slim(self, mask: Mask) -> tuple[Flags, Flags, bool]:
        """Do as `keep_closed` with slim lines alone, which need not hold ink."""
        is_level, is_upright = self.drop_loose_ends(SLIM)
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

    def drop_loose_ends(self, slim: float) -> tuple[Flags, Flags]:
        """Drop lines that end in the paper, until all that stay end nowhere.

        Args:
            slim: of a line's length; thicker ones are dropped first.
        """
        is_level, is_upright = are_slim(self.level, slim), are_slim(self.upright, slim)
        across, down = lengths_of(self.level), lengths_of(self.upright)
        while True:
            before = is_level.sum() + is_upright.sum()
            group = self.group(is_level, is_upright)
            level, upright = group[: len(across)], group[len(across) :]
            shortest = LONGEST * np.minimum(
                longest_of(across, level, is_level, len(group)),
                longest_of(down, upright, is_upright, len(group)),
            )
            is_level = keep_alike(self.level, level, is_level, shortest)
            is_upright = keep_alike(self.upright, upright, is_upright, shortest)
            stops = np.where(self.meets & is_upright, self.columns, np.nan)
            is_level &= self.is_held(self.level, stops, self.width)
            stops = np.where(self.meets.T & is_level, self.rows.T, np.nan)
            is_upright &= self.is_held(self.upright, stops, self.height)
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
        # The rim of a stroke that was taken for a line is no ink in a cell.
        thick = max(line.thickness for line in (*level, *upright))
        band = band_of(level, upright, mask.shape)
        band = cv2.dilate(band, np.ones((3, 3), np.uint8), iterations=2 + round(thick / 2))
        rest = cv2.bitwise_and(mask, cv2.bitwise_not(band))
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


def are_slim(lines: Sequence[Line], slim: float) -> Flags:
    """Say which lines are slim for their length, and whole or broken at equal distances.

    The sides of a zero are not slim; the bases of digits in a row have irregular gaps.
    """
    is_slim = [
        line.thickness <= slim * len(line.middles) + 0.5
        and (line.cover >= UNBROKEN or line.is_regular)
        for line in lines
    ]
    return np.array(is_slim, dtype=bool)


def longest_of(lengths: Floats, group: npt.NDArray[np.intp], flags: Flags, groups: int) -> Floats:
    """Return the length of the longest line of each group."""
    longest = np.zeros(groups)
    np.maximum.at(longest, group[flags], lengths[flags])
    return longest


def keep_alike(
    lines: Sequence[Line], group: npt.NDArray[np.intp], flags: Flags, shortest: Floats
) -> Flags:
    """Keep lines that are about parallel to most of their group, and about as long.

    Args:
        lines: all of one direction.
        group: number of each line's network.
        flags: which may be printed.
        shortest: pixels, that an outermost line of each network may have.
    """
    slopes, lengths = np.array([line.slope for line in lines]), lengths_of(lines)
    starts, _, thick = arrays_of(lines)
    rows = np.array([line.middles.mean() for line in lines])
    kept = np.zeros(len(lines), bool)
    siblings = have_siblings(lines, flags)
    for number in np.unique(group[flags]).tolist():
        own = np.flatnonzero((group == number) & flags)
        ordered = own[np.argsort(slopes[own])]
        reached = np.cumsum(lengths[ordered])
        usual = slopes[ordered[np.searchsorted(reached, reached[-1] / 2)]]
        place = rows[own] - usual * (starts[own] + lengths[own] / 2)
        aside = np.minimum(place - place.min(), place.max() - place)
        is_outer = aside <= thick[own] + SAME_END
        is_long = lengths[own] >= LONGEST * lengths[own].max()
        is_long |= siblings[own] | (is_outer & (lengths[own] >= shortest[number]))
        is_long &= np.abs(slopes[own] - usual) <= LEAN
        is_long[is_long] = fits_cells(place[is_long])
        kept[own] = is_long
    return kept


def fits_cells(places: Floats) -> Flags:
    """Say which lines stand at equal distances, where most do; else all fit.

    A stem that is as high as its cell stands between two lines.
    """
    fits = np.ones(len(places), bool)
    if len(places) < MIN_CELLS + 1:
        return fits
    first, last = places.min(), places.max()
    for cells in range(len(places) - 1, MIN_CELLS - 1, -1):
        step = (last - first) / cells
        off = np.abs(places - first - step * np.arange(cells + 1)[:, np.newaxis])
        standing = off.min(axis=0) <= ASIDE * step + 1
        if min((off.min(axis=1) <= ASIDE * step + 1).mean(), standing.mean()) >= MOST:
            return np.asarray(standing)
    return fits


def have_siblings(lines: Sequence[Line], flags: Flags) -> Flags:
    """Say which lines start and end where another one does, as the sides of a table's row."""
    if not lines:
        return flags
    starts, ends, thick = arrays_of(lines)
    apart = np.maximum(np.abs(starts - starts[:, np.newaxis]), np.abs(ends - ends[:, np.newaxis]))
    are_siblings = (apart <= SAME_END + thick) & flags & flags[:, np.newaxis]
    np.fill_diagonal(are_siblings, False)
    return np.asarray(are_siblings.any(axis=1))
