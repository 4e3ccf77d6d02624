"""What is no digit: made by the program, and letters of the writers who teach."""

import json
from pathlib import Path

import numpy as np
import pytest

from digits.data import outliers
from digits.data.outliers import load_training_letters, make_outliers, side_by_side, turned
from digits.data.splits import is_training_writer
from digits.data.strokes import StrokeDigit
from tests.support.digit_drawings import DIGITS, place

PENS = [StrokeDigit(str(label), "", tuple(place(label))) for label in DIGITS]


@pytest.mark.parametrize("pens", [[], PENS])
def test_outliers_are_inked_images_that_follow_the_seed(pens: list[StrokeDigit]) -> None:
    first, again, other = (make_outliers(30, pens, [], seed=seed) for seed in (0, 0, 1))
    assert first.shape == (30, 28, 28) and first.dtype == np.uint8
    assert (first.reshape(30, -1).max(axis=1) > 200).all()
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_letters_are_about_their_share_of_the_outliers() -> None:
    dot = StrokeDigit("k", "", (np.array([[0.0, 0.0], [0.0, 1.0]]),))  # a bar, to be told apart
    made = make_outliers(200, [], [dot], seed=0)
    bars = [
        (image.max(axis=0) > 0).sum() < 9 and (image.max(axis=1) > 0).sum() > 18 for image in made
    ]
    assert np.mean(bars) == pytest.approx(0.45, abs=0.1)


def test_only_clear_letters_of_teaching_writers_are_learnt_from(tmp_path: Path) -> None:
    writers = [writer for writer in "abcdefgh" if is_training_writer(writer)]
    assert 0 < len(writers) < 8
    records = [
        {"label": label, "writer": writer, "strokes": [[[0, 0], [1, 1]]]}
        for label in "kO"
        for writer in "abcdefgh"
    ]
    path = tmp_path / "letters.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    loaded = load_training_letters(path)
    assert [(letter.label, letter.writer) for letter in loaded] == [("k", w) for w in writers]


def test_digits_in_a_row_touch_at_most() -> None:
    first, second = StrokeDigit("0", "", tuple(place(0))), StrokeDigit("3", "", tuple(place(3)))
    gaps = []
    for seed in range(20):
        strokes = side_by_side([first, second], np.random.default_rng(seed))
        left, right = strokes[: len(first.strokes)], strokes[len(first.strokes) :]
        gaps.append(np.concatenate(right)[:, 0].min() - np.concatenate(left)[:, 0].max())
    assert -0.1 <= min(gaps) < 0 < max(gaps) <= 0.45  # of a digit's height


def test_a_digit_on_its_side_is_as_wide_as_it_was_high() -> None:
    strokes = turned([PENS[3]], np.random.default_rng(0))
    before, after = (np.ptp(np.concatenate(list(s)), axis=0) for s in (PENS[3].strokes, strokes))
    np.testing.assert_allclose(after[::-1] / after.max(), before / before.max())


def test_letters_are_set_side_by_side_but_neither_torn_nor_turned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("torn", "turned"):
        monkeypatch.setattr(outliers, name, lambda *_: pytest.fail("a letter on its side is one"))
    pens = [StrokeDigit("LT"[i % 2], "", pen.strokes) for i, pen in enumerate(PENS)]
    assert make_outliers(40, pens, [], seed=0).shape == (40, 28, 28)
