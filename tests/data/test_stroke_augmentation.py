"""Habits of other hands change a digit's strokes, and leave it the digit it is."""

from collections.abc import Sequence

import numpy as np
import pytest

from digits.data.stroke_augmentation import (
    MAX_OPENING,
    augment_strokes,
    flag,
    foot,
    open_loop,
    slash,
)
from digits.data.strokes import Points, StrokeDigit
from tests.support.digit_drawings import DIGITS, place


def digit(label: int) -> StrokeDigit:
    return StrokeDigit(str(label), "", tuple(place(label)))


def way(strokes: Sequence[Points]) -> float:
    return float(sum(np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in strokes))


@pytest.mark.parametrize("label", DIGITS)
def test_a_share_of_zero_leaves_a_digit_as_it_is(label: int) -> None:
    varied = augment_strokes(digit(label), rng=np.random.default_rng(0), probability=0.0)
    for before, after in zip(digit(label).strokes, varied, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(("label", "is_added_to"), [(0, True), (7, True), (4, False), (8, False)])
def test_slashes_and_bars_come_as_often_as_asked(label: int, is_added_to: bool) -> None:
    rng = np.random.default_rng(0)
    counts = [len(augment_strokes(digit(label), rng=rng, probability=0.25)) for _ in range(400)]
    share = np.mean([count > len(digit(label).strokes) for count in counts])
    assert share == pytest.approx(0.25 if is_added_to else 0, abs=0.06)


def test_a_slash_crosses_its_zero_and_rises() -> None:
    points = np.concatenate(place(0))
    for seed in range(20):
        stroke = slash(place(0), np.random.default_rng(seed))
        assert stroke[0, 1] > stroke[1, 1] + 40
        assert np.abs(stroke.mean(axis=0) - points.mean(axis=0)).max() < 60


def test_a_bare_one_gets_a_flag_to_the_left_of_its_top_and_a_foot_below() -> None:
    stem = np.array([[50.0, 0.0], [50.0, 50.0], [50.0, 100.0]])
    one = StrokeDigit("1", "", (stem,))
    drawn = [
        augment_strokes(one, rng=np.random.default_rng(seed), probability=0.5) for seed in range(60)
    ]
    assert {len(strokes) for strokes in drawn} == {1, 2, 3}
    rng = np.random.default_rng(0)
    above, below = flag([stem], rng), foot([stem], rng)
    assert above[:, 0].min() < 50 and above[:, 1].min() == 0
    assert below[:, 0].min() < 50 < below[:, 0].max()
    assert below[:, 1].mean() == pytest.approx(100)


def test_a_loop_is_opened_by_leaving_out_a_little_of_its_start() -> None:
    before = way(place(9))
    for seed in range(20):
        after = way(open_loop(place(9), np.random.default_rng(seed)))
        # Whole points are left out: one more step than the share may go.
        assert before * (1 - MAX_OPENING) - 40 <= after <= before


def test_the_generator_decides_alone() -> None:
    first, second = (
        augment_strokes(digit(5), rng=np.random.default_rng(3), probability=1.0) for _ in range(2)
    )
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("label", ["O", "I", "l", "Z", "B"])
def test_letters_get_no_stroke_that_a_digit_may_have(label: str) -> None:
    rng = np.random.default_rng(0)
    for shape in (0, 1, 7, 8):
        letter = StrokeDigit(label, "", tuple(place(shape)))
        varied = augment_strokes(letter, rng=rng, probability=1.0)
        assert len(varied) == len(letter.strokes)
        assert [len(stroke) for stroke in varied] == [len(stroke) for stroke in letter.strokes]
