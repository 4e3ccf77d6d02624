"""Printed and drawn lines around digits are taken off, and the digits' own strokes stay."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from digits.preprocessing.ruled_lines import remove_lines
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw, draw_number

Picture = npt.NDArray[np.uint8]
Point = tuple[int, int]

LINE = 4  # pixels across


def draw_lines(picture: Picture, *lines: tuple[Point, Point]) -> None:
    """Draw lines as light as the ink, from one point to another."""
    for start, end in lines:
        cv2.line(picture, start, end, 255, LINE, cv2.LINE_AA)


def turn(picture: Picture, degrees: float) -> Picture:
    """Turn a picture about its middle, as a sheet lies askew."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned: Picture = cv2.warpAffine(picture, matrix, (width, height))
    return turned


def frame_number(number: str, *, margin: int = 40, room: int = 25) -> Picture:
    """Draw a number in a frame that leaves some room around it."""
    picture = np.pad(draw_number(number), margin + room)
    height, width = picture.shape
    far = (width - margin, height - margin)
    cv2.rectangle(picture, (margin, margin), far, 255, LINE, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("degrees", [0, 3])
def test_a_digit_in_a_box_is_read(recognizer: Recognizer, digit: int, degrees: float) -> None:
    picture = draw(digit, brush=12, height=150)[..., 0].copy()
    cv2.rectangle(picture, (25, 25), (255, 255), 255, LINE)
    prediction = recognizer.predict(turn(picture, degrees))
    assert prediction.label == str(digit)


def test_a_box_drawn_by_hand_is_taken_off(recognizer: Recognizer) -> None:
    picture = draw(4, brush=12, height=150)[..., 0].copy()
    corners = np.array(
        [(30, 36), (150, 28), (248, 34), (252, 140), (246, 252), (36, 248)], np.int32
    )
    cv2.polylines(picture, [corners], True, 255, LINE, cv2.LINE_AA)
    assert recognizer.predict(picture).label == "4"


def test_boxes_may_stay_open_at_a_corner(recognizer: Recognizer) -> None:
    picture = draw(3, brush=12, height=150)[..., 0].copy()
    draw_lines(
        picture,
        ((36, 30), (250, 32)),
        ((250, 40), (248, 252)),
        ((240, 250), (34, 252)),
        ((30, 246), (32, 38)),
    )
    assert recognizer.predict(picture).label == "3"


@pytest.mark.parametrize("number", ["06", "2589"])
@pytest.mark.parametrize("degrees", [-2, 0, 2])
def test_a_number_in_a_frame_is_read(recognizer: Recognizer, number: str, degrees: float) -> None:
    assert recognizer.predict_number(turn(frame_number(number), degrees)).text == number


def test_a_row_of_boxes_is_read(recognizer: Recognizer) -> None:
    tiles = [draw(int(digit), brush=10, height=100)[60:220, 70:210, 0] for digit in "40836"]
    picture = np.pad(np.hstack(tiles), 30)
    right, bottom = picture.shape[1] - 30, picture.shape[0] - 30
    draw_lines(picture, ((30, 30), (right, 30)), ((30, bottom), (right, bottom)))
    for column in range(30, right + 1, 140):
        draw_lines(picture, ((column, 30), (column, bottom)))
    assert recognizer.predict_number(picture).text == "40836"


@pytest.mark.parametrize("degrees", [-3, 0, 3])
def test_a_comb_that_is_open_at_the_top_is_read(recognizer: Recognizer, degrees: float) -> None:
    tiles = [draw(int(digit), brush=10, height=100)[60:220, 70:210, 0] for digit in "40836"]
    picture = np.pad(np.hstack(tiles), 40)
    right, bottom = picture.shape[1] - 40, picture.shape[0] - 40
    draw_lines(picture, ((40, bottom), (right, bottom)))
    for column in range(40, right + 1, 140):
        draw_lines(picture, ((column, bottom - 50), (column, bottom)))
    assert recognizer.predict_number(turn(picture, degrees)).text == "40836"


def test_a_bold_box_of_a_small_picture_is_taken_off(recognizer: Recognizer) -> None:
    picture = np.zeros((100, 80), np.uint8)
    tile = cv2.resize(draw(6, brush=14, height=180)[..., 0], (60, 60), interpolation=cv2.INTER_AREA)
    picture[20:80, 10:70] = tile
    cv2.rectangle(picture, (14, 20), (66, 80), 255, 5, cv2.LINE_AA)
    assert recognizer.predict_number(picture).text == "6"


def test_a_rule_that_touches_the_writing_is_taken_off(recognizer: Recognizer) -> None:
    picture = np.pad(draw_number("36417"), 40)
    bottom = int(np.flatnonzero(picture.any(axis=1))[-1])
    draw_lines(picture, ((5, bottom), (picture.shape[1] - 5, bottom)))
    assert recognizer.predict_number(picture).text == "36417"


def test_a_rule_below_a_number_is_taken_off(recognizer: Recognizer) -> None:
    picture = np.pad(draw_number("36417"), 40)
    height, width = picture.shape
    draw_lines(picture, ((0, height - 24), (width, height - 24)))
    assert recognizer.predict_number(picture).text == "36417"


def test_a_stroke_that_crosses_a_line_stays_whole() -> None:
    picture = np.zeros((200, 300), np.uint8)
    draw_lines(picture, ((0, 100), (299, 100)))
    picture[30:170, 145:155] = 255
    without = remove_lines(picture, 127)
    count, _ = cv2.connectedComponents(without)
    assert count == 2
    assert not without[:, :130].any()
    assert without[30:170, 146:154].all()


@pytest.mark.parametrize("number", ["90210357", "717171", "22222", "44444", "10"])
def test_strokes_of_numbers_are_no_lines(number: str) -> None:
    picture = draw_number(number)
    np.testing.assert_array_equal(remove_lines(picture, 0), picture)


def test_noise_has_no_lines() -> None:
    noise = np.random.default_rng(0).integers(0, 2, (400, 400)).astype(np.uint8) * 255
    np.testing.assert_array_equal(remove_lines(noise, 0), noise)
