"""Where straight lines lie: their ends, their pixels, the points in which they meet.

    columns, rows, meets = find_meetings(level, upright)

NumPy and OpenCV only.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digits.preprocessing.straight_lines import Floats, Line, Mask

Flags = npt.NDArray[np.bool_]

TOUCH = 2.0  # pixels between a line's edge and the end of another that touches it
REACH = 0.1  # of the shorter of two lines that leave a corner open
STEP = 4  # columns between the points that a line is drawn through
MARGIN = 1.5  # pixels beside a line that are its soft edge


def lengths_of(lines: Sequence[Line]) -> Floats:
    """Return lengths in pixels."""
    return np.array([len(line.middles) for line in lines], np.float64)


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
    thicker = np.maximum(thick, thick_too)
    reach = np.maximum(2 * thicker + 2, REACH * np.minimum(right - left, bottom - top))
    out_x = np.maximum(left - columns, columns - right)
    out_y = np.maximum(top - rows, rows - bottom)
    # Two ends make a corner, which may stay open; an end beside a line must touch it.
    touch_x, touch_y = thick_too / 2 + TOUCH, thick / 2 + TOUCH
    meets = (out_x <= np.where(out_y >= -reach, reach, touch_x)) & (
        out_y <= np.where(out_x >= -reach, reach, touch_y)
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
            rows, columns = pixels_along(line, round(line.thickness / 2 + MARGIN), place.shape)
            place[rows, columns] = 255
    return band


def pixels_along(
    line: Line, half: int, shape: tuple[int, ...]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows, (2 half + 1, length), and columns, (length,), of a line's pixels."""
    offsets = np.arange(-half, half + 1)
    rows = line.middles.round().astype(np.intp)[np.newaxis] + offsets[:, np.newaxis]
    return rows.clip(0, shape[0] - 1), np.arange(line.start, line.end)


def select(lines: Sequence[Line], flags: Flags) -> tuple[Line, ...]:
    """Return those lines whose flag is set."""
    return tuple(line for line, flag in zip(lines, flags, strict=True) if flag)
