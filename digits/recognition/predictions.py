"""What a model makes of a picture: one prediction, or those of a number's digits."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import Literal, Self

from digits.classes import ClassNames
from digits.preprocessing.geometry import Box
from digits.preprocessing.normalization import ModelInput

Status = Literal["digit", "unsure", "blank"]


@dataclass(frozen=True)
class Prediction:
    """What the model makes of one picture.

    Predictions are equal when their numbers and names are: `model_input` is not compared.

    Attributes:
        probabilities: calibrated, one a class, in [0, 1], summing to 1; each is the
            probability of its class given that the picture shows one of the classes.
            Empty for a blank picture.
        class_names: the class of each probability, "0" to "9" for digits.
        reject_threshold: `score` below which a prediction is unsure, in [0, 1].
        model_input: what the network saw, float32 (28, 28, 1) in [0, 1], bright digit
            on black; None for a blank picture.
        in_distribution_probability: calibrated probability in [0, 1] that the picture
            shows one digit, and not a letter, a scribble or several digits; 1 from a
            model that cannot tell.

    >>> from digits import Prediction
    >>> prediction = Prediction((0.2, 0.8), ("cat", "dog"), 0.5, None)
    >>> prediction.label, prediction.confidence, prediction.status
    ('dog', 0.8, 'digit')
    """

    probabilities: tuple[float, ...]
    class_names: ClassNames
    reject_threshold: float
    model_input: ModelInput | None = field(compare=False, repr=False)
    in_distribution_probability: float = 1.0

    @property
    def status(self) -> Status:
        """`blank` without ink, `unsure` below the threshold, else `digit`."""
        if not self.probabilities:
            return "blank"
        return "unsure" if self.score < self.reject_threshold else "digit"

    @property
    def label(self) -> str | None:
        """The most probable class; None for a blank picture."""
        return self.candidates[0] if self.probabilities else None

    @property
    def confidence(self) -> float:
        """Probability of `label`, given that the picture shows one digit; 0 if blank.

        The page, CSV files and the API all show this value, in [0, 1].
        """
        return max(self.probabilities, default=0.0)

    @property
    def score(self) -> float:
        """Probability that the picture shows one digit and that it is `label`, in [0, 1].

        This is `in_distribution_probability` times `confidence`. It decides between
        `digit` and `unsure`, and is not shown.
        """
        return self.in_distribution_probability * self.confidence

    @property
    def is_in_distribution(self) -> bool:
        """Whether it is more probably one digit than anything else."""
        return self.in_distribution_probability >= 0.5

    @property
    def candidates(self) -> tuple[str, ...]:
        """All classes, the most probable first; of equals, the earlier class."""
        order = sorted(
            range(len(self.probabilities)), key=self.probabilities.__getitem__, reverse=True
        )
        return tuple(self.class_names[index] for index in order)


@dataclass(frozen=True)
class FilePrediction:
    """What came of one file: a prediction, or the sentence that says why not."""

    path: Path
    prediction: Prediction | None
    message: str = ""


@dataclass(frozen=True)
class DigitPrediction:
    """One digit of a number.

    Attributes:
        box: where its ink is, in pixels of the picture.
        line: which line of writing it is in, 0 for the topmost.
        prediction: which digit it is.
        row, column: of its cell, counted from 0, where the picture is a grid; else None.

    >>> from digits import DigitPrediction, Prediction
    >>> from digits.preprocessing.geometry import Box
    >>> seven = Prediction((0.1, 0.9), ("1", "7"), 0.5, None)
    >>> DigitPrediction(Box(80, 30, 120, 200), 0, seven).box.right
    200
    """

    box: Box
    line: int
    prediction: Prediction
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class LinePrediction:
    """One number: a line of writing, or a row of a grid.

    Attributes:
        digits: from left to right, at least one.
        text: the number with its signs, such as "-7", "3.14" or "12/05/2021".
        status: `unsure` when a digit is, when two readers disagree, or when ink was left
            out that may be a sign; else `digit`.
        confidence: that the whole `text` is right, in [0, 1].
        message: what was left out or is doubtful, as a sentence; "" if there is nothing.

    >>> from digits import DigitPrediction, LinePrediction, Prediction
    >>> from digits.preprocessing.geometry import Box
    >>> seven = Prediction((0.1, 0.9), ("1", "7"), 0.5, None)
    >>> digit = DigitPrediction(Box(80, 30, 60, 90), 0, seven)
    >>> line = LinePrediction((digit,), "-7", "digit", confidence=0.8)
    >>> line.text, line.number
    ('-7', '7')
    """

    digits: tuple[DigitPrediction, ...]
    text: str
    status: Status
    confidence: float
    message: str = ""

    @property
    def number(self) -> str:
        """The digits alone, unsure ones too. Class names of several letters have gaps."""
        labels = [digit.prediction.label or "" for digit in self.digits]
        names = [name for digit in self.digits for name in digit.prediction.class_names]
        return (" " if any(len(name) > 1 for name in names) else "").join(labels)

    @classmethod
    def of_digits(cls, digits: Sequence[DigitPrediction]) -> Self:
        """Make a number of digits that were read one by one, without signs."""
        statuses = {digit.prediction.status for digit in digits}
        confidence = prod(digit.prediction.score for digit in digits)
        status: Status = "digit" if statuses == {"digit"} else "unsure"
        line = cls(tuple(digits), "", status, confidence)
        return replace(line, text=line.number)


@dataclass(frozen=True)
class NumberPrediction:
    """The numbers of a picture from top to bottom; none when it is blank.

    Attributes:
        lines: each a line of writing, or a row of a grid.
        message: what was left out of the picture, or why nothing was found, as a
            sentence; "" if there is nothing to say.

    >>> from digits import DigitPrediction, LinePrediction, NumberPrediction, Prediction
    >>> from digits.preprocessing.geometry import Box
    >>> seven = Prediction((0.1, 0.9), ("1", "7"), 0.5, None)
    >>> boxes = Box(20, 30, 60, 90), Box(100, 30, 60, 90)
    >>> digits = [DigitPrediction(box, 0, seven) for box in boxes]
    >>> NumberPrediction((LinePrediction.of_digits(digits),)).text
    '77'
    """

    lines: tuple[LinePrediction, ...]
    message: str = ""

    @property
    def digits(self) -> tuple[DigitPrediction, ...]:
        """All digits, line by line, each line from left to right."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def text(self) -> str:
        """The numbers with their signs, unsure ones too; a space between lines: "-40.7 12"."""
        return " ".join(line.text for line in self.lines)

    @property
    def number(self) -> str:
        """As `text`, without signs: "407 12"."""
        return " ".join(line.number for line in self.lines)

    @property
    def has_signs(self) -> bool:
        """Whether `text` says more than the digits do."""
        return self.text != self.number

    @property
    def status(self) -> Status:
        """`blank` without lines, `unsure` when one of them is, else `digit`."""
        if not self.lines:
            return "blank"
        return "unsure" if any(line.status == "unsure" for line in self.lines) else "digit"

    @property
    def confidence(self) -> float:
        """That the whole `text` is right, in [0, 1]; 0 if blank."""
        return prod(line.confidence for line in self.lines) if self.lines else 0.0

    @property
    def messages(self) -> tuple[str, ...]:
        """The sentence of the picture and those of its lines, each once."""
        sentences = (self.message, *(line.message for line in self.lines))
        return tuple(dict.fromkeys(filter(None, sentences)))
