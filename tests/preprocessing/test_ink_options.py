"""What a person says of a picture is done; said nothing, all is found as ever."""

import cv2
import numpy as np
import pytest

from digits.preprocessing.ink import LocatedInk, find_ink
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.recognition.predictions import NumberPrediction
from digits.recognition.recognizer import Recognizer
from tests.preprocessing.test_ink import photograph
from tests.support.digit_drawings import draw, draw_number

DARK, LIGHT = InkOptions(polarity="dark"), InkOptions(polarity="light")
AS_IT_IS = InkOptions(clean=False)
PAPERS = {
    "drawing": draw(3),
    "dark drawing": draw(5, ink=(20, 20, 90), paper=(240, 240, 230)),
    "gray levels": np.ascontiguousarray(draw(2, ink=(90, 90, 90), paper=(160, 160, 160))[..., 0]),
    "photo": photograph(7),
    "light photo": 255 - photograph(4),
}
INKS = {"drawing": LIGHT, "dark drawing": DARK, "gray levels": DARK}
INKS |= {"photo": DARK, "light photo": LIGHT}


def same(first: LocatedInk | None, second: LocatedInk | None) -> bool:
    assert first is not None and second is not None
    return first.place == second.place and np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize("paper", PAPERS)
def test_options_at_first_are_those_of_no_options(paper: str) -> None:
    assert InkOptions() == FOUND
    assert same(find_ink(PAPERS[paper]), find_ink(PAPERS[paper], options=InkOptions()))


@pytest.mark.parametrize("paper", PAPERS)
def test_told_what_it_finds_it_sees_the_same(paper: str) -> None:
    assert same(find_ink(PAPERS[paper]), find_ink(PAPERS[paper], options=INKS[paper]))


@pytest.mark.parametrize("paper", PAPERS)
def test_told_the_wrong_way_round_it_does_so(recognizer: Recognizer, paper: str) -> None:
    wrong = LIGHT if INKS[paper] == DARK else DARK
    found = recognizer.predict(PAPERS[paper])
    told = recognizer.predict(PAPERS[paper], options=wrong)
    assert found.status == "digit"
    assert (told.status, told.label) != (found.status, found.label)


def test_told_the_polarity_it_reads_ink_that_covers_more_than_paper(recognizer: Recognizer) -> None:
    drawn = 255 - draw(0, brush=60, height=220)[20:-20, 40:-40, 0]
    assert np.median(drawn) == 0
    prediction = recognizer.predict(drawn, options=DARK)
    assert (prediction.status, prediction.label) == ("digit", "0")


@pytest.mark.parametrize("options", [DARK, LIGHT])
def test_a_cut_out_drawing_is_its_opaque_part_whatever_is_said(options: InkOptions) -> None:
    cut_out = draw(6)
    cut_out[..., 3] = cut_out[..., 0]
    assert same(find_ink(cut_out), find_ink(cut_out, options=options))


@pytest.mark.parametrize("digit", [2, 4, 7])
def test_an_even_photo_is_read_as_it_is(recognizer: Recognizer, digit: int) -> None:
    rng = np.random.default_rng(digit)
    scan = 205 - 120 * (draw(digit, brush=12)[..., 0] / 255) + rng.normal(0, 3, (280, 280))
    photo = cv2.GaussianBlur(scan, (3, 3), 0).clip(0, 255).astype(np.uint8)
    prediction = recognizer.predict(photo, options=AS_IT_IS)
    assert (prediction.status, prediction.label) == ("digit", str(digit))


def test_without_cleaning_printed_lines_stay() -> None:
    drawn = draw(8)
    drawn[250:254] = 255  # a rule from side to side
    cleaned, kept = find_ink(drawn), find_ink(drawn, options=AS_IT_IS)
    assert cleaned is not None and kept is not None
    assert cleaned.place.width < 200 and kept.place.width == 280


def test_without_cleaning_uneven_light_is_taken_for_ink() -> None:
    light = np.linspace(40, 230, 300)[np.newaxis] * np.ones((300, 1))
    photo = (light + np.random.default_rng(0).normal(0, 2, light.shape)).clip(0, 255)
    assert find_ink(photo.astype(np.uint8)) is None
    assert find_ink(photo.astype(np.uint8), options=AS_IT_IS) is not None


def test_as_one_digit_a_picture_is_read_as_ever_and_has_its_box(recognizer: Recognizer) -> None:
    drawn = draw(5, offset=(20, -10))
    (found,) = recognizer.predict_number(drawn, several=False).digits
    assert found.prediction.label == recognizer.predict(drawn).label == "5"
    np.testing.assert_array_equal(
        found.prediction.model_input, recognizer.predict(drawn).model_input
    )
    assert cv2.boundingRect(drawn[..., 0]) == pytest.approx(
        (found.box.x, found.box.y, found.box.width, found.box.height), abs=2
    )


def test_as_one_digit_the_box_leaves_specks_out(recognizer: Recognizer) -> None:
    drawn = draw(5)
    (clean,) = recognizer.predict_number(drawn, several=False).digits
    drawn[3:7, 3:7, :3] = 255
    (found,) = recognizer.predict_number(drawn, several=False).digits
    assert found.box == clean.box


def test_as_one_digit_a_number_is_doubted(recognizer: Recognizer) -> None:
    number = draw_number("47")
    assert recognizer.predict_number(number).text == "47"
    (found,) = recognizer.predict_number(number, several=False).digits
    assert found.prediction.status == "unsure"


def test_as_one_digit_blank_paper_has_none(recognizer: Recognizer) -> None:
    blank = np.full((100, 100), 255, np.uint8)
    assert recognizer.predict_number(blank, several=False) == NumberPrediction(())


def test_several_digits_are_read_with_the_polarity_told(recognizer: Recognizer) -> None:
    number = draw_number("2589")
    assert recognizer.predict_number(number, options=LIGHT).text == "2589"
    assert recognizer.predict_number(number, options=DARK).text != "2589"
