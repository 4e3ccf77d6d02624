"""A line of writing becomes a picture 32 pixels high, and every column knows where it was."""

import cv2
import numpy as np
import pytest

from digits.preprocessing.row import INK_HEIGHT, MARGIN, MAX_GAP, ROW_HEIGHT, WIDTH_STEP, fit_row


def bars(*columns: int, height: int, thick: int = 20, width: int = 1000) -> np.ndarray:
    """Upright bars at some columns."""
    ink = np.zeros((height + 40, width), np.uint8)
    for column in columns:
        cv2.rectangle(ink, (column, 20), (column + thick - 1, 20 + height - 1), 255, cv2.FILLED)
    return ink


@pytest.mark.parametrize("height", [12, 40, 150, 900])
def test_ink_of_any_size_fills_the_height(height: int) -> None:
    row = fit_row(bars(100, 160, height=height, thick=max(height // 10, 2)))
    assert row.pixels.shape[0] == ROW_HEIGHT and row.pixels.shape[1] % WIDTH_STEP == 0
    inked = np.flatnonzero((row.pixels > 60).any(axis=1))
    assert abs(len(inked) - INK_HEIGHT) <= 1
    assert not row.pixels[:, :MARGIN].any()


def test_columns_tell_where_ink_was() -> None:
    row = fit_row(bars(100, 200, height=140))
    assert len(row.columns) == row.pixels.shape[1] + 1
    inked = row.columns[:-1][(row.pixels > 127).any(axis=0)]
    assert inked.min() == pytest.approx(100, abs=6)
    assert inked.max() == pytest.approx(219, abs=6)
    assert (np.diff(row.columns) > 0).all()


def test_wide_gaps_are_cut_out() -> None:
    near, far = (fit_row(bars(100, second, height=140)) for second in (400, 900))
    assert near.pixels.shape == far.pixels.shape
    inked = far.pixels[:, MARGIN:].max(axis=0) > 0
    longest = max(len(run) for run in "".join("#" if one else " " for one in inked).split("#"))
    assert longest <= MAX_GAP + WIDTH_STEP
    columns = far.columns[:-1][(far.pixels > 127).any(axis=0)]
    assert columns.max() == pytest.approx(919, abs=6)


def test_hairlines_stay_visible() -> None:
    row = fit_row(bars(100, 300, height=600, thick=2))
    assert row.pixels.max() > 200
