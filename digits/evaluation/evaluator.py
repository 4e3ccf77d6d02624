"""Measure models on sets: what evaluate.py shows, and what its report is made of.

speed = measure_speeds([recognizer])[0]
result = measure_model(recognizer, Path("a.keras"), speed=speed, sets=[...], others=[...])
print(result.digits[0].figures.accuracy.share)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digits.classes import DIGIT_CLASSES, ClassNames, find_class, list_names
from digits.evaluation.eval_sets import Examples
from digits.evaluation.metrics import (
    DigitFigures,
    Readings,
    RefusalFigures,
    Share,
    measure_digits,
    measure_refusal,
)
from digits.evaluation.timing import Speed
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

Picture = npt.NDArray[np.uint8]  # (28, 28), bright digit on black

MOST_MISTAKES = 100  # pictures kept of a set


class MeasurementError(Exception):
    """A model and a set that do not go together; the text is one sentence for a person."""


@dataclass(frozen=True)
class Mistake:
    """A picture that was misread, or read though it shows no digit.

    Attributes:
        picture: uint8 (28, 28), bright on black: what the network saw.
        truth: its label.
        reading: the best guess.
        confidence: in the guess, in [0, 1].
        is_sure: whether its status was `digit`.
        file: where the picture is from, "" for a set that is no folder of files.
    """

    picture: Picture
    truth: str
    reading: str
    confidence: float
    is_sure: bool
    file: str = ""


@dataclass(frozen=True)
class DigitsResult:
    """A model on a labelled set; the most confident mistakes first."""

    name: str
    about: str
    figures: DigitFigures
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class OthersResult:
    """A model on what is no digit; what passed for one with most certainty first."""

    name: str
    about: str
    figures: RefusalFigures
    mistakes: tuple[Mistake, ...]

    @property
    def title(self) -> str:
        """The name as people write it."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class ModelResult:
    """All that was measured on one model file.

    Attributes:
        name: of the file, without its ending; unique among those compared.
        parameters: of the network.
        file_size: bytes.
        speed: on this machine.
        temperature: of its card.
        reject_threshold: threshold of its card.
        warning: what is wrong with its card, "" when nothing is.
        digits: by labelled set, in the order asked for.
        others: by set of what is no digit.
        compared_with: names of the labelled sets whose digits the refusal curves use.
        class_names: of the model.
    """

    name: str
    parameters: int
    file_size: int
    speed: Speed
    temperature: float
    reject_threshold: float
    warning: str
    digits: tuple[DigitsResult, ...]
    others: tuple[OthersResult, ...]
    compared_with: tuple[str, ...]
    class_names: ClassNames = DIGIT_CLASSES

    @property
    def compared_refused(self) -> Share:
        """Digits of those sets that are refused at the model's own threshold."""
        refused = [p.figures.refused for p in self.digits if p.name in self.compared_with]
        return Share(sum(share.hits for share in refused), sum(share.count for share in refused))


def measure_model(
    recognizer: Recognizer,
    path: Path,
    *,
    name: str = "",
    speed: Speed,
    sets: Sequence[Examples],
    others: Sequence[Examples],
    drawn: frozenset[str] = frozenset(),
) -> ModelResult:
    """Measure one model on all sets.

    Args:
        recognizer: the model, loaded.
        path: of its `.keras` file.
        name: to call it by. Defaults to the file's name without its ending.
        speed: of this model.
        sets: labelled digits.
        others: what is no digit.
        drawn: names of the sets that people drew. Refusals are compared with these
            digits, as what must be refused is drawn too; without any, with all digits.

    Raises:
        MeasurementError: if a label is none of the model's classes.
    """
    classes = recognizer.card.class_names
    sets = [name_classes(examples, classes) for examples in sets]
    for examples in sets:
        check_labels(examples, classes, path)
    for examples in others:
        check_strangers(examples, classes, path)
    digits: list[DigitsResult] = []
    score: dict[str, npt.NDArray[np.float64]] = {}
    for examples in sets:
        predictions = examples.read(recognizer)
        readings = to_readings(examples.labels, predictions)
        figures = measure_digits(readings, class_names=classes)
        worst = find_mistakes(examples, predictions, readings.is_right)
        digits.append(DigitsResult(examples.name, examples.about, figures, worst))
        score[examples.name] = readings.score
    compared_with = [name for name in score if name in drawn] or list(score)
    digit_certainty = np.concatenate([np.empty(0), *(score[name] for name in compared_with)])
    refusals: list[OthersResult] = []
    for examples in others:
        predictions = examples.read(recognizer)
        readings = to_readings(examples.labels, predictions)
        refusal = measure_refusal(readings, digit_certainty=digit_certainty)
        passed = find_mistakes(examples, predictions, readings.is_refused)
        refusals.append(OthersResult(examples.name, examples.about, refusal, passed))
    return ModelResult(
        name=name or path.stem,
        parameters=recognizer.model.count_params(),
        file_size=path.stat().st_size,
        speed=speed,
        temperature=recognizer.card.temperature,
        reject_threshold=recognizer.card.reject_threshold,
        warning=recognizer.warning,
        digits=tuple(digits),
        others=tuple(refusals),
        compared_with=tuple(compared_with),
        class_names=classes,
    )


