"""Label the ink of a picture and measure its pieces all at once, before any is cut out.

    pieces = find_pieces(ink)
    pieces.height[pieces.is_flat]      # arrays with an entry a piece, in reading order of pixels
    box, pixels = pieces.cut(3)

Noise has a hundred thousand pieces: arrays judge them in milliseconds. NumPy and OpenCV only.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink
from digits.preprocessing.geometry import Box

Integers = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

CORE = 96  # of 255; ink of a photo's stroke has more, its soft edge less (see ink.py)
FLAT = 2.5  # times as wide as high: a bar, a minus or a rule
MIN_STROKES = 1.4  # of touching digits, met by a column; a bar has one, digits two


@dataclass(frozen=True, eq=False)
class Pieces:
    """Ink that hangs together, an entry a piece.

    Attributes:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink.
        owners: int32 array of that shape: 1 + the index of each pixel's piece, 0 for paper.
        x, y, width, height: of its box, pixels, shape (n,) each.
        area: pixels of ink, (n,).
        is_flat: whether it is a bar, (n,): far wider than high, and one stroke. Touching digits
            are as wide, but a column through them meets several strokes.
    """

    ink: Ink
    owners: npt.NDArray[np.int32]
    x: Integers
    y: Integers
    width: Integers
    height: Integers
    area: Integers
    is_flat: Flags

    @property
    def at_border(self) -> Flags:
        """Whether each reaches the picture's border, (n,)."""
        height, width = self.ink.shape
        at_left_or_top = (self.x == 0) | (self.y == 0)
        at_end: Flags = (self.x + self.width == width) | (self.y + self.height == height)
        return at_left_or_top | at_end

    def cut(self, index: int) -> tuple[Box, Ink]:
        """Return the box of one piece and its pixels without other ink."""
        sides = (self.x[index], self.y[index], self.width[index], self.height[index])
        box = Box(*map(int, sides))
        place = np.s_[box.y : box.bottom, box.x : box.right]
        return box, self.ink[place] * (self.owners[place] == index + 1)


def find_pieces(ink: Ink) -> Pieces:
    """Find ink that hangs together; soft edges go with the nearest full ink.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink.
    """
    core = cv2.compare(ink, CORE, cv2.CMP_GE)
    count, labels = cv2.connectedComponents(core)
    owners = labels if count == 1 else spread_labels(ink, core, labels)
    ys, xs = np.nonzero(owners)  # row by row: the first and last of a label are its top and bottom
    found = owners[ys, xs]
    left, top = np.full(count, owners.shape[1]), np.zeros(count, np.intp)
    right, bottom = np.zeros(count, np.intp), np.zeros(count, np.intp)
    np.minimum.at(left, found, xs)
    np.maximum.at(right, found, xs + 1)
    top[found[::-1]] = ys[::-1]  # of equal labels the last one written stays
    bottom[found] = ys + 1
    x, y, width, height = left[1:], top[1:], (right - left)[1:], (bottom - top)[1:]
    area = np.bincount(found, minlength=count)[1:]
    is_start = core > 0
    is_start[1:] &= core[:-1] == 0  # core that meets core is one piece
    begun = np.bincount(owners[is_start], minlength=count)[1:]  # strokes, all columns together
    is_flat = (width > FLAT * height) & (begun < MIN_STROKES * width)
    return Pieces(ink, owners, x, y, width, height, area, is_flat)


def spread_labels(
    ink: Ink, core: npt.NDArray[np.uint8], labels: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Give each pixel of ink the label of the nearest core, if it hangs together with one."""
    _, blobs = cv2.connectedComponents(ink)
    has_core = np.zeros(blobs.max() + 1, bool)
    has_core[blobs[core > 0]] = True
    has_core[0] = False
    _, nearest = cv2.distanceTransformWithLabels(cv2.bitwise_not(core), cv2.DIST_L2, 5)
    owner_of = np.zeros(nearest.max() + 1, np.int32)
    owner_of[nearest[core > 0]] = labels[core > 0]
    return np.where(has_core[blobs], owner_of[nearest], 0)
