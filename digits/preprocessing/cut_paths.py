"""Propose where touching digits may be cut: paths from top to bottom through little ink.

    for cut in find_cuts(ink, height=120.0):
        left, right = slice_ink(ink, None, cut), slice_ink(ink, cut, None)

Which of the proposals hold is for the network to say. A path may lean and bend, as a
drop falls between two digits (Congedo, Dimauro, Impedovo and Pirlo, "Segmentation of
numeric strings", 1995), and passes through strokes where they are thinnest.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink

Columns = npt.NDArray[np.int64]  # (height,), for each row the first column right of a cut

GRID = 40  # pixels; a digit's height while paths are searched
REACH = 6  # pixels of the grid that a path may stray from where it began, to either side
START_STEP = 2  # pixels of the grid between one beginning and the next
LEAN = 0.02  # what a step aside costs, in pixels of ink: of equal paths the straight one
CUT_MARGIN = 5  # pixels of the grid beside a cut; slimmer slices are no digits
APART = 2.0  # pixels of the grid; paths closer than that are one
MAX_CUTS = 24  # of one component; ten touching digits need nine
MAX_CROSSED = 0.45  # of a digit's height; a path through more ink runs along a stroke


@dataclass(frozen=True, eq=False)
class Cut:
    """A path from top to bottom: its columns, and how much ink it crosses."""

    columns: Columns
    crossed: float  # of the digits' height


def find_cuts(ink: Ink, *, height: float) -> list[Cut]:
    """Find paths through a component of ink that may part two digits.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink.
        height: pixels; how high digits of this line are.

    Returns:
        At most 24 cuts from left to right, of which none crosses another.
    """
    scale = GRID / height
    rows, columns = (max(round(side * scale), 1) for side in ink.shape)
    starts = np.arange(CUT_MARGIN, columns - CUT_MARGIN + 1, START_STEP)
    if starts.size == 0:
        return []
    small = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA) / 255.0
    paths = cheapest_paths(small, starts)
    crossed = small[np.arange(rows), paths.clip(0, columns - 1)].sum(axis=1)  # (n,)
    chosen: list[int] = []
    for index in np.argsort(crossed, kind="stable"):
        if crossed[index] > MAX_CROSSED * GRID or len(chosen) == MAX_CUTS:
            break
        if all(np.abs(paths[index] - paths[other]).mean() >= APART for other in chosen):
            chosen.append(int(index))
    chosen.sort(key=lambda index: float(paths[index].mean()))
    # Paths that cross are parted: no slice between two cuts has less than no width.
    ordered = np.maximum.accumulate(paths[chosen], axis=0)
    return [
        Cut(enlarge_path(path, ink.shape, scale), float(crossed[index]) / GRID)
        for index, path in zip(chosen, ordered, strict=True)
    ]


def cheapest_paths(
    ink: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Find for each start the path from the top row to the bottom with least ink.

    Args:
        ink: float64 array of shape (rows, columns) in [0, 1], 0 = paper.
        starts: int64 array of shape (n,), columns around which each path stays.

    Returns:
        The paths, int64 of shape (n, rows).
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
    paths = np.empty((len(starts), rows), np.int64)
    every = np.arange(len(starts))
    paths[:, -1] = cost.argmin(axis=1)
    for row in range(rows - 1, 0, -1):
        paths[:, row - 1] = paths[:, row] + came_from[row][every, paths[:, row]]
    return paths + (starts[:, np.newaxis] - REACH)


def enlarge_path(path: npt.NDArray[np.int64], shape: tuple[int, ...], scale: float) -> Columns:
    """Bring a path from the grid to the pixels of a component."""
    rows = (np.arange(shape[0]) + 0.5) * len(path) / shape[0] - 0.5
    columns = np.interp(rows, np.arange(len(path)), path + 0.5) / scale
    return np.rint(columns).astype(np.int64)


def slice_ink(ink: Ink, left: Cut | None, right: Cut | None) -> Ink:
    """Keep the ink between two cuts; None is the ink's own end."""
    first = 0 if left is None else max(int(left.columns.min()), 0)
    end = ink.shape[1] if right is None else max(int(right.columns.max()), first)
    sliced = np.zeros_like(ink)
    columns = np.arange(ink.shape[1])[first:end]
    is_kept = np.ones((len(ink), len(columns)), bool)
    if left is not None:
        is_kept &= left.columns[:, np.newaxis] <= columns
    if right is not None:
        is_kept &= columns < right.columns[:, np.newaxis]
    np.multiply(ink[:, first:end], is_kept, out=sliced[:, first:end])
    return sliced
