"""Composed rows say what their label says, and are reproducible."""

import numpy as np
import pytest

from digits.data.dataset import LabelledImages
from digits.data.row_composition import RowComposer, make_label
from digits.data.sign_strokes import SIGNS
from digits.data.strokes import StrokeDigit
from tests.support.digit_drawings import DIGITS


@pytest.fixture(scope="module")
def composer() -> RowComposer:
    """Rows of one writer, without images."""
    strokes = {n: tuple(np.array(stroke) for stroke in DIGITS[n]) for n in DIGITS}
    return RowComposer([StrokeDigit(str(n), "1", strokes[n]) for n in DIGITS], None)


def test_labels_are_numbers_of_known_characters() -> None:
    rng = np.random.default_rng(0)
    labels = [make_label(rng) for _ in range(2000)]
    assert {*"".join(labels)} == {*"0123456789", *SIGNS}
    assert all(any(c.isdecimal() for c in label) for label in labels)
    signed = np.mean([not label.isdecimal() for label in labels])
    assert 0.3 < signed < 0.5


def test_a_row_is_ink_on_paper_and_grows_with_its_label(composer: RowComposer) -> None:
    rng = np.random.default_rng(0)
    rows = [composer.compose(rng) for _ in range(100)]
    for _, ink in rows:
        assert ink.dtype == np.uint8 and ink.ndim == 2
        assert all(edge.any() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    lengths = [len(label) for label, _ in rows]
    shapes = [ink.shape[1] / ink.shape[0] for _, ink in rows]
    assert np.corrcoef(lengths, shapes)[0, 1] > 0.7


def test_the_seed_decides(composer: RowComposer) -> None:
    one, other = (composer.compose(np.random.default_rng(3)) for _ in range(2))
    assert one[0] == other[0]
    np.testing.assert_array_equal(one[1], other[1])


def test_images_are_used_too() -> None:
    """With white squares for images the digits of some rows are squares."""
    images = LabelledImages(np.full((10, 28, 28), 255, np.uint8), np.arange(10))
    strokes = (np.array([[0.0, 0.0], [0.0, 9.0]]),)
    lines = [StrokeDigit(str(n), "1", strokes) for n in range(10)]
    rng = np.random.default_rng(0)
    filled = [ink.mean() / 255 for _, ink in map(RowComposer(lines, images).compose, [rng] * 60)]
    assert min(filled) < 0.35 and max(filled) > 0.5
