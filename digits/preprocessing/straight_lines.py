"""Find straight lines in a picture: printed or drawn by ruler or hand, whole, dashed, dotted.

    lines = find_lines(mask)    # nearly level ones; those of mask.T are the upright ones

What is thin across, long along, and follows a straight line is one, whatever it is: the
stem of a four as well as the side of a box. The thickness that is common among runs of
ink says what is thin, as for the staff lines of scores (Fujinaga, "Staff detection and
removal", 2004). NumPy and OpenCV only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]  # (height, width), 0 or 255
Floats = npt.NDArray[np.float64]

MAX_SLOPE = 0.18  # a sheet held askew, a box drawn by hand
MAX_SEGMENTS = 250  # the longest of them ...
TEXTURE = 3000  # ... unless there are so many: a texture
LONG = 1 / 8  # of the picture's width; a segment that is longer may go on behind a wide gap
MAX_THICK = 0.25  # of a segment's length; what is thicker is a blot
THICKEST = 1 / 8  # of the picture's longest side; where runs are longer, nothing is thin
SAMPLED = 256  # columns and rows in which runs of ink are measured
DASHES = 6  # pieces; fewer are no dashed line, but one with gaps
VARIES = 0.1  # of their length; dashes, boxes and their distances differ by no more
MIN_COVER = 0.4  # of a line's length must be seen, the rest may be dashes or crossed


@dataclass(frozen=True, eq=False)
class Line:
    """One nearly level line.

    Attributes:
        start: its first column.
        middles: float64 array of shape (length,): the row of its middle in each column,
            from `start` on.
        thickness: pixels across.
        solid: pixels of its longest part without a gap.
        pieces: how many parts have gaps between them.
        cover: share of its length that is seen.
        is_regular: whether its parts are alike, and follow each other at equal distances.
        slope: rows a column.
    """

    start: int
    middles: Floats
    thickness: float
    solid: int
    pieces: int
    slope: float
    cover: float
    is_regular: bool

    @property
    def end(self) -> int:
        """One past its last column."""
        return self.start + len(self.middles)

    def row_at(self, column: float) -> float:
        """Return the row of its middle, also where it was to go on."""
        index = min(max(round(column) - self.start, 0), len(self.middles) - 1)
        return float(self.middles[index] + (column - self.start - index) * self.slope)


@dataclass(frozen=True, eq=False)
class Segment:
    """Part of a line: the columns where it was seen, with its middle and height in each."""

    columns: npt.NDArray[np.intp]
    middles: Floats
    heights: Floats
    slope: float
    thickness: float


def find_lines(mask: Mask) -> list[Line]:
    """Find nearly level lines.

    Args:
        mask: uint8 array of shape (height, width), 255 = ink or line.

    Returns:
        The lines, whatever they belong to.
    """
    common = common_run(mask)
    if not 0 < common <= THICKEST * max(mask.shape):
        return []
    # Runs across that are far longer than a line is thick belong to strokes.
    across = np.ones((3 * common + 2, 1), np.uint8)
    strokes = cv2.morphologyEx(mask, cv2.MORPH_OPEN, across, borderType=cv2.BORDER_CONSTANT)
    thin = cv2.bitwise_and(mask, cv2.bitwise_not(strokes))
    # Strokes across a line must not be joined with it.
    along = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, common + 2), np.uint8))
    along = cv2.morphologyEx(along, cv2.MORPH_CLOSE, np.ones((1, 4 * common + 1), np.uint8))
    shortest = max(8, 5 * common)
    along = cv2.morphologyEx(along, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(along)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (widths >= shortest) & (heights <= MAX_SLOPE * widths + 3 * common + 2)
    fits[0] = False  # the paper
    if fits.sum() > TEXTURE:
        return []
    longest = np.argsort(-widths * fits, kind="stable")[: min(MAX_SEGMENTS, int(fits.sum()))]
    segments = []
    for label in longest.tolist():
        x, y, width, height = stats[label, :4]
        place = np.s_[y : y + height, x : x + width]
        pixels = (labels[place] == label) & (thin[place] > 0)
        segment = measure_segment(pixels, int(x), int(y))
        if segment is not None:
            segments.append(segment)
    chains = chain_segments(segments, common, LONG * mask.shape[1])
    return [line for chain in chains for line in join_segments(chain, mask)]


def common_run(mask: Mask) -> int:
    """Return the thickness that is commonest among upright runs of ink; 0 without ink."""
    step = 1 + mask.shape[1] // SAMPLED
    columns = np.pad(np.ascontiguousarray(mask[:, ::step].T), ((0, 0), (1, 1))).ravel()
    changes = np.flatnonzero(columns[1:] != columns[:-1])
    runs = changes[1::2] - changes[::2]
    if not runs.size:
        return 0
    counts = np.bincount(runs).astype(np.float64)
    # A line's thickness varies by a pixel.
    return int(np.convolve(counts, (0.5, 1, 0.5))[1:-1].argmax())


def measure_segment(pixels: npt.NDArray[np.bool_], x: int, y: int) -> Segment | None:
    """Measure a segment; None when it is bent, too steep or too thick."""
    heights = pixels.sum(axis=0).astype(np.float64)
    columns = np.flatnonzero(heights)
    if len(columns) < 4:
        return None
    heights = heights[columns]
    middles = (np.arange(pixels.shape[0]) @ pixels)[columns] / heights
    thickness = float(np.median(heights))
    slope, row = np.polyfit(columns, middles, 1)
    off = np.abs(row + slope * columns - middles)
    near = off <= max(1.0, 2 * float(np.median(off)))
    if near.sum() > 3:
        slope, row = np.polyfit(columns[near], middles[near], 1)
        off = np.abs(row + slope * columns - middles)
    length = len(pixels[0])
    bend = float(np.quantile(off, 0.9))
    is_bent = bend > 0.8 + 0.25 * thickness + 0.012 * length
    if is_bent or abs(slope) > MAX_SLOPE or thickness > MAX_THICK * length:
        return None
    return Segment(columns + x, middles + y, heights, float(slope), thickness)


def chain_segments(segments: Sequence[Segment], common: int, long: float) -> list[list[Segment]]:
    """Put segments one after the other that go on in each other's direction.

    Args:
        segments: of one picture.
        common: pixels, the common thickness of its lines.
        long: pixels; what is longer belongs to a line, whatever gap there is.
    """
    if not segments:
        return []
    ordered = sorted(segments, key=lambda segment: int(segment.columns[0]))
    starts = np.array([s.columns[0] for s in ordered], np.float64)
    ends = np.array([s.columns[-1] for s in ordered], np.float64)
    first = np.array([np.median(s.middles[:5]) for s in ordered])
    last = np.array([np.median(s.middles[-5:]) for s in ordered])
    slopes = np.array([s.slope for s in ordered])
    thick = np.array([s.thickness for s in ordered])
    lengths = ends - starts + 1
    gap = starts[np.newaxis] - ends[:, np.newaxis]
    shorter = np.minimum(lengths[np.newaxis], lengths[:, np.newaxis])
    # The longer of both knows its direction better.
    is_first_longer = lengths[:, np.newaxis] >= lengths[np.newaxis]
    slope = np.where(is_first_longer, slopes[:, np.newaxis], slopes[np.newaxis])
    aside = np.abs(first[np.newaxis] - last[:, np.newaxis] - slope * gap)
    thicker = np.maximum(thick[np.newaxis], thick[:, np.newaxis])
    thinner = np.minimum(thick[np.newaxis], thick[:, np.newaxis])
    # Where a stroke runs along a line, the gap is as long as the stroke.
    longer = np.maximum(lengths[np.newaxis], lengths[:, np.newaxis])
    widest = np.where(shorter >= long, np.minimum(0.75 * longer, 2 * shorter), 0.75 * shorter)
    fits = (gap > -0.2 * shorter) & (gap <= widest + 6 * common)
    fits &= (aside <= 1 + 0.7 * thicker + 0.03 * np.abs(gap)) & (thicker <= 2.5 * thinner + 1)
    np.fill_diagonal(fits, False)
    cost = np.where(fits, np.abs(gap) + 4 * aside, np.inf)
    after, before = cost.argmin(axis=1), cost.argmin(axis=0)
    follows = {}
    for index in np.flatnonzero(fits.any(axis=1)).tolist():
        if before[after[index]] == index:
            follows[index] = int(after[index])
    chains = []
    for index in sorted(set(range(len(ordered))) - set(follows.values())):
        chain = [ordered[index]]
        while index in follows:
            index = follows[index]
            chain.append(ordered[index])
        chains.append(chain)
    return chains


def join_segments(chain: Sequence[Segment], mask: Mask) -> list[Line]:
    """Make lines of a chain, one as a rule; none when too little of it is seen."""
    columns = np.concatenate([segment.columns for segment in chain])
    middles = np.concatenate([segment.middles for segment in chain])
    heights = np.concatenate([segment.heights for segment in chain])
    thickness = float(np.median(heights))
    columns, kept = np.unique(columns, return_index=True)
    middles, heights = middles[kept], heights[kept]
    # A column that is higher holds the foot of a stroke as well.
    is_bare = heights <= 1.5 * thickness + 0.5
    if is_bare.sum() < 2:
        return []
    start, end = int(columns[0]), int(columns[-1]) + 1
    path = np.interp(np.arange(start, end), columns[is_bare], middles[is_bare])
    slope = float(np.polyfit(columns[is_bare], middles[is_bare], 1)[0])
    rows = path.round().astype(np.intp).clip(0, mask.shape[0] - 1)
    seen = mask[rows, np.arange(start, end)] > 0
    if seen.mean() < MIN_COVER or abs(slope) > MAX_SLOPE or len(path) < 4 * thickness:
        return []
    lines = []
    for first, last in split_at_gaps(seen):
        part = path[first:last]
        before = count_inked(mask, start + first - 1, part[0] - slope, -slope, -1)
        after = count_inked(mask, start + last, part[-1] + slope, slope, 1)
        head = part[0] - slope * np.arange(before, 0, -1)
        tail = part[-1] + slope * np.arange(1, after + 1)
        known = np.pad(seen[first:last], (before, after), constant_values=True)
        starts, stops = find_pieces(known)
        whole = np.concatenate([head, part, tail])
        solid = int((stops - starts).max())
        if len(whole) >= 4 * thickness:
            lines.append(
                Line(
                    start + first - before,
                    whole,
                    thickness,
                    solid,
                    len(starts),
                    slope,
                    float(known.mean()),
                    are_regular(starts, stops),
                )
            )
    return lines


def count_inked(mask: Mask, column: int, row: float, slope: float, step: int) -> int:
    """Count the columns that have ink where a line is to go on, as far as an end is."""
    height, width = mask.shape
    count = 0
    while 0 <= column < width and 0 <= round(row) < height and mask[round(row), column]:
        count, column, row = count + 1, column + step, row + slope
    return count


def find_pieces(seen: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the first columns, and those past the last, of the parts that are seen."""
    changes = np.flatnonzero(np.diff(np.pad(seen, 1).astype(np.int8)))
    return changes[::2], changes[1::2]


def are_regular(starts: npt.NDArray[np.intp], stops: npt.NDArray[np.intp]) -> bool:
    """Whether most parts are equally long, and follow each other at equal distances."""
    if len(starts) < 3:
        return False
    return are_alike(np.diff(starts)) and are_alike(stops - starts)


def are_alike(lengths: npt.NDArray[np.intp]) -> bool:
    """Whether most lengths are about the same."""
    usual = float(np.median(lengths))
    off = np.abs(lengths - usual)
    return bool(np.mean(off <= max(VARIES * usual, 1.5)) > 0.5)


def split_at_gaps(seen: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first columns, and those past the last, of the lines that a chain holds.

    A short piece behind a wide gap is another line, which this one would have met.
    """
    starts, stops = (ends.tolist() for ends in find_pieces(seen))
    first, last = 0, len(starts) - 1
    apart = []
    if last < DASHES - 1:
        while first < last and stops[first] - starts[first] < starts[first + 1] - stops[first]:
            apart.append((starts[first], stops[first]))
            first += 1
        while first < last and stops[last] - starts[last] < starts[last] - stops[last - 1]:
            apart.append((starts[last], stops[last]))
            last -= 1
    return [(starts[first], stops[last]), *apart]
