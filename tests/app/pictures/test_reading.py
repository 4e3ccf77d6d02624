"""One file becomes one reading: its number, its boxes drawn, one sentence where needed."""

import io
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from digits.app.pictures.reading import (
    PictureOptions,
    PictureReading,
    describe_reading,
    ordinal,
    read_picture,
)
from digits.app.pictures.thumbnails import DOUBTFUL_COLOR, SURE_COLOR, draw_thumbnail
from digits.preprocessing import image_io
from digits.preprocessing.geometry import Box
from digits.recognition.predictions import (
    DigitPrediction,
    LinePrediction,
    NumberPrediction,
    Prediction,
)
from digits.recognition.recognizer import Recognizer
from digits.recognition.result_rows import number_rows
from tests.support.digit_drawings import draw, draw_number, encode_png

Picture = npt.NDArray[np.uint8]

NO_DIGIT = "No digit was found on it. Is the writing clear, and all in the picture?"


def encode(*pictures: Picture, kind: str = "PNG") -> bytes:
    first, *others = [Image.fromarray(picture) for picture in pictures]
    buffer = io.BytesIO()
    moving = {"save_all": True, "append_images": others} if others else {}
    first.save(buffer, kind, **moving)
    return buffer.getvalue()


def read(recognizer: Recognizer, data: bytes, *, several: bool = True) -> PictureReading:
    return read_picture(data, recognizer.predict_number, PictureOptions(several=several))


def decode(thumbnail: bytes) -> npt.NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(thumbnail))).astype(np.int16)


def count_color(thumbnail: bytes, color: tuple[int, int, int]) -> int:
    return int((np.abs(decode(thumbnail) - color).max(axis=2) < 40).sum())


def test_a_number_is_read_and_boxed(recognizer: Recognizer) -> None:
    reading = read(recognizer, encode(draw_number("407")))
    assert (reading.status, reading.number, reading.message) == ("digit", "407", "")
    assert 0.9 < reading.confidence <= 1
    assert count_color(reading.thumbnail, SURE_COLOR) > 300
    assert count_color(reading.thumbnail, DOUBTFUL_COLOR) == 0


def test_what_a_reader_says_of_a_number_is_shown_and_marks_it() -> None:
    (line,) = doubted((1.0, 1.0), (1.0, 1.0)).lines
    unsure = replace(line, status="unsure")
    assert describe_reading(NumberPrediction((unsure,))).startswith("The number as a whole")
    said = NumberPrediction((replace(unsure, message="There are marks."), line))
    assert describe_reading(said) == "There are marks."
    assert PictureReading(said, b"", "").status == "unsure"
    noise = NumberPrediction((), "This looks like noise.")
    assert describe_reading(noise) == "This looks like noise."
    assert PictureReading(noise, b"", "").status == "blank"


def test_confidence_is_that_of_all_digits(recognizer: Recognizer) -> None:
    reading = read(recognizer, encode(draw_number("1946")))
    assert reading.reading is not None
    single = [digit.prediction.confidence for digit in reading.reading.digits]
    assert reading.confidence == pytest.approx(np.prod(single)) and len(single) == 4


def test_one_digit_that_is_two_is_doubted_and_boxed_unlike_others(recognizer: Recognizer) -> None:
    reading = read(recognizer, encode(draw_number("47")), several=False)
    assert reading.status == "unsure" and reading.message
    assert count_color(reading.thumbnail, DOUBTFUL_COLOR) > 300
    assert count_color(reading.thumbnail, SURE_COLOR) == 0


def test_a_page_without_ink_says_so_and_is_shown(recognizer: Recognizer) -> None:
    reading = read(recognizer, encode(np.full((60, 80), 255, np.uint8)))
    assert (reading.status, reading.number, reading.message) == ("blank", "", NO_DIGIT)
    assert reading.confidence == 0 and reading.thumbnail


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"broken", "found none"),
        (b"", "empty file"),
        (encode(draw_number("5"))[:200], "damaged or cut short"),
        (b"\x89PNG" + bytes(image_io.MAX_PICTURE_BYTES), "at most 20 MB"),
        (encode(np.zeros((6000, 9000), np.uint8)), "at most 50 megapixels, found 54"),
    ],
    ids=["broken", "empty", "cut", "20 MB", "50 megapixels"],
)
def test_what_cannot_be_read_is_one_sentence(
    recognizer: Recognizer, data: bytes, sentence: str
) -> None:
    reading = read(recognizer, data)
    assert (reading.status, reading.number, reading.thumbnail) == ("error", "", b"")
    assert sentence in reading.message and "\n" not in reading.message


