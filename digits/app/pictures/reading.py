"""Read one picture file as a person wants to see it: its number, boxes, one sentence.

    reading = read_picture(data, recognizer.predict_number, PictureOptions())
    print(reading.status, reading.number, reading.message)

What cannot be read, or has no digit, is a reading as well: others are not held up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, Protocol

from digits.app.pictures.thumbnails import draw_thumbnail
from digits.app.sentences import describe_doubt
from digits.classes import DIGIT_CLASSES, class_noun
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import ImageError, decode_image, find_other_frames
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.recognition.predictions import NumberPrediction

PictureStatus = Literal["digit", "unsure", "blank", "error"]

FRAMES = {
    "": "",
    "animation": "It moves: its first picture was read.",
    "pages": "It has several pages: the first was read.",
}


@dataclass(frozen=True)
class PictureOptions:
    """How pictures are read.

    Attributes:
        ink: what is known of ink and paper. Defaults to nothing.
        several: whether a picture may show several digits. Defaults to True.
    """

    ink: InkOptions = FOUND
    several: bool = True


class PredictNumber(Protocol):
    """What reads pixels: `Recognizer.predict_number`."""

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
        """`error` for a file that is no picture, `unsure` when any line is."""
        return "error" if self.reading is None else self.reading.status

    @property
    def number(self) -> str:
        """The numbers as read, with their signs; a space between lines."""
        return "" if self.reading is None else self.reading.text

    @property
    def confidence(self) -> float:
        """Probability that all digits are right, as `Prediction.confidence`; 0 without any."""
        if self.reading is None or not self.reading.digits:
            return 0.0
        return prod(digit.prediction.confidence for digit in self.reading.digits)


def read_picture(
    data: bytes,
    predict_number: PredictNumber,
    options: PictureOptions,
    *,
    class_names: Sequence[str] = DIGIT_CLASSES,
) -> PictureReading:
    """Read one picture file.

    Args:
        data: the file.
        predict_number: reads its pixels, as `Recognizer.predict_number` does.
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
    sentences = FRAMES[find_other_frames(data)], describe_reading(reading, class_noun(class_names))
    return PictureReading(
        reading, draw_thumbnail(image, reading.digits), " ".join(filter(None, sentences))
    )


def describe_reading(reading: NumberPrediction, noun: str = "digit") -> str:
    """Say in a sentence what is doubtful or missing; nothing when all is well."""
    digits = [digit.prediction for digit in reading.digits]
    doubtful = [index for index, digit in enumerate(digits) if digit.status == "unsure"]
    if reading.messages:
        return " ".join(reading.messages)
    if not digits:
        return f"No {noun} was found on it. Is the writing clear, and all in the picture?"
    if not doubtful:
        is_sure = reading.status == "digit"
        return "" if is_sure else "The number as a whole is doubtful. Compare it with the picture."
    if not any(digit.is_in_distribution for digit in digits):
        return f"Nothing on it looks much like a {noun}."
    if len(doubtful) == len(digits) > 1:
        return f"All {len(digits)} {noun}s are doubtful."
    if len(doubtful) > 1:
        counts = f"{len(doubtful)} of {len(digits)}"
        return f"{counts} {noun}s are doubtful: those with a question mark."
    what = "This" if len(digits) == 1 else f"The {ordinal(doubtful[0] + 1)} {noun}"
    return describe_doubt(digits[doubtful[0]], what)


def ordinal(number: int) -> str:
    """Write 1 as 1st, 2 as 2nd."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
