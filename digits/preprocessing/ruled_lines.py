"""Take printed lines off a picture: rules, squares and the frame of a form's box.

    contrast = remove_lines(contrast, level)  # uint8, 0 = paper

A printed line is thin, straight, nearly upright or level, and ends nowhere: at the
picture's border or at another such line. What crosses it stays, as in the removal of
staff lines from scores (Dalitz et al., "A comparative study of staff removal
algorithms", 2008): only short runs across the line are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Gray

Mask = npt.NDArray[np.uint8]  # (height, width), 0 or 255
Indices = npt.NDArray[np.intp]  # (n,), one coordinate of some pixels

MIN_RULED_SIDE = 80  # pixels; in smaller pictures a rule is as thick as a pen
MAX_THICKNESS = 0.025  # of the picture's longest side; thicker lines are strokes
MIN_LENGTH = 0.7  # of the picture's width or height, for a line to be printed
MAX_GAP = 0.3  # of the picture's width or height, where strokes cross or follow a line
MAX_RISE = 0.1  # of a line's length: a sheet held askew, a page that curls
MIN_COVER = 0.4  # of a line's length must be seen, the rest may be crossed
NEAR = 0.03  # of the picture's width or height: as far as a line may end from another
MIN_REST = 0.05  # of the picture's longest side; a digit that stays is at least as long


@dataclass(frozen=True)
class RuledLine:
    """One printed line along x: its ends, its middle in y, and its pixels."""

    start: int
    end: int
    middle: float
    pixels: Mask


def remove_lines(contrast: Gray, level: float) -> Gray:
    """Take printed lines off, unless nothing but lines would stay.

    Args:
        contrast: uint8 array of shape (height, width), 0 = paper.
        level: contrast above which a pixel may belong to a line.

    Returns:
        uint8 array of the same shape: `contrast`, 0 where the lines were.
    """
    if min(contrast.shape) < MIN_RULED_SIDE:
        return contrast
    thickness = max(round(MAX_THICKNESS * max(contrast.shape)), 2)
    _, mask = cv2.threshold(contrast, level, 255, cv2.THRESH_BINARY)
    level_lines = find_ruled_lines(mask, thickness)
    upright_lines = find_ruled_lines(np.ascontiguousarray(mask.T), thickness)
    height, width = mask.shape
    printed = [line.pixels for line in level_lines if is_printed(line, upright_lines, width)]
    printed += [line.pixels.T for line in upright_lines if is_printed(line, level_lines, height)]
    if not printed:
        return contrast
    lines = np.bitwise_or.reduce(printed)
    rest = cv2.bitwise_and(contrast, cv2.bitwise_not(lines))
    _, _, stats, _ = cv2.connectedComponentsWithStats((rest > level).astype(np.uint8))
    longest = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(initial=0)
    return rest if longest >= MIN_REST * max(mask.shape) else contrast


def find_ruled_lines(mask: Mask, thickness: int) -> list[RuledLine]:
    """Find long, thin, nearly level lines.

    Args:
        mask: uint8 array of shape (height, width), 255 = ink or line.
        thickness: pixels across; what is thicker is no line.

    Returns:
        The lines; their pixels leave out what crosses them.
    """
    height, width = mask.shape
    # Runs across that are longer than a line is thick belong to strokes.
    strokes = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((thickness + 1, 1), np.uint8))
    thin = cv2.bitwise_and(mask, cv2.bitwise_not(strokes))
    gap = round(MAX_GAP * width) | 1
    joined = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, max(width // 24, 3)), np.uint8))
    # Five pixels high, to join what a gap and a line's slope set apart.
    joined = cv2.dilate(joined, np.ones((5, gap), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    lines = []
    is_long = stats[1:, cv2.CC_STAT_WIDTH] >= MIN_LENGTH * width
    for label in 1 + np.flatnonzero(is_long):  # 0 is the paper
        ys, xs = np.nonzero(cv2.bitwise_and(thin, cv2.compare(labels, int(label), cv2.CMP_EQ)))
        line = fit_line(xs, ys, mask.shape, thickness)
        if line is not None:
            # A line's soft edges go with it; strokes keep theirs.
            soft = cv2.dilate(line.pixels, np.ones((5, 3), np.uint8))
            lines.append(replace(line, pixels=cv2.bitwise_and(soft, cv2.bitwise_not(strokes))))
    return lines


def fit_line(xs: Indices, ys: Indices, shape: tuple[int, int], thickness: int) -> RuledLine | None:
    """Fit a straight line to pixels; None when they are too few, too short or too steep."""
    height, width = shape
    if len(xs) < 2:
        return None
    points = np.column_stack([xs, ys]).astype(np.float32)
    along_x, along_y, x, y = cv2.fitLine(points, cv2.DIST_WELSCH, 0, 0.01, 0.01).ravel().tolist()
    if abs(along_y) > MAX_RISE * abs(along_x):
        return None
    near = np.abs(y + (xs - x) * along_y / along_x - ys) <= thickness
    columns = np.unique(xs[near])
    if len(columns) < MIN_COVER * width or np.ptp(columns) < MIN_LENGTH * width:
        return None
    pixels = np.zeros((height, width), np.uint8)
    pixels[ys[near], xs[near]] = 255
    return RuledLine(int(columns[0]), int(columns[-1]), float(ys[near].mean()), pixels)


def is_printed(line: RuledLine, across: Sequence[RuledLine], length: int) -> bool:
    """Whether a line ends at the picture's border or at lines across it, at both ends."""
    near = max(NEAR * length, 3)
    # Of a sheet held askew, a line's end lies off the middle of the line it meets.
    stops = [(0.0, near), (length - 1.0, near)]
    stops += [(other.middle, near + MAX_RISE / 2 * length) for other in across]
    return all(
        any(abs(end - stop) <= reach for stop, reach in stops) for end in (line.start, line.end)
    )
