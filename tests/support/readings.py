"""Readings made by hand: numbers with signs, cells and messages, without a picture."""

from collections.abc import Sequence

import numpy as np

from digits.classes import DIGIT_CLASSES
from digits.preprocessing.geometry import Box
from digits.recognition.predictions import (
    DigitPrediction,
    LinePrediction,
    Prediction,
    Status,
)

SURE = 0.99  # probability of each digit
SIDE, STEP = 40, 60  # of a digit's box, and from one to the next; pixels


def make_line(
    text: str,
    *,
    status: Status = "digit",
    confidence: float = 0.9,
    message: str = "",
    line: int = 0,
    cells: Sequence[tuple[int, int]] = (),
    doubtful: Sequence[int] = (),
) -> LinePrediction:
    """Make a line of a text.

    Args:
        text: digits and signs.
        status, confidence, message: of the line.
        line: which line of the picture it is. Defaults to the first.
        cells: row and column of each digit. Defaults to none.
        doubtful: indices of the digits that are unsure. Defaults to none.
    """
    names = [sign for sign in text if sign.isdecimal()]
    digits = []
    for index, name in enumerate(names):
        share = 0.6 if index in doubtful else SURE
        box = Box(10 + STEP * index, 10 + STEP * line, SIDE, SIDE)
        row, column = cells[index] if cells else (None, None)
        digits.append(DigitPrediction(box, line, predict_name(name, share), row, column))
    return LinePrediction(tuple(digits), text, status, confidence, message)


def predict_name(name: str, share: float) -> Prediction:
    """Make the prediction of a digit; the next one has the rest of the probability."""
    probabilities = [0.0] * 10
    probabilities[int(name)] = share
    probabilities[(int(name) + 1) % 10] = 1 - share
    model_input = np.zeros((28, 28, 1), np.float32)
    return Prediction(tuple(probabilities), DIGIT_CLASSES, 0.7, model_input)
