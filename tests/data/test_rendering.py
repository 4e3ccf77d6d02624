"""Drawings are preprocessed as in the app, all of them, however few."""

import numpy as np

from digits.classes import DIGIT_CLASSES
from digits.data.dataset import REJECT_LABEL
from digits.data.outliers import make_outliers
from digits.data.rendering import draw_digits, preprocess_all
from digits.data.strokes import StrokeDigit
from digits.preprocessing.normalization import preprocess
from tests.support.digit_drawings import draw, place


def test_images_are_what_the_app_would_see() -> None:
    (image,) = preprocess_all([draw(7)[..., 0]])
    seen = preprocess(draw(7)[..., 0])
    assert seen is not None
    np.testing.assert_array_equal(image / np.float32(255), seen[..., 0])


def test_a_picture_without_ink_stays_black() -> None:
    assert not preprocess_all([np.zeros((50, 50), np.uint8)]).any()


def test_no_pictures_make_no_images() -> None:
    assert preprocess_all([]).shape == (0, 28, 28)
    assert make_outliers(0, [], [], seed=0).shape == (0, 28, 28)


def test_drawings_are_labelled_by_class_and_follow_the_seed() -> None:
    pens = [StrokeDigit(label, "", tuple(place(7))) for label in ("7", "none")]
    first, second = (draw_digits(pens, seed=3, classes=DIGIT_CLASSES) for _ in range(2))
    assert first.labels.tolist() == [7, REJECT_LABEL]
    np.testing.assert_array_equal(first.images, second.images)