def name_classes(examples: Examples, classes: Sequence[str]) -> Examples:
    """Name labels as a model's classes are: for one of A to Z, an a is an A."""
    found = {label: find_class(label, classes) for label in set(examples.labels)}
    names = {label: label if i is None else classes[i] for label, i in found.items()}
    return replace(examples, labels=tuple(names[label] for label in examples.labels))


def check_strangers(examples: Examples, classes: Sequence[str], path: Path) -> None:
    """Raise MeasurementError if letters that shall be refused are classes of the model."""
    known = [one for one in set(examples.labels) if find_class(one, classes) is not None]
    if known and examples.name == "letters":  # of --letters; a model may well read stars
        raise MeasurementError(
            f"Expected none of the classes of '{path}' in '{examples.name}', which a model shall"
            f" refuse. Received: {list_names(sorted(known))}. What it reads comes after --strokes."
        )


def check_labels(examples: Examples, classes: Sequence[str], path: Path) -> None:
    """Raise MeasurementError unless every label is one of the model's classes."""
    unknown = sorted(set(examples.labels) - set(classes))
    if unknown:
        raise MeasurementError(
            f"Expected labels among the classes of '{path}' ({', '.join(classes)}) in"
            f" '{examples.name}'. Received: {', '.join(unknown[:5])}."
        )


def to_readings(labels: Sequence[str], predictions: Sequence[Prediction | None]) -> Readings:
    """Set predictions beside the truth, as arrays; None is a file that cannot be read."""
    return Readings(
        labels=tuple(labels),
        digits=tuple((p.label or "") if p else "" for p in predictions),
        statuses=tuple(p.status if p else "error" for p in predictions),
        confidence=np.array([p.confidence if p else 0.0 for p in predictions]),
        score=np.array([p.score if p else 0.0 for p in predictions]),
    )


def find_mistakes(
    examples: Examples, predictions: Sequence[Prediction | None], is_right: npt.NDArray[np.bool_]
) -> tuple[Mistake, ...]:
    """Keep the pictures whose wrong reading is the most certain; blank ones have none."""
    wrong = []
    for index in np.flatnonzero(~is_right):
        prediction = predictions[int(index)]
        if prediction is not None and prediction.model_input is not None:
            wrong.append((prediction.score, int(index), prediction))
    wrong.sort(key=lambda found: -found[0])
    return tuple(
        Mistake(
            picture=to_picture(prediction),
            truth=examples.labels[index],
            reading=prediction.label or "",
            confidence=prediction.confidence,
            is_sure=prediction.status == "digit",
            file="/".join(examples.paths[index].parts[-2:]) if examples.paths else "",
        )
        for _, index, prediction in wrong[:MOST_MISTAKES]
    )


def to_picture(prediction: Prediction) -> Picture:
    """Turn what the network saw into bytes."""
    assert prediction.model_input is not None
    return np.round(prediction.model_input[..., 0] * 255).astype(np.uint8)
