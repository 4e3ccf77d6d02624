"""Find the ticks of combs that are open: short lines that rise from one line at equal distances.

    ticks = find_ticks(base, mask)  # none where `base` is no comb

NumPy only.
"""

import numpy as np

from digits.preprocessing.straight_lines import Floats, Line, Mask

MOST_CELLS = 30  # of a comb
CLEARANCE = 1.5  # pixels above the base that are its soft edge
WIDEST = 1.6  # times the base's thickness, and two pixels; a wider run is a digit's stroke
LOWEST = 0.1  # of the distance between ticks; what is lower is the base's roughness
HIGHEST = 1.2  # of the distance between ticks
ASIDE = 0.06  # of the distance between ticks, from its place, and a pixel
UNEVEN = 0.15  # of the ticks' height, and two pixels
FOUND = 0.7  # of all places must have a tick; digits hide the others


def find_ticks(base: Line, mask: Mask) -> list[Line]:
    """Find the ticks that stand on a level line or hang from it.

    Args:
        base: a level line.
        mask: uint8 array of shape (height, width), 255 = ink or line.

    Returns:
        The ticks as upright lines, with rows and columns changed round.
    """
    length = len(base.middles)
    reach = int(min(length / 2, max(mask.shape)))
    for direction in (-1, 1):
        places, heights, widths = find_risers(base, mask, direction, reach)
        first, last = base.start + base.thickness / 2, base.end - base.thickness / 2
        for cells in range(MOST_CELLS, 1, -1):
            step = (last - first) / cells
            if step < 4 * base.thickness or not places.size:
                continue
            wanted = first + step * np.arange(cells + 1)
            aside = np.abs(places[np.newaxis] - wanted[:, np.newaxis])
            nearest = aside.argmin(axis=1)
            near = aside.min(axis=1) <= ASIDE * step + 1
            if near.sum() < max(FOUND * len(wanted), 3) or not (near[0] or near[-1]):
                continue
            usual = float(np.median(heights[nearest[near]]))
            even = near & (np.abs(heights[nearest] - usual) <= UNEVEN * usual + 2)
            if even.sum() < max(FOUND * len(wanted), 3) or not (even[0] and even[-1]):
                continue
            if LOWEST * step <= usual <= HIGHEST * step:
                # A tick with a digit on top of it is a tick up to the usual height.
                hidden = near & (heights[nearest] > usual)
                taken = nearest[even | hidden]
                return [
                    make_tick(base, places[one], usual, widths[one], direction)
                    for one in np.unique(taken).tolist()
                ]
    return []


def find_risers(
    base: Line, mask: Mask, direction: int, reach: int
) -> tuple[Floats, Floats, Floats]:
    """Return place, height and width of what rises from a line and is as thin as it is.

    Args:
        base: a level line.
        mask: uint8 array, 255 = ink or line.
        direction: 1 for downwards, -1 for upwards.
        reach: pixels; nothing is followed further.
    """
    margin = round(2 * base.thickness)
    columns = np.arange(base.start - margin, base.end + margin)
    rows = np.array([base.row_at(column) for column in columns.tolist()])
    steps = np.arange(base.thickness / 2 + CLEARANCE, reach)[:, np.newaxis]
    # At right angles to the base, which may lie askew.
    down = (rows + direction * steps).round().astype(np.intp)
    across = (columns - direction * base.slope * steps).round().astype(np.intp)
    inside = (down >= 0) & (down < mask.shape[0]) & (across >= 0) & (across < mask.shape[1])
    seen = inside & (mask[down.clip(0, mask.shape[0] - 1), across.clip(0, mask.shape[1] - 1)] > 0)
    heights = np.minimum.accumulate(seen, axis=0).sum(axis=0)
    rises = np.pad(heights >= max(base.thickness, 3), 1).astype(np.int8)
    starts, stops = np.flatnonzero(np.diff(rises) == 1), np.flatnonzero(np.diff(rises) == -1)
    is_thin = stops - starts <= WIDEST * base.thickness + 2
    starts, stops = starts[is_thin], stops[is_thin]
    tops = [float(np.median(heights[a:b])) for a, b in zip(starts, stops, strict=True)]
    places = columns[0] + (starts + stops - 1) / 2
    return places, np.array(tops), (stops - starts).astype(np.float64)


def make_tick(base: Line, place: float, height: float, width: float, direction: int) -> Line:
    """Make an upright line, with rows and columns changed round."""
    row = base.row_at(place)
    steps = np.arange(round(height + base.thickness / 2 + CLEARANCE) + 1)
    middles: Floats = (place - direction * base.slope * steps).astype(np.float64)
    start = round(row) if direction > 0 else round(row) - int(steps[-1])
    middles = middles[::direction]
    slope = -base.slope
    return Line(start, middles, width, len(steps), 1, slope, 1.0, is_regular=False)
