"""What people drew and photographed is loaded by label; other labels are refused."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from digits.data.dataset import REJECT_LABEL, DatasetError
from digits.data.labelled_files import load_kept_drawings, load_labelled_pictures
from digits.data.rendering import draw_digits
from tests.support.digit_drawings import DIGITS, draw


def test_drawings_are_loaded_from_strokes_and_from_folders(tmp_path: Path) -> None:
    records = [{"label": digit, "strokes": strokes} for digit, strokes in DIGITS.items()]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, records)))
    drawn = draw_digits(load_kept_drawings(tmp_path / "own.jsonl"), seed=0)
    folder = tmp_path / "own"
    for digit in DIGITS:
        (folder / str(digit)).mkdir(parents=True)
        cv2.imwrite(str(folder / str(digit) / "a.png"), draw(digit)[..., 0])
    pictures = load_labelled_pictures(folder)
    for digits in (drawn, pictures):
        assert digits.images.shape == (10, 28, 28)
        assert sorted(digits.labels) == list(range(10))
    difference = np.abs(drawn.images.astype(int) - pictures.images)
    assert difference.mean() < 20  # of 255: the same digits with other brushes


def test_kept_drawings_may_show_no_digit_but_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text('{"label": "none", "strokes": [[[0, 0], [9, 4], [3, 8]]]}\n')
    assert draw_digits(load_kept_drawings(path), seed=0).labels.tolist() == [REJECT_LABEL]
    path.write_text('{"label": "k", "strokes": [[[0, 0], [9, 4], [3, 8]]]}\n')
    with pytest.raises(DatasetError, match="from 0 to 9, or \"none\", .* Received: 'k'"):
        load_kept_drawings(path)


def test_folders_without_digits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="folders named by label"):
        load_labelled_pictures(tmp_path)
    (tmp_path / "seven").mkdir()
    cv2.imwrite(str(tmp_path / "seven" / "a.png"), draw(7)[..., 0])
    with pytest.raises(DatasetError, match="folders named 0 to 9"):
        load_labelled_pictures(tmp_path)
    (tmp_path / "seven" / "a.png").write_bytes(b"broken")
    with pytest.raises(DatasetError, match=r"a\.png"):
        load_labelled_pictures(tmp_path)
