"""The example pictures are small, read right by the model that ships, and one is doubted."""

import pytest

from digits.app.pictures.reading import PictureOptions, PictureReading, read_picture
from digits.recognition.recognizer import Recognizer
from scripts.draw_examples import EXAMPLES, OUTPUT

NUMBERS = {
    "phone-number": "03845560927",
    "subtraction": "623 -275 348",
    "chalk": "5",
    "faint-pencil": "2",
    "shadow": "8603",
    "several-lines": "1947 260 83",
    "sticky-note": "47",
}


def read(recognizer: Recognizer, name: str) -> PictureReading:
    data = (OUTPUT / f"{name}.jpg").read_bytes()
    return read_picture(data, recognizer.predict_number, PictureOptions())


@pytest.mark.parametrize("name", NUMBERS)
def test_an_example_is_read_right(recognizer: Recognizer, name: str) -> None:
    reading = read(recognizer, name)
    assert (reading.status, reading.number) == ("digit", NUMBERS[name])


def test_the_one_between_four_and_nine_is_doubted(recognizer: Recognizer) -> None:
    reading = read(recognizer, "four-or-nine")
    assert reading.status == "unsure"
    assert "4" in reading.message and "9" in reading.message


def test_examples_are_those_of_the_script_and_small() -> None:
    files = list(OUTPUT.glob("*.*"))
    assert {file.name for file in files} == {f"{name}.jpg" for name in EXAMPLES}
    assert sum(file.stat().st_size for file in files) < 600_000
