"""Turn pixels into model input: the one place that knows ink, polarity and centring.

    model_input = preprocess(image)  # (28, 28, 1) float32 in [0, 1], or None when blank

Drawings, photos and scans all take this path, in training as in use. It makes
what MNIST's authors made of their scans: the ink's longest side is scaled to 20
pixels, and its centre of mass put in the middle of 28 x 28 (LeCun, Bottou, Bengio
and Haffner, "Gradient-based learning applied to document recognition", 1998).
"""

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Image, Ink, crop
from digits.preprocessing.geometry import Rectangle
from digits.preprocessing.ink import LocatedInk, find_ink
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.preprocessing.polarity import find_inks

ModelInput = npt.NDArray[np.float32]  # (28, 28, 1), [0, 1], bright digit on black
Candidates = tuple[ModelInput, ...]  # what one picture may show, the likeliest first; () if blank

IMAGE_SIZE = 28  # pixels; the side of an MNIST image
INPUT_SHAPE = (IMAGE_SIZE, IMAGE_SIZE, 1)  # of a model input
DIGIT_SIZE = 20  # pixels; MNIST fits each digit into a 20 x 20 box
MIN_DIGIT_SIDE = 80  # pixels; smaller ink is enlarged, to be centred between pixels
MIN_STROKE = 1.5  # pixels at 20 x 20; thinner strokes would fade away


def preprocess(image: Image | LocatedInk, *, options: InkOptions = FOUND) -> ModelInput | None:
    """Turn one picture of a digit into one model input.

    >>> import digits, numpy as np
    >>> canvas = np.zeros((280, 280), np.uint8)
    >>> digits.preprocess(canvas) is None
    True

    >>> canvas[60:220, 130:150] = 255  # a one
    >>> digits.preprocess(canvas).shape
    (28, 28, 1)

    Args:
        image: uint8 array of shape (height, width), (height, width, 3) RGB or
            (height, width, 4) RGBA, [0, 255], any polarity and paper colour; or its ink,
            where that was found before.
        options: what is known of the picture. Defaults to nothing.

    Returns:
        float32 array of shape (28, 28, 1) in [0, 1], bright digit on black;
        None when there is no ink.

    Raises:
        ValueError: if `image` is of another dtype or shape, or has no pixels.
    """
    ink = find_ink(image, options=options)
    return None if ink is None else to_model_input(fit_digit(ink.pixels))


def preprocess_candidates(image: Image | LocatedInk, *, options: InkOptions = FOUND) -> Candidates:
    """Turn one picture of a digit into each model input that it may stand for.

    Args:
        image: as for `preprocess`.
        options: as for `preprocess`.

    Returns:
        What `preprocess` returns first, alone where the picture's border tells ink from
        paper; () when there is no ink.

    Raises:
        ValueError: as `preprocess`.
    """
    inks = find_inks(image, options=options)
    return tuple(to_model_input(fit_digit(ink.pixels)) for ink in inks)


def locate_digit(ink: LocatedInk) -> tuple[ModelInput, Rectangle]:
    """Turn a picture's ink into model input, and tell which part of the picture that shows.

    Returns:
        The model input, as of `preprocess`, and the rectangle of the picture, in its own
        pixels, that became these 28 x 28; it may reach past the picture's edges.
    """
    digit, window = fit_and_frame(ink.pixels)
    across, down = ink.place.width / ink.pixels.shape[1], ink.place.height / ink.pixels.shape[0]
    shown = Rectangle(
        ink.place.left + across * window.left,
        ink.place.top + down * window.top,
        across * window.width,
        down * window.height,
    )
    return to_model_input(digit), shown