@pytest.mark.parametrize(("kind", "word"), [("GIF", "moves"), ("WEBP", "moves"), ("TIFF", "pages")])
def test_of_several_frames_the_first_is_read_and_said_so(
    recognizer: Recognizer, kind: str, word: str
) -> None:
    frames = [draw(digit)[..., :3] for digit in (3, 4)]
    reading = read(recognizer, encode(*frames, kind=kind))
    assert (reading.status, reading.number) == ("digit", "3")
    assert word in reading.message


def test_a_large_picture_leaves_a_small_copy(recognizer: Recognizer) -> None:
    large = draw_number("58").repeat(16, axis=0).repeat(16, axis=1)
    reading = read(recognizer, encode(large, kind="JPEG"))
    assert reading.number == "58" and large.size > 8e6
    assert max(decode(reading.thumbnail).shape) == 640 and len(reading.thumbnail) < 100_000


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (28, 28), (900, 5), (300, 300, 4)])
def test_pictures_of_any_shape_have_a_small_copy(shape: tuple[int, ...]) -> None:
    assert max(decode(draw_thumbnail(np.zeros(shape, np.uint8))).shape) <= 1600


@pytest.mark.parametrize("ink", [(255, 255, 255), (20, 30, 90)])
def test_cut_out_ink_is_seen_on_its_paper(
    recognizer: Recognizer, ink: tuple[int, int, int]
) -> None:
    cut_out = draw(6, ink=ink, paper=ink)
    cut_out[..., 3] = draw(6)[..., 0]
    reading = read(recognizer, encode_png(cut_out))
    assert reading.number == "6"
    assert np.ptp(decode(reading.thumbnail)[150:-150, 200:-200].mean(axis=2)) > 150


def doubted(*certainties: tuple[float, float]) -> NumberPrediction:
    """Digits that are a four with some probability, else a nine; and digits with another."""
    names = tuple("0123456789")
    digits = []
    for four, is_digit in certainties:
        probabilities = [0.0] * 10
        probabilities[4], probabilities[9] = four, 1 - four
        prediction = Prediction(tuple(probabilities), names, 0.55, None, is_digit)
        digits.append(DigitPrediction(Box(0, 0, 5, 5), 0, prediction))
    return NumberPrediction((LinePrediction.of_digits(digits),))


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        (doubted((1.0, 1.0), (0.9, 1.0)), ""),
        (doubted((0.5, 1.0)), "This could be a 4 or a 9."),
        (doubted((1.0, 1.0), (0.51, 1.0)), "The 2nd digit could be a 4 or a 9."),
        (doubted((1.0, 1.0), (1.0, 0.3)), "The 2nd digit may be something else"),
        (doubted((1.0, 0.3)), "Nothing on it looks much like a digit."),
        (doubted((0.5, 1.0), (0.5, 1.0)), "All 2 digits are doubtful."),
        (doubted((0.5, 1.0), (0.5, 1.0), (1.0, 1.0)), "2 of 3 digits are doubtful"),
    ],
)
def test_a_doubt_is_one_sentence(reading: NumberPrediction, sentence: str) -> None:
    assert describe_reading(reading).startswith(sentence)
    assert bool(describe_reading(reading)) == bool(sentence)


def test_confidence_is_that_of_the_csv_file() -> None:
    """Of a digit that may be none, too: 0.9, and not 0.45."""
    number = doubted((0.9, 0.5))
    (row,) = number_rows("a.png", number, tuple("0123456789"))
    assert PictureReading(number, b"", "").confidence == row["confidence"] == 0.9
    assert PictureReading(doubted((0.9, 0.5), (0.8, 1.0)), b"", "").confidence == pytest.approx(
        0.72
    )


def test_ordinals_are_english() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip
