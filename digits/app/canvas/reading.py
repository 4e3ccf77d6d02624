"""Read what was drawn on the canvas: one digit, or a number of several or with signs.

    reading = read_canvas(image, drawing, recognizer)
    print(reading.text, reading.number is not None)

Which of the two is found without asking. A drawing is taken for a number when each of
the digits found in it looks like one, when together they are likelier than a single one
or have signs, and when no stroke belongs to two of them. So the first stroke of a four, and a five
without its bar, stay one digit while they are drawn; `python -m benchmarks.accuracy.one_or_several`
measures how often they do not.
"""

import math
from dataclasses import dataclass

import numpy as np

from digits.app.canvas.drawing import Drawing, smooth
from digits.data.strokes import Points
from digits.preprocessing.arrays import Image
from digits.preprocessing.geometry import Box
from digits.preprocessing.ink import LocatedInk, find_ink
from digits.recognition.predictions import NumberPrediction, Prediction
from digits.recognition.recognizer import Recognizer

WITHIN = 0.8  # of a stroke's way that lies in the box of the digit that it belongs to
CLOSE = 0.05  # probability from which the runner-up is worth a word


@dataclass(frozen=True, eq=False)
class CanvasReading:
    """What a drawing is read as.

    Attributes:
        prediction: of the drawing as one digit.
        number: its digits and signs; None when it is one digit alone.
        ink: of the drawing, found once for all that is shown of it; None without ink.
    """

    prediction: Prediction
    number: NumberPrediction | None = None
    ink: LocatedInk | None = None

    @property
    def text(self) -> str:
        """The answer in short: "7", "47", "4?" when unsure, "" for an empty canvas."""
        if self.number is not None:
            return self.number.text
        mark = "?" if self.prediction.status == "unsure" else ""
        return f"{self.prediction.label or ''}{mark}"


def read_canvas(image: Image, drawing: Drawing, recognizer: Recognizer) -> CanvasReading:
    """Read a drawing as one digit, or as several when it is more likely that.

    Args:
        image: what the canvas shows, uint8 (280, 280) or (280, 280, 4).
        drawing: its strokes.
        recognizer: reads.
    """
    ink = find_ink(image)
    if ink is None:
        return CanvasReading(recognizer.blank())
    prediction = recognizer.predict(ink)
    if len(drawing.strokes) >= 2:
        number = recognizer.predict_number(image)
        if is_likelier(number, prediction) and keeps_strokes_whole(number, drawing):
            return CanvasReading(prediction, number, ink)
    return CanvasReading(prediction, ink=ink)


def is_likelier(number: NumberPrediction, whole: Prediction) -> bool:
    """Whether a number explains a drawing better than one digit does.

    It does when it has signs and is sure: for one digit they are left out without a word.
    """
    digits = [digit.prediction for digit in number.digits]
    if number.has_signs and number.status == "digit":
        return True
    if len(digits) < 2 or not all(digit.is_in_distribution for digit in digits):
        return False
    return not whole.is_in_distribution or math.prod(d.score for d in digits) > whole.score


def keeps_strokes_whole(number: NumberPrediction, drawing: Drawing) -> bool:
    """Whether each stroke lies in the box of one digit, rather than in two.

    In a number with signs a stroke may lie outside all of them.
    """
    boxes = [digit.box for digit in number.digits]
    shares = [max(share_inside(points, box) for box in boxes) for points in drawing.strokes]
    return all(share >= WITHIN or (number.has_signs and share <= 1 - WITHIN) for share in shares)


def share_inside(points: Points, box: Box) -> float:
    """Return the share of a stroke's way that lies in a box, in [0, 1]."""
    low, high = (box.x, box.y), (box.right, box.bottom)
    way = smooth(points)
    return float(np.mean(((way >= low) & (way <= high)).all(axis=1)))


def close_runner_up(prediction: Prediction) -> tuple[str, float] | None:
    """Return the second candidate and its probability, when it comes close."""
    if len(prediction.probabilities) < 2:
        return None
    share = sorted(prediction.probabilities)[-2]
    return (prediction.candidates[1], share) if share >= CLOSE else None
