"""Propose where touching digits may be cut: ways from top to bottom through little ink.

    for cut in find_cuts(ink, height=120.0):
        left, right = slice_ink(ink, None, cut), slice_ink(ink, cut, None)

Which of the proposals hold is for the network to say. A way may lean and bend, as a
drop falls between two digits (Congedo, Dimauro, Impedovo and Pirlo, "Segmentation of
numeric strings", 1995), and passes through strokes where they are thinnest.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink

Columns = npt.NDArray[np.int64]  # (height,), for each row the first column right of a cut

GRID = 40  # pixels; a digit's height while ways are searched
REACH = 6  # pixels of the grid that a way may stray from where it began, either way
STEP = 2  # pixels of the grid between one beginning and the next
LEAN = 0.02  # what a step aside costs, in pixels of ink: of equal ways the straight one
MARGIN = 5  # pixels of the grid beside a cut; slimmer slices are no digits
INKED = 0.5  # of full ink; a way crosses a stroke where there is more
APART = 2.0  # pixels of the grid; ways closer than that are one
MAX_CUTS = 24  # of one piece; ten touching digits need nine
MAX_CROSSED = 0.45  # of a digit's height; a way through more ink runs along a stroke


@dataclass(frozen=True, eq=False)
class Cut:
    """A way from top to bottom: its columns, and how much ink it crosses."""

    columns: Columns
    crossed: float  # of the digits' height
    strokes: int  # how many strokes it crosses


def find_cuts(ink: Ink, *, height: float) -> list[Cut]:
    """Find ways through a piece of ink that may part two digits.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink.
        height: pixels; how high digits of this line are.

    Returns:
        At most 24 cuts from left to right, of which none crosses another.
    """
    scale = GRID / height
    rows, columns = (max(round(side * scale), 1) for side in ink.shape)
    starts = np.arange(MARGIN, columns - MARGIN + 1, STEP)
    if starts.size == 0:
        return []
    small = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA) / 255.0
    ways = cheapest_ways(small, starts)
    ink_on_ways = small[np.arange(rows), ways.clip(0, columns - 1)]  # (n, rows)
    crossed = ink_on_ways.sum(axis=1)
    chosen: list[int] = []
    for index in np.argsort(crossed, kind="stable"):
        if crossed[index] > MAX_CROSSED * GRID or len(chosen) == MAX_CUTS:
            break
        if all(np.abs(ways[index] - ways[other]).mean() >= APART for other in chosen):
            chosen.append(int(index))
    chosen.sort(key=lambda index: float(ways[index].mean()))
    # Ways that cross are parted: no slice between two cuts has less than no width.
    ordered = np.maximum.accumulate(ways[chosen], axis=0)
    return [
        Cut(
            enlarge_way(way, ink.shape, scale),
            float(crossed[index]) / GRID,
            count_runs(ink_on_ways[index] > INKED),
        )
        for index, way in zip(chosen, ordered, strict=True)
    ]


def cheapest_ways(
    ink: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Find for each start the way from the top row to the bottom with least ink.

    Args:
        ink: float64 array of shape (rows, columns) in [0, 1], 0 = paper.
        starts: int64 array of shape (n,), columns around which each way stays.

    Returns:
        The ways, int64 of shape (n, rows).
    """
    rows = len(ink)
    padded = np.pad(ink, ((0, 0), (REACH, REACH)), constant_values=0.0)
    window = starts[:, np.newaxis] + np.arange(2 * REACH + 1)  # (n, 2 * REACH + 1)
    cost = np.abs(np.arange(-REACH, REACH + 1)) * LEAN + padded[0][window]
    came_from = np.zeros((rows, *window.shape), np.int64)
    for row in range(1, rows):
        edged = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
        options = np.stack([edged[:, 1:-1], edged[:, :-2] + LEAN, edged[:, 2:] + LEAN])
        best = options.argmin(axis=0)
        came_from[row] = np.array([0, -1, 1])[best]
        cost = options.min(axis=0) + padded[row][window]
    ways = np.empty((len(starts), rows), np.int64)
    every = np.arange(len(starts))
    ways[:, -1] = cost.argmin(axis=1)
    for row in range(rows - 1, 0, -1):
        ways[:, row - 1] = ways[:, row] + came_from[row][every, ways[:, row]]
    return ways + (starts[:, np.newaxis] - REACH)


def count_runs(flags: npt.NDArray[np.bool_]) -> int:
    """Count the unbroken runs of True."""
    return int(flags[0]) + int(np.count_nonzero(flags[1:] & ~flags[:-1]))


def enlarge_way(way: npt.NDArray[np.int64], shape: tuple[int, ...], scale: float) -> Columns:
    """Bring a way from the grid to the pixels of a piece."""
    rows = (np.arange(shape[0]) + 0.5) * len(way) / shape[0] - 0.5
    columns = np.interp(rows, np.arange(len(way)), way + 0.5) / scale
    return np.rint(columns).astype(np.int64)


def slice_ink(ink: Ink, left: Cut | None, right: Cut | None) -> Ink:
    """Keep the ink between two cuts; None is the ink's own end."""
    columns = np.arange(ink.shape[1])
    kept = np.ones(ink.shape, bool)
    if left is not None:
        kept &= columns >= left.columns[:, np.newaxis]
    if right is not None:
        kept &= columns < right.columns[:, np.newaxis]
    return ink * kept
