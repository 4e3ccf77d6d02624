"""What the API answers, typed: OpenAPI and its examples are made of these."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from digits.recognition.predictions import NumberPrediction, Prediction
from digits.recognition.result_rows import are_digits

if TYPE_CHECKING:  # TensorFlow takes seconds to load: a thread of its own does it
    from digits.recognition.recognizer import Recognizer

DIGITS = 6  # behind the point of a probability, as predict.py writes them
MODEL_DIGITS = 12  # of the model file's SHA-256, which tell one model from another

Share = Annotated[float, Field(ge=0, le=1)]

READING: dict[str, Any] = {
    "status": "digit",
    "digit": 7,
    "confidence": 0.999987,
    "probabilities": [0, 9e-06, 0, 2e-06, 0, 0, 0, 0.999987, 0, 1e-06],
    "model": "eaa5a02b284e",
}


class Reading(BaseModel):
    """What the model makes of one picture."""

    model_config = ConfigDict(json_schema_extra={"examples": [READING]})

    status: Literal["digit", "unsure", "blank"] = Field(
        description="unsure: perhaps another digit, or none; blank: there is no ink"
    )
    digit: int | str | None = Field(
        description="the best guess: a number for digits, a name for other classes; null if blank"
    )
    confidence: Share | None = Field(
        description="probability of this digit, if it is one; null if blank"
    )
    probabilities: list[Share] = Field(
        description="one a class, in the order of the model's class_names; empty if blank"
    )
    model: str = Field(description="first 12 digits of the model file's SHA-256")


class FileReading(Reading):
    """One picture of a batch, read."""

    file: str = Field(description="its name, as it was sent")


class FileError(BaseModel):
    """One picture of a batch that cannot be read; the others are read all the same."""

    file: str = Field(description="its name, as it was sent")
    status: Literal["error"] = "error"
    message: str = Field(description="what was expected, what came, what to do")


class Batch(BaseModel):
    """All pictures of a batch, in the order in which they were sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "results": [
                        {"file": "seven.png", **READING},
                        {
                            "file": "notes.txt",
                            "status": "error",
                            "message": "Expected a picture such as PNG or JPEG, found none.",
                        },
                    ]
                }
            ]
        }
    )

    results: list[FileReading | FileError]


class PlacedReading(Reading):
    """One digit of a number, and the box around its ink in pixels of the picture."""

    x: int
    y: int
    width: int
    height: int


class Number(BaseModel):
    """The digits of a picture in reading order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "7",
                    "digits": [{**READING, "x": 78, "y": 41, "width": 125, "height": 198}],
                }
            ]
        }
    )

    number: str = Field(description="the digits as read, unsure ones too; a space between lines")
    digits: list[PlacedReading]


class Health(BaseModel):
    """That the model answers."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ready", "model": "eaa5a02b284e"}]}
    )

    status: Literal["ready"] = "ready"
    model: str = Field(description="first 12 digits of the model file's SHA-256")
    warning: str | None = Field(None, description="what its user should know; left out if nothing")


class Card(BaseModel):
    """The model's card: what it is, and what was measured on it."""

    sha256: str = Field(description="of the model file; empty for a model without a card")
    class_names: list[str] = Field(description="one a probability, in order")
    temperature: float = Field(description="that divides the logits, for honest confidence")
    none_logit: float | None = Field(description="of 'no digit'; null if it never learnt any")
    unsure_below: Share = Field(description="certainty below which a reading is unsure")
    training: dict[str, Any] = Field(description="how it was made")
    figures: dict[str, Any] = Field(description="what was measured on it")
    warning: str = Field(description="what its user should know; empty when all is well")


def to_reading(prediction: Prediction, model: str) -> Reading:
    """Write a prediction as the API answers it."""
    return Reading(**flatten(prediction, model))


def to_number(reading: NumberPrediction, model: str) -> Number:
    """Write the reading of a number as the API answers it."""
    digits = [
        PlacedReading(
            **flatten(digit.prediction, model),
            x=digit.box.x,
            y=digit.box.y,
            width=digit.box.width,
            height=digit.box.height,
        )
        for digit in reading.digits
    ]
    return Number(number=reading.text, digits=digits)


def to_card(recognizer: "Recognizer") -> Card:
    """Write a model's card as the API answers it."""
    card = recognizer.card
    return Card(
        sha256=card.sha256,
        class_names=list(card.class_names),
        temperature=card.temperature,
        none_logit=card.reject_logit,
        unsure_below=card.reject_threshold,
        training=card.training,
        figures=card.figures,
        warning=recognizer.warning,
    )


def flatten(prediction: Prediction, model: str) -> dict[str, Any]:
    """Return the fields that all readings have."""
    label = prediction.label
    return {
        "status": prediction.status,
        "digit": int(label) if label is not None and are_digits(prediction.class_names) else label,
        "confidence": None if label is None else round(prediction.confidence, DIGITS),
        "probabilities": [round(share, DIGITS) for share in prediction.probabilities],
        "model": model,
    }
