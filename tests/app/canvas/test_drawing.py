"""Drawings: from the canvas and back, and drawn as it draws them."""

from typing import Any

import numpy as np
import pytest

from digits.app.canvas.drawing import CANVAS_SIDE, Drawing, find_middle
from tests.support.digit_drawings import DIGITS, place

# A click, as the canvas sent it.
DOT = {
    "type": "Path",
    "originX": "center",
    "left": 50,
    "top": 60,
    "strokeWidth": 20,
    "path": [["M", 49.98, 60], ["L", 50.02, 60]],
}


def drawing_of(digit: int, brush: float = 18.0) -> Drawing:
    strokes = tuple(place(digit))
    return Drawing(strokes, (brush,) * len(strokes))


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawing_put_on_the_canvas_comes_back(digit: int) -> None:
    drawing = drawing_of(digit)
    again = Drawing.from_objects(drawing.to_objects())
    assert again.brushes == drawing.brushes
    # Points upon each other become one, which is hardly seen.
    assert np.abs(again.draw().astype(int) - drawing.draw()).mean() < 0.01
    assert Drawing.from_objects(again.to_objects()) == again


def test_a_click_is_a_stroke_of_one_point() -> None:
    dot = Drawing.from_objects([DOT])
    assert [points.shape for points in dot.strokes] == [(1, 2)]
    np.testing.assert_allclose(dot.strokes[0], [[50, 60]], atol=0.1)
    assert Drawing.from_objects(dot.to_objects()) == dot
    ys, xs = np.nonzero(dot.draw() > 127)
    assert (xs.max() - xs.min(), ys.max() - ys.min()) == pytest.approx((20, 20), abs=2)


def test_a_stroke_of_two_points_is_a_line() -> None:
    line = Drawing((np.array([[20.0, 30.0], [70.0, 80.0]]),), (8.0,))
    again = Drawing.from_objects(line.to_objects())
    assert again == line


def test_a_brush_is_kept_for_each_stroke() -> None:
    four = Drawing(tuple(place(4)), (8.0, 30.0))
    assert Drawing.from_objects(four.to_objects()).brushes == (8.0, 30.0)


def test_what_is_no_path_is_left_out() -> None:
    assert Drawing.from_objects([{"type": "Rect"}, {"type": "path", "stroke": "#fff"}]) == Drawing()


def test_a_stroke_that_was_moved_on_the_canvas_lies_where_it_was_put() -> None:
    seven = drawing_of(7)
    path = seven.to_objects()[0]
    left, top = find_middle(path["path"])
    path |= {"left": left + 30, "top": top - 20, "originX": "center"}
    moved = Drawing.from_objects([path]).strokes[0]
    np.testing.assert_allclose(moved, seven.strokes[0] + [30, -20], atol=0.1)


def test_a_stroke_that_was_not_moved_lies_as_drawn() -> None:
    """The place of a path with a sharp corner, as Chromium sent it."""
    corner: dict[str, Any] = {
        "type": "Path",
        "originX": "center",
        "left": 147.7472,
        "top": 149.8225,
        "strokeWidth": 20,
        "path": [
            ["M", 99.98, 59.8125],
            ["Q", 100, 59.8125, 125, 59.8125],
            ["Q", 150, 59.8125, 175, 59.8125],
            ["Q", 200, 59.8125, 186.5, 89.8125],
            ["Q", 173, 119.8125, 146.5, 179.8125],
            ["L", 119.98, 239.8325],
        ],
    }
    (points,) = Drawing.from_objects([corner]).strokes
    way = [[100, 59.8], [150, 59.8], [200, 59.8], [173, 119.8], [120, 239.8]]
    np.testing.assert_allclose(points, way, atol=0.1)
    np.testing.assert_allclose(find_middle(corner["path"]), [147.7472, 149.8225], atol=1e-3)


def test_a_stroke_that_was_turned_and_enlarged_keeps_its_middle() -> None:
    line = Drawing((np.array([[100.0, 140.0], [180.0, 140.0]]),), (10.0,))
    path = line.to_objects()[0]
    path |= {"left": 140, "top": 140, "angle": 90, "scaleX": 1.5, "scaleY": 1.5}
    turned = Drawing.from_objects([path])
    np.testing.assert_allclose(turned.strokes[0], [[140, 80], [140, 200]], atol=1e-6)
    assert turned.brushes == pytest.approx((15.0,))


def test_drawings_are_equal_to_a_tenth_of_a_pixel() -> None:
    one = Drawing((np.array([[10.0, 20.0], [10.0, 90.0]]),), (18.0,))
    near = Drawing((one.strokes[0] + 0.01,), (18.0,))
    far = Drawing((one.strokes[0] + 1.0,), (18.0,))
    assert one == near
    assert one != far and one != Drawing(one.strokes, (19.0,)) and one != Drawing()


def test_an_empty_drawing_is_black() -> None:
    assert Drawing().draw().shape == (CANVAS_SIDE, CANVAS_SIDE)
    assert not Drawing().draw().any()
    assert Drawing().to_objects() == []


def test_corners_are_drawn_round_as_the_canvas_draws_them() -> None:
    corner = np.array([[40.0, 40.0], [200.0, 40.0], [200.0, 220.0]])
    image = Drawing((corner,), (10.0,)).draw()
    assert image[40, 60] == image[200, 200] == 255
    assert image[40, 200] == 0  # the curve leaves the corner out
