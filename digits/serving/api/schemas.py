"""What the API answers, typed: OpenAPI and its examples are made of these."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from digits.recognition.predictions import NumberPrediction, Prediction, Status
from digits.recognition.result_rows import PROBABILITY_DECIMALS, are_digits

NAME_DIGITS = 12  # of the model file's SHA-256, which tell one model from another

Probability = Annotated[float, Field(ge=0, le=1)]
ModelName = Annotated[str, Field(description="first 12 digits of the model file's SHA-256")]
FileName = Annotated[str, Field(description="its name, as it was sent")]

SAMPLE_MODEL = {"model": "eaa5a02b284e"}
SAMPLE_READING: dict[str, Any] = {
    "status": "digit",
    "digit": 7,
    "confidence": 0.999987,
    "probabilities": [0, 9e-06, 0, 2e-06, 0, 0, 0, 0.999987, 0, 1e-06],
    **SAMPLE_MODEL,
}
SAMPLE_ERROR = {
    "file": "notes.txt",
    "status": "error",
    "message": "Expected a picture such as PNG or JPEG, found none.",
}
SAMPLE_LINE = {
    "number": "7",
    "text": "-7",
    "status": "digit",
    "confidence": 0.984012,
    "message": "",
}
SAMPLE_PLACE = {
    "x": 178,
    "y": 41,
    "width": 125,
    "height": 198,
    "line": 0,
    "row": None,
    "column": None,
    "number_status": "digit",
    "number_confidence": 0.984012,
}


def shown_as(example: dict[str, Any]) -> ConfigDict:
    """Give a schema its example."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Reading(BaseModel):
    """What the model makes of one picture."""

    model_config = shown_as(SAMPLE_READING)

    status: Status = Field(
        description="unsure: perhaps another digit, or none; blank: there is no ink"
    )
    digit: int | str | None = Field(
        description="the best guess: a number for digits, a name for other classes; null if blank"
    )
    confidence: Probability | None = Field(
        description="probability of this digit, if it is one; null if blank"
    )
    probabilities: list[Probability] = Field(
        description="one a class, in the order of the model's class_names; empty if blank"
    )
    model: ModelName


class FileReading(Reading):
    """One picture of a batch, read."""

    file: FileName


class FileError(BaseModel):
    """One picture of a batch that cannot be read; the others are read all the same."""

    file: FileName
    status: Literal["error"] = "error"
    message: str = Field(description="what was expected, what came, what to do")


class Batch(BaseModel):
    """All pictures of a batch, in the order in which they were sent."""

    model_config = shown_as({"results": [{"file": "seven.png", **SAMPLE_READING}, SAMPLE_ERROR]})

    results: list[FileReading | FileError]


class PlacedReading(Reading):
    """One digit of a number, and the box around its ink in pixels of the picture."""

    x: int
    y: int
    width: int
    height: int
    line: int = Field(description="index of its number in `lines`")
    row: int | None = Field(description="of its cell in a grid, from 0; null elsewhere")
    column: int | None = Field(description="of its cell in a grid, from 0; null elsewhere")
    number_status: Status = Field(description="of its number, as in `lines`")
    number_confidence: Probability = Field(description="of its number, as in `lines`")


class NumberLine(BaseModel):
    """One number: a line of writing, or a row of a grid."""

    number: str = Field(description="the digits as read, unsure ones too, without signs")
    text: str = Field(description='the number with its signs, such as "-7" or "12/05/2021"')
    status: Status = Field(
        description="unsure: a digit is, readers disagree, or a sign may be missing"
    )
    confidence: Probability = Field(description="probability that the whole text is right")
    message: str = Field(description="what was left out or is doubtful; empty if nothing")


class Number(BaseModel):
    """The numbers of a picture from top to bottom, and their digits in reading order."""

    model_config = shown_as(
        SAMPLE_LINE | {"lines": [SAMPLE_LINE], "digits": [SAMPLE_READING | SAMPLE_PLACE]}
    )

    number: str = Field(description="the digits as read, unsure ones too; a space between lines")
    text: str = Field(description="as `number`, with signs")
    status: Status = Field(description="unsure: one of the lines is; blank: there is no digit")
    confidence: Probability | None = Field(
        description="probability that the whole text is right; null if blank"
    )
    message: str = Field(
        description="what was left out or is doubtful, of picture and lines; empty if nothing"
    )
    lines: list[NumberLine]
    digits: list[PlacedReading]


class Health(BaseModel):
    """That the model answers."""

    model_config = shown_as({"status": "ready", **SAMPLE_MODEL})

    status: Literal["ready"] = "ready"
    model: ModelName
    warning: str | None = Field(None, description="what its user should know; left out if nothing")


class Card(BaseModel):
    """The model's card: what it is, and what was measured on it."""

    sha256: str = Field(description="of the model file; empty for a model without a card")
    class_names: list[str] = Field(description="one a probability, in order")
    temperature: float = Field(description="that divides the logits, for honest confidence")
    none_logit: float | None = Field(
        validation_alias="reject_logit", description="of 'no digit'; null if it never learnt any"
    )
    unsure_below: Probability = Field(
        validation_alias="reject_threshold", description="certainty below which a reading is unsure"
    )
    training: dict[str, Any] = Field(description="how it was made")
    figures: dict[str, Any] = Field(description="what was measured on it")
    warning: str = Field(description="what its user should know; empty when all is well")


def reading_fields(prediction: Prediction, model: str) -> dict[str, Any]:
    """Return the fields that all readings have; `model` is its name in answers."""
    label = prediction.label
    is_number = label is not None and are_digits(prediction.class_names)
    return {
        "status": prediction.status,
        "digit": int(str(label)) if is_number else label,
        "confidence": None if label is None else round(prediction.confidence, PROBABILITY_DECIMALS),
        "probabilities": [round(share, PROBABILITY_DECIMALS) for share in prediction.probabilities],
        "model": model,
    }


def number_fields(reading: NumberPrediction, model: str) -> dict[str, Any]:
    """Return the fields of a number; `model` is its name in answers."""
    lines = [
        {
            "number": line.number,
            "text": line.text,
            "status": line.status,
            "confidence": round(line.confidence, PROBABILITY_DECIMALS),
            "message": line.message,
        }
        for line in reading.lines
    ]
    digits = [
        reading_fields(digit.prediction, model)
        | asdict(digit.box)
        | {
            "line": index,
            "row": digit.row,
            "column": digit.column,
            "number_status": line.status,
            "number_confidence": round(line.confidence, PROBABILITY_DECIMALS),
        }
        for index, line in enumerate(reading.lines)
        for digit in line.digits
    ]
    return {
        "number": reading.number,
        "text": reading.text,
        "status": reading.status,
        "confidence": round(reading.confidence, PROBABILITY_DECIMALS) if lines else None,
        "message": " ".join(reading.messages),
        "lines": lines,
        "digits": digits,
    }
