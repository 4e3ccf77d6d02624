"""One digit or several: what a drawing is taken for, also while it is not finished."""

import numpy as np
import pytest

from digits.app.canvas.drawing import Drawing
from digits.app.canvas.reading import CanvasReading, close_runner_up, read_canvas, share_inside
from digits.preprocessing.geometry import Box
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw_side_by_side, place


def read(drawing: Drawing, recognizer: Recognizer) -> CanvasReading:
    return read_canvas(drawing.draw(), drawing, recognizer)


@pytest.mark.parametrize("number", ["47", "10", "17", "205", "1938"])
def test_digits_side_by_side_are_a_number(recognizer: Recognizer, number: str) -> None:
    reading = read(draw_side_by_side(number), recognizer)
    assert reading.number is not None
    assert reading.text == number
    boxes = [digit.box for digit in reading.number.digits]
    assert [box.x for box in boxes] == sorted(box.x for box in boxes)


@pytest.mark.parametrize("digit", DIGITS)
def test_one_digit_is_one_digit(recognizer: Recognizer, digit: int) -> None:
    strokes = tuple(place(digit))
    reading = read(Drawing(strokes, (18.0,) * len(strokes)), recognizer)
    assert reading.number is None
    assert reading.text == str(digit)


@pytest.mark.parametrize("digit", [3, 5, 7])
def test_a_minus_before_one_digit_is_not_left_out(recognizer: Recognizer, digit: int) -> None:
    minus = np.array([[25.0, 142.0], [75.0, 140.0]])
    strokes = (minus, *place(digit, offset=(40, 0)))
    reading = read(Drawing(strokes, (18.0,) * len(strokes)), recognizer)
    assert reading.number is not None and reading.text == f"-{digit}"


@pytest.mark.parametrize(("digit", "count"), [(4, 1), (5, 1)])
def test_an_unfinished_digit_is_not_several(recognizer: Recognizer, digit: int, count: int) -> None:
    strokes = tuple(place(digit))[:count]
    assert read(Drawing(strokes, (18.0,) * count), recognizer).number is None


def test_one_stroke_is_never_cut_into_digits(recognizer: Recognizer) -> None:
    """The letter V has two halves, each of which looks like a one."""
    both = np.array([[60, 60], [110, 220], [160, 60]], dtype=np.float64)
    assert read(Drawing((both,), (16.0,)), recognizer).number is None


def test_an_empty_canvas_has_no_answer(recognizer: Recognizer) -> None:
    reading = read(Drawing(), recognizer)
    assert reading.prediction.status == "blank"
    assert reading.text == ""


def test_an_unsure_answer_has_a_question_mark() -> None:
    unsure = Prediction((0.6, 0.4), ("4", "9"), reject_threshold=0.7, model_input=None)
    assert CanvasReading(unsure).text == "4?"


@pytest.mark.parametrize(("second", "expected"), [(0.2, ("9", 0.2)), (0.01, None)])
def test_a_runner_up_is_named_when_it_comes_close(
    second: float, expected: tuple[str, float] | None
) -> None:
    prediction = Prediction(
        (1 - second, second), ("4", "9"), reject_threshold=0.5, model_input=None
    )
    assert close_runner_up(prediction) == expected


def test_half_of_a_stroke_lies_in_a_box_that_ends_in_its_middle() -> None:
    points = np.array([[float(x), 5.0] for x in range(0, 41, 2)])
    assert share_inside(points, Box(0, 0, 20, 20)) == pytest.approx(0.5, abs=0.03)
