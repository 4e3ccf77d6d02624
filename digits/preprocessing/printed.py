"""Tell printed pages from handwriting: a font draws the same letter the same way every time.

    message = describe_print(find_pieces(ink), score_digits)   # "" if it is none

Nearly every letter of a printed page has a twin on it. No two digits of a hand are that alike,
and the dots and squares of a pattern are all alike. NumPy and OpenCV only.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.normalization import ModelInput, fit_digit, to_model_input
from digits.preprocessing.pieces import Flags, Integers, Pieces

Shapes = npt.NDArray[np.float32]  # (n, 784), of length 1 each

MIN_LETTERS = 60  # of a page; fewer tell too little
LOWEST, HIGHEST = 6, 200  # pixels; lower letters have no shape, higher ones are no page of print
SHAPED = 0.6  # of all pieces have one; some are dots and commas
SIZES = 0.5, 2.5  # of the median height, of letters
MAX_COMPARED = 300  # letters of the page, evenly spread
TWIN = 0.98  # cosine of two shapes; copies of a letter have more, two digits of a hand less
MOST = 0.85  # of all letters have twins
LARGEST = 0.3  # of all letters, that are alike; no letter is that common
MAX_ALONE = 200  # pieces without twins that are looked at
HANDWRITTEN = 3  # digits beside each other without twins
APART = 2.0  # of their height, between them, at most
CERTAIN = 0.99  # of the network, that a piece is a digit

PRINT = "Found no handwritten digits; this looks like print."
FORM = "This looks like print with a handwritten number; crop the picture to the handwriting."


def describe_print(
    pieces: Pieces, score_digits: Callable[[Sequence[ModelInput]], Sequence[float]]
) -> str:
    """Say that a page is print, with or without a handwritten number on it; "" if it is not.

    Args:
        pieces: of its ink.
        score_digits: tells of model inputs how certain each is one digit, in [0, 1].
    """
    upright = ~pieces.is_flat & (pieces.height >= LOWEST)
    if np.count_nonzero(upright) < max(MIN_LETTERS, SHAPED * len(upright)):
        return ""
    height = float(np.median(pieces.height[upright]))
    if height > HIGHEST:
        return ""
    low, high = (share * height for share in SIZES)
    letters = np.flatnonzero(upright & (pieces.height >= low) & (pieces.height <= high))
    compared = letters[:: -(-len(letters) // MAX_COMPARED)]
    shapes = find_shapes([fit_piece(pieces, index) for index in compared])
    alike = np.count_nonzero(shapes @ shapes.T > TWIN, axis=1)  # each is like itself
    if len(compared) < MIN_LETTERS or np.mean(alike > 1) < MOST:
        return ""
    if alike.max() > LARGEST * len(compared):
        return ""
    written = np.flatnonzero(upright & (pieces.height >= height) & (pieces.width >= height / 4))
    return FORM if has_number(pieces, written, shapes, score_digits) else PRINT


def has_number(
    pieces: Pieces,
    candidates: Integers,
    shapes: Shapes,
    score_digits: Callable[[Sequence[ModelInput]], Sequence[float]],
) -> bool:
    """Whether digits stand beside each other that are like no letter of the page."""
    tall = candidates[np.argsort(-pieces.height[candidates], kind="stable")][: 5 * MAX_ALONE]
    inputs = [fit_piece(pieces, index) for index in tall]
    if not inputs:
        return False
    # One that was compared itself is like itself; of the others a twin may not have been.
    is_alone = np.count_nonzero(find_shapes(inputs) @ shapes.T > TWIN, axis=1) <= 1
    alone = np.flatnonzero(is_alone)[:MAX_ALONE]
    scores = np.array(score_digits([inputs[index] for index in alone]))
    digits = tall[alone[scores >= CERTAIN]] if alone.size else alone
    return int(have_neighbours(pieces, digits).sum()) >= HANDWRITTEN


def have_neighbours(pieces: Pieces, chosen: Integers) -> Flags:
    """Say which pieces stand beside another of the chosen: as high, and not far from it."""
    x, width = pieces.x[chosen], pieces.width[chosen]
    y, height = pieces.y[chosen], pieces.height[chosen]
    left, top = np.maximum.outer(x, x), np.maximum.outer(y, y)
    right, bottom = np.minimum.outer(x + width, x + width), np.minimum.outer(y + height, y + height)
    lower = np.minimum.outer(height, height)
    is_near = (left - right < APART * lower) & (bottom - top > lower / 2)
    np.fill_diagonal(is_near, False)
    beside: Flags = is_near.any(axis=1)
    return beside


def fit_piece(pieces: Pieces, index: int) -> ModelInput:
    """Make of a piece what a picture of it alone would give."""
    return to_model_input(fit_digit(pieces.cut(int(index))[1]))


def find_shapes(inputs: Sequence[ModelInput]) -> Shapes:
    """Blur model inputs a little, and scale them to length 1."""
    blurred = [cv2.GaussianBlur(one[..., 0], (0, 0), 1).ravel() for one in inputs]
    shapes = np.stack(blurred).astype(np.float32)
    return np.asarray(shapes / np.linalg.norm(shapes, axis=1, keepdims=True))