def to_model_input(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Scale finished 28 x 28 digits to [0, 1] and add the channel axis.

    This is all that MNIST's own pictures need.

    Args:
        images: uint8 array of shape (..., 28, 28), bright digit on black.

    Returns:
        float32 array of shape (..., 28, 28, 1) in [0, 1].
    """
    return np.divide(images, 255, dtype=np.float32)[..., np.newaxis]


def fit_digit(ink: Ink) -> Ink:
    """Scale ink to MNIST's size and put its centre of mass in the middle.

    One averaging does both: a square window, 28/20 of the ink's longest side and
    centred on the ink's mass, is shrunk to 28 x 28. The window moves by whole
    pixels of the source, which are a fraction of a pixel of the result.

    Args:
        ink: uint8 array of shape (height, width), 0 = paper, 255 = ink, not empty.

    Returns:
        uint8 array of shape (28, 28), bright digit on black.
    """
    return fit_and_frame(ink)[0]


def fit_and_frame(ink: Ink) -> tuple[Ink, Rectangle]:
    """Fit a digit as `fit_digit` does, and tell its window in pixels of `ink`."""
    first_x, first_y, ink_width, ink_height = cv2.boundingRect(ink)
    digit = repeat_pixels(ink[first_y : first_y + ink_height, first_x : first_x + ink_width])
    factor = digit.shape[0] // ink_height
    digit = thicken(digit, least=MIN_STROKE * max(digit.shape) / DIGIT_SIZE)
    height, width = digit.shape
    side = max(height, width) * IMAGE_SIZE / DIGIT_SIZE
    # Whole blocks are averaged first: the same result, five times as fast.
    block = max(int(side) // (3 * IMAGE_SIZE), 1)
    side = block * round(side / block)
    moments = cv2.moments(digit)
    left = centered_start(moments["m10"] / moments["m00"], width, side)
    top = centered_start(moments["m01"] / moments["m00"], height, side)
    window = np.zeros((side, side), np.uint8)
    window[top : top + height, left : left + width] = digit
    # INTER_AREA averages; the default would drop thin strokes when shrinking 10x.
    blocks = cv2.resize(window, (side // block, side // block), interpolation=cv2.INTER_AREA)
    digit = cv2.resize(blocks, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_AREA)
    # Wider strokes reach beyond the ink on all sides, a pixel more on the right and below.
    margin_x, margin_y = (width - factor * ink_width) // 2, (height - factor * ink_height) // 2
    window_x, window_y = first_x - (left + margin_x) / factor, first_y - (top + margin_y) / factor
    return digit, Rectangle(window_x, window_y, side / factor, side / factor)


def repeat_pixels(digit: Ink) -> Ink:
    """Repeat the pixels of a small digit until its longest side is 80 or more."""
    factor = -(-MIN_DIGIT_SIDE // max(digit.shape))
    if factor <= 1:
        return digit
    return digit.repeat(factor, axis=0).repeat(factor, axis=1)


def thicken(digit: Ink, *, least: float) -> Ink:
    """Widen strokes that would be too thin once the ink is shrunk.

    Args:
        digit: uint8 array of shape (height, width), 0 = paper, 255 = ink.
        least: pixels; how thick strokes are to be.

    Returns:
        uint8 array, the ink itself or one with wider strokes, cut to its ink.
    """
    mask = cv2.compare(digit, 127, cv2.CMP_GT)
    area = cv2.countNonZero(mask)
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8), borderValue=0)
    boundary = area - cv2.countNonZero(inside)
    stroke = 2 * area / max(boundary, 1)  # a stroke has two boundary pixels across
    missing = round(least - stroke)
    if area == 0 or missing < 1:
        return digit
    margin = missing // 2 + 1
    padded = cv2.copyMakeBorder(digit, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    return crop(cv2.dilate(padded, np.ones((missing + 1, missing + 1), np.uint8)))


def centered_start(center: float, length: int, side: int) -> int:
    """Find where ink starts in a window that puts the ink's centre midway.

    MNIST's centres of mass lie in the middle of pixel 14, not between 13 and 14.
    Ink that leans far to one side stops at the window's edge instead.

    Args:
        center: centre of mass along one axis, an index into the ink's pixels.
        length: pixels of the ink along that axis.
        side: pixels of the window.

    Returns:
        The ink's first pixel in the window.
    """
    middle = (IMAGE_SIZE / 2 + 0.5) / IMAGE_SIZE * side
    return min(max(round(middle - center - 0.5), 0), side - length)
