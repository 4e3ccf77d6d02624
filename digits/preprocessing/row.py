"""Turn the ink of a line of writing into input of the row reader.

    row = fit_row(ink)
    row.pixels       # (32, width) uint8, bright ink on black
    row.columns      # (width,) which column of `ink` each of them shows

The ink is scaled to a height of 28 pixels, whatever its width; paper between
digits that is wider than a digit is cut out. NumPy and OpenCV only.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Ink
from digits.preprocessing.normalization import repeat_pixels, thicken

ROW_HEIGHT = 32  # pixels; of a row's picture
INK_HEIGHT = 28  # pixels; from the top of the highest digit to the bottom of the lowest
MARGIN = 4  # pixels beside the ink
MIN_STROKE = 1.5  # pixels; thinner strokes would fade away
MAX_GAP = 24  # pixels of paper between two digits; more is cut out
MAX_STRETCH = 4  # ink lower than a quarter of INK_HEIGHT is enlarged no further
WIDTH_STEP = 16  # pixels; widths are multiples, so that few different ones occur


@dataclass(frozen=True, eq=False)
class RowInput:
    """A line of writing as the row reader sees it.

    Attributes:
        pixels: uint8 array of shape (32, width), 0 = paper, 255 = ink; width is a
            multiple of 16.
        columns: float64 array of shape (width + 1,): where each column begins in the ink
            it was made of, in its pixels; the last is where the last column ends.
    """

    pixels: npt.NDArray[np.uint8]
    columns: npt.NDArray[np.float64]


def fit_row(ink: Ink) -> RowInput:
    """Scale a line of writing to the row reader's height.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink, not empty.
    """
    left, top, width, height = cv2.boundingRect(ink)
    row = repeat_pixels(ink[top : top + height, left : left + width])
    factor = row.shape[0] // height
    scale = min(INK_HEIGHT / row.shape[0], MAX_STRETCH)
    widened = thicken(row, least=MIN_STROKE / scale)
    margin = (widened.shape[1] - row.shape[1]) // 2
    height, width = widened.shape
    scale = min(INK_HEIGHT / height, MAX_STRETCH)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(
        widened, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    kept = without_wide_gaps(small)
    padded_width = -(-(len(kept) + 2 * MARGIN) // WIDTH_STEP) * WIDTH_STEP
    pixels = np.zeros((ROW_HEIGHT, padded_width), np.uint8)
    above = (ROW_HEIGHT - small.shape[0]) // 2
    pixels[above : above + small.shape[0], MARGIN : MARGIN + len(kept)] = small[:, kept]
    across = width / size[0]
    after = np.arange(padded_width + 1 - MARGIN - len(kept)) + kept[-1] + 1
    columns = np.concatenate([np.arange(-MARGIN, 0) + kept[0], kept, after])
    return RowInput(pixels, left + (columns * across - margin) / factor)


def without_wide_gaps(small: Ink) -> npt.NDArray[np.intp]:
    """Return the columns that stay when runs of empty ones are cut to `MAX_GAP`."""
    is_empty = np.asarray(small.max(axis=0) == 0)
    if not is_empty.any():
        return np.arange(small.shape[1])
    place = np.arange(len(is_empty))
    last_ink = np.maximum.accumulate(np.where(is_empty, -1, place))
    return np.flatnonzero(place - last_ink <= MAX_GAP)
