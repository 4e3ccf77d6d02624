"""Sort ink into pieces and pieces into lines of writing; specks and rules go.

    lines = find_lines(ink)  # from top to bottom, each with its pieces from left to right

What geometry can decide before any digit is read: NumPy and OpenCV only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink
from digits.preprocessing.geometry import Box

MAX_PIECES = 2000  # the largest; noise has a hundred times as many, a page of digits 500
CORE = 96  # of 255; ink of a photo's stroke has more, its soft edge less (see ink.py)
SPECK = 0.2  # of the digits' height; what is smaller both ways is dust or a dot
FLAT = 2.5  # times as wide as high: a bar, a minus or a rule
RULE_WIDTH = 2.0  # digits' heights; a flat piece that is wider is a rule
RULE_HEIGHT = 0.35  # of the digits' height; a higher piece is no bar and no rule
BODY = 0.5  # of the digits' height; a higher piece can be a digit by itself
SAME_LINE = 0.5  # of the lower body's height, that two bodies of one line share
EDGE = 1.6  # digits' heights; what touches the border and is higher is the sheet's edge


@dataclass(frozen=True, eq=False)
class Piece:
    """Ink that hangs together: where it lies, and its pixels without other ink."""

    box: Box
    ink: Ink

    @property
    def is_flat(self) -> bool:
        """Whether it is far wider than high."""
        return self.box.width > FLAT * self.box.height


@dataclass(frozen=True)
class Line:
    """A line of writing: its pieces from left to right, and how high its digits are."""

    pieces: tuple[Piece, ...]
    height: float  # pixels


def find_lines(ink: Ink) -> list[Line]:
    """Sort ink into lines of writing.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink.

    Returns:
        The lines from top to bottom; none when there is nothing like a digit.
    """
    pieces = find_pieces(ink)
    upright = [piece for piece in pieces if not piece.is_flat]
    inside = [piece for piece in upright if not touches_border(piece.box, ink)]
    height = typical_height(inside or upright)
    pieces = [piece for piece in pieces if not is_litter(piece, height, ink)]
    bodies = [piece for piece in pieces if piece.box.height >= BODY * height and not piece.is_flat]
    lines = group_bodies(bodies)
    for piece in pieces:
        if piece not in bodies and lines:
            min(lines, key=lambda line: distance_to(piece, line)).append(piece)
    made = [make_line(line) for line in lines]
    return sorted(made, key=lambda line: np.median([middle(piece) for piece in line.pieces]))


def find_pieces(ink: Ink) -> list[Piece]:
    """Find ink that hangs together; soft edges go with the nearest full ink."""
    core = cv2.compare(ink, CORE, cv2.CMP_GE)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core)
    if count == 1:
        return []
    _, blobs = cv2.connectedComponents(ink)
    has_core = np.zeros(blobs.max() + 1, bool)
    has_core[blobs[core > 0]] = True
    has_core[0] = False
    _, nearest = cv2.distanceTransformWithLabels(cv2.bitwise_not(core), cv2.DIST_L2, 5)
    owner_of = np.zeros(nearest.max() + 1, np.int32)
    owner_of[nearest[core > 0]] = labels[core > 0]
    owners = np.where(has_core[blobs], owner_of[nearest], 0)
    largest = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:MAX_PIECES] + 1
    return [cut_piece(ink, owners, int(label)) for label in np.sort(largest)]


def cut_piece(ink: Ink, owners: npt.NDArray[np.int32], label: int) -> Piece:
    """Cut one piece out of the ink."""
    mine = cv2.compare(owners, label, cv2.CMP_EQ)
    x, y, width, height = cv2.boundingRect(mine)
    place = np.s_[y : y + height, x : x + width]
    return Piece(Box(x, y, width, height), cv2.bitwise_and(ink[place], mine[place]))


def touches_border(box: Box, ink: Ink) -> bool:
    """Whether a box reaches the picture's border."""
    height, width = ink.shape
    return box.x == 0 or box.y == 0 or box.right == width or box.bottom == height


def typical_height(pieces: Sequence[Piece]) -> float:
    """Return the height that half of the ink is in pieces of, or higher ones."""
    if not pieces:
        return 0.0
    ordered = sorted(pieces, key=lambda piece: piece.box.height)
    areas = np.cumsum([cv2.countNonZero(piece.ink) for piece in ordered])
    return float(ordered[int(np.searchsorted(areas, areas[-1] / 2))].box.height)


def is_litter(piece: Piece, height: float, ink: Ink) -> bool:
    """Whether a piece is a dot, a speck, a rule or the sheet's edge."""
    box = piece.box
    is_speck = max(box.width, box.height) < SPECK * height
    is_rule = box.width > RULE_WIDTH * height and box.height < RULE_HEIGHT * height
    is_edge = box.height > EDGE * height and touches_border(box, ink)
    return is_speck or (is_rule and piece.is_flat) or is_edge


def group_bodies(bodies: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces that lie beside each other, each with its neighbours, into lines."""
    lines: list[list[Piece]] = []
    for body in sorted(bodies, key=lambda piece: piece.box.x):
        # Neighbours are compared, not whole lines: a line may rise or fall.
        shares = [shared_height(line[-1].box, body.box) for line in lines]
        if shares and max(shares) >= SAME_LINE:
            lines[int(np.argmax(shares))].append(body)
        else:
            lines.append([body])
    return lines


def shared_height(first: Box, second: Box) -> float:
    """Return how much of the lower box lies beside the other, in [0, 1]."""
    shared = min(first.bottom, second.bottom) - max(first.y, second.y)
    return max(shared, 0) / min(first.height, second.height)


def distance_to(piece: Piece, line: Sequence[Piece]) -> float:
    """Return the pixels from a piece to the nearest of a line."""
    return min(piece.box.distance(other.box) for other in line)


def middle(piece: Piece) -> float:
    """Return the row in the middle of a piece."""
    return piece.box.y + piece.box.height / 2


def make_line(pieces: Sequence[Piece]) -> Line:
    """Order pieces from left to right, by their middles."""
    ordered = sorted(pieces, key=lambda piece: piece.box.x + piece.box.width / 2)
    upright = [piece for piece in pieces if not piece.is_flat]
    return Line(tuple(ordered), typical_height(upright))
