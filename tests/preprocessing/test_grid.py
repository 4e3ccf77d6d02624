"""Digits of a grid are read row by row, and each knows its cell."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw

CELL, MARGIN, LINE = 100, 30, 3  # pixels


def draw_grid(rows: list[str]) -> npt.NDArray[np.uint8]:
    """Draw a grid with a digit in each cell, a space for an empty one."""
    height, width = len(rows) * CELL, len(rows[0]) * CELL
    picture = np.zeros((height, width), np.uint8)
    for row, digits in enumerate(rows):
        for column, digit in enumerate(digits):
            if digit != " ":
                tile = draw(int(digit), brush=8, height=64)[90:190, 90:190, 0]
                top, left = row * CELL, column * CELL
                picture[top : top + CELL, left : left + CELL] = tile
    picture = np.pad(picture, MARGIN)
    for y in range(MARGIN, MARGIN + height + 1, CELL):
        cv2.line(picture, (MARGIN, y), (MARGIN + width, y), 255, LINE, cv2.LINE_AA)
    for x in range(MARGIN, MARGIN + width + 1, CELL):
        cv2.line(picture, (x, MARGIN), (x, MARGIN + height), 255, LINE, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("degrees", [0, 2])
def test_a_grid_gives_row_and_column(recognizer: Recognizer, degrees: float) -> None:
    rows = ["3 7 ", " 2 4", "    ", "8  5"]
    picture = draw_grid(rows)
    height, width = picture.shape
    turned = cv2.warpAffine(
        picture,
        cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1),
        (width, height),
    )
    read = recognizer.predict_number(turned)
    assert [line.text for line in read.lines] == ["37", "24", "85"]
    found = [(digit.row, digit.column, digit.prediction.label) for digit in read.digits]
    assert found == [
        (row, column, digit)
        for row, digits in enumerate(rows)
        for column, digit in enumerate(digits)
        if digit != " "
    ]


def test_a_row_of_boxes_is_no_grid(recognizer: Recognizer) -> None:
    read = recognizer.predict_number(draw_grid(["2745"]))
    assert read.text == "2745"
    assert {(digit.row, digit.column) for digit in read.digits} == {(None, None)}
