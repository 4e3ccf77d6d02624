"""Print is told from handwriting, and a pattern from both."""

from pathlib import Path

import cv2
import matplotlib
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from digits.preprocessing.printed import FORM, PRINT
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw_number

Picture = npt.NDArray[np.uint8]

FONTS = Path(matplotlib.get_data_path()) / "fonts/ttf"
TEXT = (
    "The quick brown fox jumps over the lazy dog while seven wizards boxed quietly.",
    "Payment is due within thirty days of the date of this invoice; late payment",
    "bears interest. Please send all letters to the address above and keep this",
    "page for your own records. Nothing in this agreement limits the rights of",
    "either party under the law of the country in which it was signed.",
)


def print_page(size: int, font: str = "DejaVuSans.ttf", *, side: int = 700) -> Picture:
    """Print five lines, black on white."""
    page = Image.new("L", (side, side // 2), 255)
    letters = ImageFont.truetype(str(FONTS / font), size)
    for number, line in enumerate(TEXT):
        ImageDraw.Draw(page).text((size, size + 1.5 * size * number), line, 0, font=letters)
    return np.array(page)


@pytest.mark.parametrize(
    ("size", "font"), [(14, "DejaVuSans.ttf"), (16, "DejaVuSerif.ttf"), (32, "DejaVuSansMono.ttf")]
)
def test_a_printed_page_is_called_print(recognizer: Recognizer, size: int, font: str) -> None:
    number = recognizer.predict_number(print_page(size, font, side=50 * size))
    assert (number.digits, number.message) == ((), PRINT)


def test_a_scan_of_a_printed_page_is_called_print(recognizer: Recognizer) -> None:
    turn = cv2.getRotationMatrix2D((500, 200), 1.5, 1)
    page = cv2.warpAffine(print_page(20, side=1000), turn, (1000, 500), borderValue=255)
    noise = np.random.default_rng(0).normal(0, 6, page.shape)
    scan = (20 + 0.85 * page + noise).clip(0, 255).astype(np.uint8)
    assert recognizer.predict_number(scan).message == PRINT


def test_print_of_drawn_letters_is_called_print(recognizer: Recognizer) -> None:
    page = np.full((400, 900), 255, np.uint8)
    for number, line in enumerate(TEXT):
        place = 20, 60 + 60 * number
        cv2.putText(page, line[:50], place, cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2, cv2.LINE_AA)
    assert recognizer.predict_number(page).message == PRINT


def test_a_number_in_print_is_not_overlooked(recognizer: Recognizer) -> None:
    page = print_page(14, side=760)
    number = cv2.resize(draw_number("40725"), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    height, width = number.shape
    page[250 : 250 + height, 60 : 60 + width] = 255 - number
    assert recognizer.predict_number(page).message == FORM


@pytest.mark.parametrize("shape", [cv2.MORPH_RECT, cv2.MORPH_ELLIPSE])
def test_a_pattern_is_no_print(recognizer: Recognizer, shape: int) -> None:
    stamp = 255 - 255 * cv2.getStructuringElement(shape, (13, 13))
    cell = np.pad(stamp, 4, constant_values=255).astype(np.uint8)
    assert recognizer.predict_number(np.tile(cell, (12, 15))).message != PRINT


def test_lines_of_numbers_are_no_print(recognizer: Recognizer) -> None:
    number = recognizer.predict_number(draw_number("4072513986\n" * 7 + "1503942687"))
    assert (number.message, len(number.digits)) == ("", 80)
