"""Take printed lines off a picture: rules, squares, frames and boxes, tables.

    contrast = remove_lines(contrast, level)  # uint8, 0 = paper

A straight line is printed when it ends nowhere: at the picture's border or at other
such lines, as the sides of a box do; or when it is far longer than the writing is high.
The strokes of a digit end in the paper. What crosses a line stays whole, as in the
removal of staff lines from scores (Dalitz et al., "A comparative study of staff removal
algorithms", 2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Gray
from digits.preprocessing.comb_ticks import find_ticks
from digits.preprocessing.line_geometry import MARGIN, Flags, band_of, pixels_along, select
from digits.preprocessing.line_network import SLIM, Network
from digits.preprocessing.straight_lines import Line, Mask, common_run, find_lines

MIN_SIDE = 24  # pixels; in smaller pictures a rule cannot be told from a stroke
RULE = 2.5  # digits' sizes; a longer level line is a rule, wherever it ends ...
UPRIGHT_RULE = 6.0  # digits' sizes; a longer upright one
SOLID = 2.0  # digits' sizes, at least, without a gap; the bases of digits in a row have some
ENDS = 3  # pixels from the border, at most, a line ends there
STRONGER = 2 / 3  # of the way from the line's contrast to that of the ink
MIN_RULE = 0.15  # of the picture's longest side; a shorter line is no rule
OVERHANG = 0.08  # of the digits' height; a rule begins before the writing and ends behind it
EVEN = 0.7  # pixels; print is no further off a straight line
PALER = 1.3  # times as strong is ink that can be told from the line which it crosses
WHOLE = 0.97  # of a line's length that is seen; the feet of digits in a row have gaps
MOST_COMBS = 12  # the longest lines of a picture may be bases of combs
FLATTEST = 0.1  # height for its width; a component below it is no digit, but a rule
MIN_REST = 0.05  # of the picture's longest side; a digit that stays is at least as long


@dataclass(frozen=True, eq=False)
class Ruling:
    """The printed lines of a picture.

    Attributes:
        level: nearly level lines.
        upright: nearly upright ones, with rows and columns changed round.
        is_form: whether they hold cells, and not only end at the border or in the paper.
    """

    level: tuple[Line, ...]
    upright: tuple[Line, ...]
    is_form: bool


def remove_lines(contrast: Gray, level: float, rulings: list[Ruling] | None = None) -> Gray:
    """Take printed lines off, unless nothing but lines would stay.

    Args:
        contrast: uint8 array of shape (height, width), 0 = paper.
        level: contrast above which a pixel may belong to a line.
        rulings: gets the lines that are taken off. Defaults to nobody who asks.

    Returns:
        uint8 array of the same shape: `contrast`, 0 where the lines were.
    """
    _, mask = cv2.threshold(contrast, level, 255, cv2.THRESH_BINARY)
    ruling = find_ruling(mask)
    if ruling is None:
        return contrast
    rest = cv2.bitwise_and(contrast, cv2.bitwise_not(pixels_of(ruling, mask, contrast)))
    sides = component_sides(cv2.compare(rest, level, cv2.CMP_GT))
    if not ruling.is_form and sides.max(initial=0) < MIN_REST * max(mask.shape):
        return contrast
    if rulings is not None:
        rulings.append(ruling)
    return rest


def find_ruling(mask: Mask) -> Ruling | None:
    """Find the printed lines of a picture; None when there are none.

    Args:
        mask: uint8 array of shape (height, width), 255 = ink or line.
    """
    if min(mask.shape) < MIN_SIDE:
        return None
    level = find_lines(mask)
    upright = find_lines(np.ascontiguousarray(mask.T))
    if not level and not upright:
        return None
    closed = Network(level, upright, mask.shape)
    is_level, is_upright, is_form = closed.keep_closed(mask)
    printed = Ruling(select(level, is_level), select(upright, is_upright), is_form)
    held = is_level.copy()
    is_level |= find_rules(level, is_level, mask, printed, RULE)
    if not is_form:  # in a cell a straight line is a stroke
        is_level |= find_even_rules(level, is_level, mask, printed)
    is_upright |= find_rules(upright, is_upright, mask.T, swap(printed), UPRIGHT_RULE)
    ticks: list[Line] = []
    for index in longest_first(level)[:MOST_COMBS]:
        may_be_base = not held[index] and is_whole(level[index])
        if may_be_base and (found := find_ticks(level[index], mask)):
            ticks += found
            is_level[index] = is_form = True
    if not is_level.any() and not is_upright.any():
        return None
    return Ruling(select(level, is_level), (*select(upright, is_upright), *ticks), is_form)


def longest_first(lines: Sequence[Line]) -> list[int]:
    """Return the indices of lines, the longest first."""
    return sorted(range(len(lines)), key=lambda index: -len(lines[index].middles))


def swap(ruling: Ruling) -> Ruling:
    """Change rows and columns round."""
    return Ruling(ruling.upright, ruling.level, ruling.is_form)


def pixels_of(ruling: Ruling, mask: Mask, contrast: Gray) -> Mask:
    """Return the pixels of printed lines, without what crosses them or runs along them."""
    band = band_of(ruling.level, ruling.upright, mask.shape)
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(band))
    lines = (*ruling.level, *ruling.upright)
    widest = max(line.thickness for line in lines)
    # Ink that nowhere leaves the lines' edges is theirs: lines are not that even.
    near = cv2.dilate(band, np.ones((3, 3), np.uint8), iterations=1 + round(widest / 4))
    rest = drop_within(rest, near)
    crossed = np.zeros_like(mask)
    for element in crossing_elements(round(widest + 2 * MARGIN) + 3):
        crossed |= cv2.morphologyEx(rest, cv2.MORPH_CLOSE, element)
    pen = common_run(rest)
    full = float(np.median(contrast[rest > 0])) if pen else 0.0
    for of, ink, kept, strength in (
        (ruling.level, rest, crossed, contrast),
        (ruling.upright, rest.T, crossed.T, contrast.T),
    ):
        for line in of:
            keep_along(line, ink, kept, pen)
            # The lines of squared paper, from border to border, are too faint to tell.
            if line.start > ENDS or line.end < strength.shape[1] - ENDS:
                keep_stronger(line, strength, kept, full)
    stays = cv2.bitwise_or(rest, cv2.bitwise_and(mask, cv2.bitwise_and(crossed, band)))
    return cv2.bitwise_and(near, cv2.bitwise_not(drop_within(stays, near)))


def drop_within(ink: Mask, area: Mask) -> Mask:
    """Remove components that lie within an area."""
    count, labels = cv2.connectedComponents(ink)
    leaves = np.bincount(labels[area == 0], minlength=count) > 0
    leaves[0] = False
    return (leaves[labels] * 255).astype(np.uint8)


def keep_along(line: Line, ink: Mask, kept: Mask, pen: int) -> None:
    """Keep the part of a line in which a stroke lies that runs along it.

    Where less of a stroke than the pen's thickness shows beside the line, the rest is in it.

    Args:
        line: that is taken off.
        ink: uint8 array, 255 = ink beside the lines.
        kept: uint8 array that gets 255 where the ink is to stay.
        pen: pixels, thickness of the strokes.
    """
    rows, columns = pixels_along(line, round(line.thickness / 2 + MARGIN), ink.shape)
    steps = np.arange(pen)[:, np.newaxis]
    for edge, outwards in ((rows[0], -1), (rows[-1], 1)):
        beside = (edge + outwards * (steps + 1)).clip(0, ink.shape[0] - 1)
        seen = np.minimum.accumulate(ink[beside, columns] > 0).sum(axis=0)
        inside = (edge - outwards * steps).clip(rows[0], rows[-1])
        partly = (steps < pen - seen) & (seen > 0)
        kept[inside[partly], np.broadcast_to(columns, inside.shape)[partly]] = 255


def keep_stronger(line: Line, contrast: Gray, kept: Mask, full: float) -> None:
    """Keep what is as dark as the ink, where a line is paler.

    Args:
        line: that is taken off.
        contrast: uint8 array, 0 = paper.
        kept: as for `keep_along`.
        full: contrast of the ink.
    """
    rows, columns = pixels_along(line, round(line.thickness / 2 + MARGIN), contrast.shape)
    values = contrast[rows, columns]
    own = float(np.quantile(values.max(axis=0), 0.6))
    if full > PALER * own:
        stronger = values > own + STRONGER * (full - own)
        kept[rows[stronger], np.broadcast_to(columns, rows.shape)[stronger]] = 255


def crossing_elements(length: int) -> list[Mask]:
    """Return straight strokes of several slants, that bridge so many pixels."""
    side = 2 * (length // 2) + 3
    slanted = np.eye(side, dtype=np.uint8)
    return [np.ones((1, side), np.uint8), np.ones((side, 1), np.uint8), slanted, slanted[::-1]]


def find_rules(
    lines: Sequence[Line], is_printed: Flags, mask: Mask, printed: Ruling, long: float
) -> Flags:
    """Say which other lines are rules, since they are far longer than digits are.

    Args:
        lines: all of one direction.
        is_printed: which are known as printed.
        mask: uint8 array, 255 = ink or line, turned as `lines` are.
        printed: the printed lines, turned as `lines` are.
        long: digits' sizes; a longer line may be a rule.
    """
    is_rule = np.zeros(len(lines), bool)
    if is_printed.all():
        return is_rule
    band = band_of(printed.level, printed.upright, mask.shape)
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(band))
    # A one is far longer than it is wide, and no rule.
    size = max(usual_height(rest), usual_height(rest.T))
    for index in np.flatnonzero(~is_printed).tolist():
        line = lines[index]
        is_rule[index] = line.solid >= SOLID * size and len(line.middles) >= long * size > 0
    return is_rule


def find_even_rules(lines: Sequence[Line], is_printed: Flags, mask: Mask, printed: Ruling) -> Flags:
    """Say which other level lines are rules that the writing touches or crosses.

    What hangs together by a rule is no digit: its size is measured without the line.

    Args:
        lines, is_printed, mask, printed: as for `find_rules`.
    """
    is_rule = np.zeros(len(lines), bool)
    lengths = np.array([line.solid * is_even(line) for line in lines]) * ~is_printed
    may_be = lengths >= max(lengths.max(initial=0) / 2, MIN_RULE * max(mask.shape))
    if not may_be.any():
        return is_rule
    taken = Ruling((*printed.level, *select(lines, may_be)), printed.upright, is_form=False)
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(pixels_of(taken, mask, mask)))
    size = usual_height(rest)
    _, _, stats, _ = cv2.connectedComponentsWithStats(rest)
    written = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= size / 2]  # dust may lie anywhere
    left = written[:, cv2.CC_STAT_LEFT].min(initial=rest.shape[1])
    right = (written[:, cv2.CC_STAT_LEFT] + written[:, cv2.CC_STAT_WIDTH]).max(initial=0)
    for index in np.flatnonzero(may_be).tolist():
        line = lines[index]
        is_over = line.start <= left - OVERHANG * size
        is_over &= line.end >= right + OVERHANG * size
        is_long = line.solid >= SOLID * size and len(line.middles) >= RULE * size > 0
        is_rule[index] = is_over and is_long
    return is_rule


def is_whole(line: Line) -> bool:
    """Whether a line is long, straight and without gaps, as the base of a comb is."""
    return line.cover >= WHOLE and line.thickness <= SLIM * len(line.middles) and is_even(line)


def is_even(line: Line) -> bool:
    """Whether a line is as straight as print."""
    columns = np.arange(len(line.middles))
    slope, row = np.polyfit(columns, line.middles, 1)
    off = np.abs(line.middles - row - slope * columns)
    return bool(np.quantile(off, 0.75) <= EVEN + 0.1 * line.thickness)


def usual_height(mask: Mask) -> float:
    """Return the height that half of the ink is in components of, or higher ones."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(mask))
    stats = stats[1:]
    stats = stats[stats[:, cv2.CC_STAT_HEIGHT] >= FLATTEST * stats[:, cv2.CC_STAT_WIDTH]]
    if not len(stats):
        return 0.0
    stats = stats[np.argsort(stats[:, cv2.CC_STAT_HEIGHT])]
    areas = np.cumsum(stats[:, cv2.CC_STAT_AREA])
    return float(stats[np.searchsorted(areas, areas[-1] / 2), cv2.CC_STAT_HEIGHT])


def component_sides(mask: Mask) -> npt.NDArray[np.int32]:
    """Return the longer side of each component."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    sides: npt.NDArray[np.int32] = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    return sides
