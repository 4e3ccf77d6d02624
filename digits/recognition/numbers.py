"""Read numbers of several digits, or one digit: where each is, and what it is.

number = predict_number(image, recognizer.predict_inputs)
print(number.text, [digit.box for digit in number.digits])
"""

from collections.abc import Callable, Sequence

from digits.preprocessing.arrays import Image
from digits.preprocessing.ink import FOUND, InkOptions, LocatedInk, find_ink
from digits.preprocessing.normalization import ModelInput, fit_digit, to_model_input
from digits.preprocessing.segmentation import find_digits
from digits.recognition.predictions import DigitPrediction, NumberPrediction, Prediction

PredictInputs = Callable[[Sequence[ModelInput]], Sequence[Prediction]]


def predict_number(
    image: Image, predict: PredictInputs, *, options: InkOptions = FOUND
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
        return [prediction.score for prediction in predict(inputs)]

    found = find_digits(image, score_digits, options=options)
    predictions = predict([digit.model_input for digit in found])
    return NumberPrediction(
        tuple(
            DigitPrediction(digit.box, digit.line, prediction)
            for digit, prediction in zip(found, predictions, strict=True)
        )
    )


def predict_single(
    image: Image | LocatedInk, predict: PredictInputs, *, options: InkOptions = FOUND
) -> NumberPrediction:
    """Read all ink of a picture as one digit, as `Recognizer.predict` does, with its box.

    Args, returns and raises as `predict_number`; at most one digit is found. Ink that was
    found before may stand for the picture.
    """
    ink = find_ink(image, options=options)
    if ink is None:
        return NumberPrediction(())
    (prediction,) = predict([to_model_input(fit_digit(ink.pixels))])
    return NumberPrediction((DigitPrediction(ink.place.enclosing_box(), 0, prediction),))
