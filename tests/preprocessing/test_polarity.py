"""A picture is read both ways where its border does not tell ink from paper, and only there."""

import cv2
import numpy as np
import pytest

from digits.preprocessing.arrays import Gray
from digits.preprocessing.ink_options import InkOptions
from digits.preprocessing.normalization import preprocess, preprocess_candidates
from digits.preprocessing.polarity import find_inks
from digits.recognition.explanation import Explainer
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw, draw_number


def crop_to_ink(drawn: Gray) -> Gray:
    """Cut a white drawing on black off along its ink."""
    left, top, width, height = cv2.boundingRect(drawn)
    return np.ascontiguousarray(drawn[top : top + height, left : left + width])


def draw_bold_zero() -> Gray:
    """A ring that fills its picture: there is more ink than paper."""
    y, x = np.mgrid[-1:1:32j, -1:1:32j]
    outer, inner = x**2 + y**2 <= 1.05, (x / 0.4) ** 2 + (y / 0.5) ** 2 <= 1
    return np.where(outer & ~inner, 255, 0).astype(np.uint8)


def test_paper_all_round_leaves_one_reading() -> None:
    (model_input,) = preprocess_candidates(draw(4))
    expected = preprocess(draw(4))
    assert expected is not None
    np.testing.assert_array_equal(model_input, expected)


def test_a_blank_picture_has_none() -> None:
    assert preprocess_candidates(np.full((50, 50), 90, np.uint8)) == ()


def test_light_that_falls_to_one_side_is_no_doubt() -> None:
    y, x = np.mgrid[0:200, 0:200]
    paper = (250 - 0.5 * x - 0.3 * y).astype(np.uint8)
    paper[60:140, 95:105] = 20  # a one
    assert len(find_inks(paper)) == 1


def test_a_polarity_that_is_told_leaves_one_reading() -> None:
    assert len(find_inks(draw_bold_zero(), options=InkOptions(polarity="light"))) == 1
    assert len(find_inks(draw_bold_zero())) == 3


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_bold_zero_that_fills_its_picture_is_read(recognizer: Recognizer, is_dark: bool) -> None:
    zero = 255 - draw_bold_zero() if is_dark else draw_bold_zero()
    read = recognizer.predict(zero), recognizer.predict_number(zero, several=False).digits[0]
    assert [(one.label, one.status) for one in (read[0], read[1].prediction)] == [
        ("0", "digit")
    ] * 2


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("is_dark", [False, True])
def test_a_digit_that_is_cropped_to_its_ink_is_read(
    recognizer: Recognizer, digit: int, is_dark: bool
) -> None:
    picture = crop_to_ink(np.ascontiguousarray(draw(digit)[..., 0]))
    assert recognizer.predict(255 - picture if is_dark else picture).label == str(digit)


def test_a_sheet_on_a_table_that_fills_most_of_the_photo_is_paper(recognizer: Recognizer) -> None:
    photo = np.random.default_rng(0).normal(70, 4, (300, 300)).clip(0, 255).astype(np.uint8)
    sheet = 255 - cv2.resize(draw(5)[..., 0], (120, 120), interpolation=cv2.INTER_AREA)
    photo[60:180, 90:210] = sheet // 5 * 4
    assert recognizer.predict(photo).label == "5"


def test_an_enlarged_drawing_is_not_cleaned_as_a_photo() -> None:
    small = cv2.resize(draw_bold_zero(), (8, 8), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(small, (160, 160), interpolation=cv2.INTER_CUBIC)
    assert len(find_inks(soft)) == 2


def test_the_reading_that_was_chosen_is_explained(recognizer: Recognizer) -> None:
    explanation = Explainer(recognizer).explain(draw_bold_zero())
    seen = recognizer.predict(draw_bold_zero()).model_input
    assert explanation is not None and explanation.digit == "0" and seen is not None
    np.testing.assert_array_equal(explanation.model_input, seen)


def test_pictures_of_one_and_of_several_readings_are_read_together(
    recognizer: Recognizer,
) -> None:
    pictures = [draw(7), np.zeros((9, 9), np.uint8), draw_bold_zero(), draw(4)]
    read = recognizer.predict_candidates([preprocess_candidates(one) for one in pictures])
    assert [one.label for one in read] == ["7", None, "0", "4"]
    assert read[1].status == "blank"


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_number_that_is_cropped_to_its_ink_is_read(recognizer: Recognizer, is_dark: bool) -> None:
    picture = crop_to_ink(draw_number("2589"))
    number = recognizer.predict_number(255 - picture if is_dark else picture)
    assert (number.text, number.status) == ("2589", "digit")


def test_a_bold_zero_is_a_number_of_one_digit(recognizer: Recognizer) -> None:
    number = recognizer.predict_number(draw_bold_zero())
    assert (number.text, number.status) == ("0", "digit")
