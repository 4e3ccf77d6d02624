"""Strokes are drawn as the canvas draws them."""

import cv2
import numpy as np
import pytest

from digits.data.strokes import CANVAS_STYLE, draw_at_random, draw_strokes
from tests.support.digit_drawings import place


def test_strokes_are_drawn_round_and_as_wide_as_the_brush() -> None:
    line = np.array([[40.0, 100.0], [200.0, 100.0]])
    canvas = draw_strokes([line], brush=20, side=280)
    assert canvas.shape == (280, 280) and canvas.dtype == np.uint8
    left, top, width, height = cv2.boundingRect((canvas > 127).astype(np.uint8))
    assert width == pytest.approx(180, abs=2) and height == pytest.approx(20, abs=2)
    assert canvas[100, 31] == 255 and canvas[top, left] == 0  # a round cap


def test_a_single_point_is_a_dot() -> None:
    dot = draw_strokes([np.array([[50.0, 60.0]])], brush=20, side=100)
    assert (dot > 127).sum() == pytest.approx(np.pi * 100, rel=0.15)


def test_random_drawings_stay_on_the_canvas_and_follow_the_seed() -> None:
    strokes = place(4)
    for seed in range(30):
        first, second = (
            draw_at_random(strokes, rng=np.random.default_rng(seed), style=CANVAS_STYLE)
            for _ in range(2)
        )
        np.testing.assert_array_equal(first, second)
        border = np.concatenate([first[0], first[-1], first[:, 0], first[:, -1]])
        assert border.max() < 255
        assert 90 < max(cv2.boundingRect(first)[2:]) < 262
