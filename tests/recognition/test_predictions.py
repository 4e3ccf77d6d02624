"""Predictions are values: they compare, hash, and order their classes the same way always."""

import numpy as np
import pytest

from digits.preprocessing.geometry import Box
from digits.recognition.predictions import (
    DigitPrediction,
    LinePrediction,
    NumberPrediction,
    Prediction,
)
from tests.support.readings import make_line

INPUT = np.zeros((28, 28, 1), np.float32)


def make(*probabilities: float, names: tuple[str, ...] = ("1", "7")) -> Prediction:
    return Prediction(probabilities, names, 0.7, INPUT.copy())


def test_predictions_are_equal_when_their_numbers_are() -> None:
    assert make(0.2, 0.8) == make(0.2, 0.8)
    assert make(0.2, 0.8) != make(0.8, 0.2)
    assert len({make(0.2, 0.8), make(0.2, 0.8), make(0.8, 0.2)}) == 2


def test_numbers_are_equal_when_their_digits_are() -> None:
    one, other = (
        NumberPrediction(
            (LinePrediction.of_digits([DigitPrediction(Box(1, 2, 3, 4), 0, make(0.2, 0.8))]),)
        )
        for _ in range(2)
    )
    assert one == other and hash(one) == hash(other)


def test_of_equally_probable_classes_the_first_is_taken() -> None:
    tie = make(0.5, 0.5)
    assert (tie.label, tie.candidates) == ("1", ("1", "7"))


def test_unsure_lies_below_the_threshold() -> None:
    assert make(0.4, 0.6).status == "unsure"
    sure = make(0.2, 0.8)
    assert (sure.status, sure.label, sure.candidates) == ("digit", "7", ("7", "1"))


def test_confidence_leaves_out_whether_it_is_a_digit_and_score_counts_it() -> None:
    prediction = Prediction((0.1, 0.9), ("1", "7"), 0.7, INPUT, in_distribution_probability=0.5)
    assert prediction.confidence == 0.9 and prediction.score == pytest.approx(0.45)
    assert prediction.status == "unsure"


@pytest.mark.parametrize(
    ("names", "text"), [(("1", "7"), "77 7"), (("one", "seven"), "seven seven seven")]
)
def test_a_number_is_written_line_by_line(names: tuple[str, ...], text: str) -> None:
    seven = make(0.2, 0.8, names=names)
    lines = [
        LinePrediction.of_digits([DigitPrediction(Box(0, 0, 9, 9), line, seven)] * count)
        for line, count in enumerate((2, 1))
    ]
    number = NumberPrediction(tuple(lines))
    assert (number.text, number.number, len(number.digits)) == (text, text, 3)


def test_a_number_is_unsure_when_one_of_its_digits_is() -> None:
    sure, unsure = make(0.2, 0.8), make(0.4, 0.6)
    boxes = Box(0, 0, 9, 9), Box(20, 0, 9, 9)
    pair = [DigitPrediction(box, 0, one) for box, one in zip(boxes, (sure, unsure), strict=True)]
    number = LinePrediction.of_digits(pair)
    assert (number.text, number.status) == ("77", "unsure")
    assert number.confidence == pytest.approx(0.48)
    assert LinePrediction.of_digits(pair[:1]).status == "digit"


def test_a_picture_is_as_sure_as_all_its_lines() -> None:
    sure, unsure = make_line("-7", message="a"), make_line("12", status="unsure", message="b")
    number = NumberPrediction((sure, unsure, sure), "c")
    assert (number.status, number.has_signs) == ("unsure", True)
    assert number.confidence == pytest.approx(0.9**3)
    assert number.messages == ("c", "a", "b")
    assert NumberPrediction((sure,)).status == "digit"
    assert not NumberPrediction((unsure,)).has_signs


def test_a_picture_without_lines_is_blank_whatever_its_message() -> None:
    blank = NumberPrediction((), "This looks like print.")
    assert (blank.status, blank.confidence, blank.text) == ("blank", 0, "")
