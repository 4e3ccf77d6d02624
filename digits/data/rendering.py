"""Draw pen strokes at random, and preprocess the drawings as the app does.

digits = draw_digits(load_pendigits(), seed=0)
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from digits.classes import DIGIT_CLASSES, ClassNames
from digits.data.dataset import Images, LabelledImages, to_labels
from digits.data.stroke_augmentation import augment_strokes
from digits.data.strokes import CANVAS_STYLE, DrawingStyle, StrokeDigit, draw_at_random
from digits.preprocessing.arrays import Gray
from digits.preprocessing.ink import find_ink
from digits.preprocessing.normalization import IMAGE_SIZE, fit_digit


def draw_digits(
    digits: Sequence[StrokeDigit],
    *,
    seed: int,
    style: DrawingStyle = CANVAS_STYLE,
    augmentation: float = 0.0,
    classes: ClassNames = DIGIT_CLASSES,
) -> LabelledImages:
    """Draw pen digits at random brush, size and place, and preprocess the drawings.

    Args:
        digits: pen strokes whose labels are classes, or "none".
        seed: of the drawings.
        style: the canvas and the range of brushes and sizes. Defaults to what people
            leave on the page's canvas.
        augmentation: probability of each change that `augment_strokes` makes, in [0, 1].
            Defaults to none.
        classes: what the labels of the result count. Defaults to the ten digits.

    Returns:
        One image a digit, in the same order.
    """
    images = draw_characters(digits, seed=seed, style=style, augmentation=augmentation)
    return LabelledImages(images, to_labels([digit.label for digit in digits], classes))


def draw_characters(
    characters: Sequence[StrokeDigit], *, seed: int, style: DrawingStyle, augmentation: float = 0.0
) -> Images:
    """Draw pen strokes of any label, and preprocess the drawings; else as `draw_digits`."""
    rng = np.random.default_rng(seed)
    varied = (augment_strokes(one, rng=rng, probability=augmentation) for one in characters)
    return preprocess_all(draw_at_random(strokes, rng=rng, style=style) for strokes in varied)


def preprocess_all(pictures: Iterable[Gray]) -> Images:
    """Preprocess gray pictures in threads, as bytes; one without ink stays black."""

    def to_bytes(picture: Gray) -> Gray:
        ink = find_ink(picture)
        if ink is None and not picture.any():
            return np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        return fit_digit(ink.pixels if ink is not None else picture)

    with ThreadPoolExecutor(max_workers=2) as pool:
        images = list(pool.map(to_bytes, pictures))
    return np.array(images, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
