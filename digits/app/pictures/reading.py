"""Read one picture file as a person wants to see it: its number, boxes, one sentence.

    reading = read_picture(data, recognizer.read_number, PictureOptions())
    print(reading.status, reading.number, reading.message)

What cannot be read, or has no digit, is a reading as well: others are not held up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, Protocol

from digits.app.pictures.thumbnails import draw_thumbnail
from digits.classes import DIGIT_CLASSES, with_article, worded
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import ImageError, decode_image, find_other_frames
from digits.preprocessing.ink import FOUND, InkOptions
from digits.recognition.predictions import DigitPrediction, NumberPrediction, Prediction

PictureStatus = Literal["digit", "unsure", "blank", "error"]

FRAMES = {
    "": "",
    "animation": "It moves: its first picture was read.",
    "pages": "It has several pages: the first was read.",
}
REJECT_LABEL = "No digit was found on it. Is the writing clear, and all in the picture?"
NO_LIKENESS = "Nothing on it looks much like a digit."


@dataclass(frozen=True)
class PictureOptions:
    """How pictures are read.

    Attributes:
        ink: what is known of ink and paper. Defaults to nothing.
        several: whether a picture may show several digits. Defaults to True.
    """

    ink: InkOptions = FOUND
    several: bool = True


class ReadNumber(Protocol):
    """What reads pixels: `Recognizer.read_number`."""

    def __call__(self, image: Image, *, several: bool, options: InkOptions) -> NumberPrediction:
        """Find the digits of a picture and read them."""


@dataclass(frozen=True, eq=False)
class PictureReading:
    """What came of one file.

    Attributes:
        reading: the digits found; None when the file could not be read.
        thumbnail: a small JPEG file with the digits boxed; empty without a picture.
        message: what a person should know; empty when all is well.
    """

    reading: NumberPrediction | None
    thumbnail: bytes
    message: str

    @property
    def status(self) -> PictureStatus:
        """`error` for a file that is no picture, `unsure` when any digit is."""
        if self.reading is None:
            return "error"
        statuses = {digit.prediction.status for digit in self.reading.digits}
        if not statuses:
            return "blank"
        return "unsure" if "unsure" in statuses else "digit"

    @property
    def number(self) -> str:
        """The digits as read; a space between lines."""
        return "" if self.reading is None else self.reading.text

    @property
    def confidence(self) -> float:
        """Probability that each is a digit and all are right; 0 without any."""
        if self.reading is None or not self.reading.digits:
            return 0.0
        return prod(digit.prediction.score for digit in self.reading.digits)


def read_picture(
    data: bytes,
    predict_number: ReadNumber,
    options: PictureOptions,
    *,
    class_names: Sequence[str] = DIGIT_CLASSES,
) -> PictureReading:
    """Read one picture file.

    Args:
        data: the file.
        read_number: reads its pixels, as `Recognizer.read_number` does.
        options: how.
        class_names: of the model, for sentences. Defaults to the ten digits.

    Returns:
        What was read, with a sentence where there is something to say.
    """
    try:
        image = decode_image(data)
    except ImageError as error:
        return PictureReading(None, b"", str(error))
    reading = predict_number(image, several=options.several, options=options.ink)
    sentences = FRAMES[find_other_frames(data)], describe(reading, class_names)
    return PictureReading(
        reading, draw_thumbnail(image, reading.digits), " ".join(filter(None, sentences))
    )


def describe(reading: NumberPrediction, names: Sequence[str] = DIGIT_CLASSES) -> str:
    """Say in a sentence what is doubtful or missing; nothing when all is well."""
    digits = reading.digits
    if not digits:
        return worded(REJECT_LABEL, names)
    doubtful = [i for i, digit in enumerate(digits) if digit.prediction.status == "unsure"]
    if not doubtful:
        return ""
    if not any(digit.prediction.is_in_distribution for digit in digits):
        return worded(NO_LIKENESS, names)
    if len(doubtful) == len(digits) > 1:
        return worded(f"All {len(digits)} digits are doubtful.", names)
    if len(doubtful) > 1:
        counts = f"{len(doubtful)} of {len(digits)}"
        return worded(f"{counts} digits are doubtful: those with a question mark.", names)
    return describe_one(digits, doubtful[0])


def describe_one(digits: Sequence[DigitPrediction], index: int) -> str:
    """Say what the one doubtful digit could be."""
    prediction: Prediction = digits[index].prediction
    what = "This" if len(digits) == 1 else f"The {ordinal(index + 1)} digit"
    what = worded(what, prediction.class_names)
    first, second = map(with_article, prediction.candidates[:2])
    if not prediction.is_in_distribution:
        condition = worded("may be something else; if it is a digit", prediction.class_names)
        return f"{what} {condition}, then {first}."
    return f"{what} could be {first} or {second}."


def ordinal(number: int) -> str:
    """Write 1 as 1st, 2 as 2nd."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
