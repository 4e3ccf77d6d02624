"""Read numbers of several digits, or one digit: where each is, and what it is.

reading = Recognizer.load().predict_number(image)
print(reading.number, [digit.box for digit in reading.digits])
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor
from typing import TYPE_CHECKING

from digits.preprocessing.arrays import Image
from digits.preprocessing.geometry import Box, Rectangle
from digits.preprocessing.ink import FOUND, InkOptions, locate_ink
from digits.preprocessing.normalization import ModelInput, fit_digit, to_model_input
from digits.preprocessing.segmentation import find_digits

if TYPE_CHECKING:  # recognizer.py is above this module
    from digits.recognition.recognizer import Prediction

Recognize = Callable[[Sequence[ModelInput]], Sequence["Prediction"]]


@dataclass(frozen=True)
class DigitPrediction:
    """One digit of a picture.

    Attributes:
        box: where its ink is, in pixels of the picture.
        line: which line of writing it is in, 0 for the topmost.
        prediction: what it is, with the 28 x 28 picture that the network saw.
    """

    box: Box
    line: int
    prediction: "Prediction"


@dataclass(frozen=True)
class NumberPrediction:
    """The digits of a picture, line by line, each from left to right; () when blank."""

    digits: tuple[DigitPrediction, ...]

    @property
    def number(self) -> str:
        """The digits as read, unsure ones too; a space between lines: "407 12".

        Class names of several letters have spaces between them, too.
        """
        names = [name for digit in self.digits for name in digit.prediction.class_names]
        gap = " " if any(len(name) > 1 for name in names) else ""
        lines = groupby(self.digits, key=lambda digit: digit.line)
        return " ".join(gap.join(d.prediction.label or "" for d in line) for _, line in lines)


def predict_number(
    image: Image, recognize: Recognize, *, options: InkOptions = FOUND
) -> NumberPrediction:
    """Find the digits of a picture and read them.

    Args:
        image: uint8 array of shape (height, width), (height, width, 3) or
            (height, width, 4), any polarity.
        predict: makes predictions of model inputs; it is also asked which ink is
            one digit.
        options: what is known of the picture. Defaults to nothing.

    Returns:
        The digits in reading order; none for a blank picture.

    Raises:
        ValueError: if `image` is of another dtype or shape.
    """

    def score_digits(inputs: Sequence[ModelInput]) -> list[float]:
        return [prediction.score for prediction in recognize(inputs)]

    found = find_digits(image, score_digits, options=options)
    predictions = recognize([digit.model_input for digit in found])
    return NumberPrediction(
        tuple(
            DigitPrediction(digit.box, digit.line, prediction)
            for digit, prediction in zip(found, predictions, strict=True)
        )
    )


def predict_single(
    image: Image, recognize: Recognize, *, options: InkOptions = FOUND
) -> NumberPrediction:
    """Read all ink of a picture as one digit, as `Recognizer.predict` does, with its box.

    Args, returns and raises as `predict_number`; at most one digit is found.
    """
    located = locate_ink(image, options=options)
    if located is None:
        return NumberPrediction(())
    ink, place = located
    (prediction,) = recognize([to_model_input(fit_digit(ink))])
    return NumberPrediction((DigitPrediction(enclose(place), 0, prediction),))


def enclose(place: Rectangle) -> Box:
    """Return the smallest box of whole pixels that holds a rectangle."""
    x, y = floor(place.left), floor(place.top)
    return Box(x, y, ceil(place.left + place.width) - x, ceil(place.top + place.height) - y)
