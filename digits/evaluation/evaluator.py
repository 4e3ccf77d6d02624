"""Measure models on sets: what evaluate.py shows, and what its report is made of.

speed = measure_speeds([recognizer])[0]
result = measure_model(recognizer, Path("a.keras"), speed=speed, sets=[...], others=[...])
print(result.digits[0].figures.accuracy.share)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from digits.classes import class_noun, find_class, list_names
from digits.evaluation.eval_sets import EvaluationSet
from digits.evaluation.metrics import (
    DigitFigures,
    Proportion,
    Readings,
    RefusalFigures,
    measure_digits,
    measure_refusal,
)
from digits.evaluation.number_sets import NumberResult, NumberSet, measure_numbers
from digits.evaluation.timing import Speed
from digits.recognition.model_card import ModelCard
from digits.recognition.model_report.schema import Block, Misread
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

MOST_MISTAKES = 100  # pictures kept of a set

Figures = TypeVar("Figures", DigitFigures, RefusalFigures)


class MeasurementError(Exception):
    """A model and a set that do not go together; the text is one sentence for a person."""


@dataclass(frozen=True)
class Mistake(Misread):
    """A picture that was misread, or read though it shows no digit.

    Attributes:
        file: where the picture is from, "" for a set that is no folder of files.
    """

    file: str = ""


@dataclass(frozen=True)
class SetResult(Generic[Figures]):
    """A model on one set; the mistakes that it was most certain of first."""

    name: str
    about: str
    figures: Figures
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
        network: its layers.
        file_size: bytes.
        speed: on this machine.
        card: of the model, or what stands for a missing one.
        warning: what is wrong with its card, "" when nothing is.
        digits: by labelled set, in the order asked for.
        negatives: by set of non-digits.
        compared_with: names of the labelled sets whose digits the refusal curves use.
        numbers: by set of numbers.
    """

    name: str
    network: tuple[Block, ...]
    file_size: int
    speed: Speed
    card: ModelCard
    warning: str
    digits: tuple[SetResult[DigitFigures], ...]
    negatives: tuple[SetResult[RefusalFigures], ...]
    compared_with: tuple[str, ...]
    numbers: tuple[NumberResult, ...] = ()

    @property
    def parameters(self) -> int:
        """Parameters of the network."""
        return sum(block.parameters for block in self.network)

    @property
    def noun(self) -> str:
        """What the model reads: "digit" or "letter"."""
        return class_noun(self.card.class_names)

    @property
    def compared_refused(self) -> Proportion:
        """Digits of those sets that are refused at the model's own threshold."""
        refused = [p.figures.refused for p in self.digits if p.name in self.compared_with]
        return Proportion(sum(one.hits for one in refused), sum(one.count for one in refused))


def measure_model(
    recognizer: Recognizer,
    path: Path,
    *,
    name: str = "",
    network: tuple[Block, ...] = (),
    speed: Speed,
    sets: Sequence[EvaluationSet],
    negatives: Sequence[EvaluationSet],
    numbers: Sequence[NumberSet] = (),
    drawn: frozenset[str] = frozenset(),
) -> ModelResult:
    """Measure one model on all sets.

    Args:
        recognizer: the model, loaded.
        path: of its `.keras` file.
        name: to call it by. Defaults to the file's name without its ending.
        network: its layers. Defaults to none, which counts no parameters.
        speed: of this model.
        sets: labelled digits.
        negatives: non-digits.
        numbers: pictures of several digits. Defaults to none.
        drawn: names of the sets that people drew. Refusals are compared with these
            digits, as what must be refused is drawn too; without any, with all digits.

    Raises:
        MeasurementError: if a label is none of the model's classes.
    """
    classes = recognizer.card.class_names
    sets = [name_classes(one, classes) for one in sets]
    for one in sets:
        check_labels(one, classes, path)
    for one in negatives:
        check_strangers(one, classes, path)
    digits: list[SetResult[DigitFigures]] = []
    scores = {}
    for one in sets:
        predictions = one.predict(recognizer)
        readings = to_readings(one.labels, predictions)
        figures = measure_digits(readings, class_names=classes)
        mistakes = find_mistakes(one, predictions, ~readings.is_right)
        digits.append(SetResult(one.name, one.about, figures, mistakes))
        scores[one.name] = readings.score
    compared_with = [name for name in scores if name in drawn] or list(scores)
    digit_scores = np.concatenate([np.empty(0), *(scores[name] for name in compared_with)])
    refusals: list[SetResult[RefusalFigures]] = []
    for one in negatives:
        predictions = one.predict(recognizer)
        readings = to_readings(one.labels, predictions)
        refusal = measure_refusal(readings, digit_scores=digit_scores)
        mistakes = find_mistakes(one, predictions, ~readings.is_refused)
        refusals.append(SetResult(one.name, one.about, refusal, mistakes))
    return ModelResult(
        name=name or path.stem,
        network=network,
        file_size=path.stat().st_size,
        speed=speed,
        card=recognizer.card,
        warning=recognizer.warning,
        digits=tuple(digits),
        negatives=tuple(refusals),
        compared_with=tuple(compared_with),
        numbers=tuple(measure_numbers(recognizer, one) for one in numbers),
    )


def name_classes(one: EvaluationSet, classes: Sequence[str]) -> EvaluationSet:
    """Name labels as a model's classes are: for one of A to Z, an a is an A."""
    found = {label: find_class(label, classes) for label in set(one.labels)}
    names = {label: label if i is None else classes[i] for label, i in found.items()}
    return replace(one, labels=tuple(names[label] for label in one.labels))


def check_strangers(one: EvaluationSet, classes: Sequence[str], path: Path) -> None:
    """Raise MeasurementError if letters that shall be refused are classes of the model."""
    known = [label for label in set(one.labels) if find_class(label, classes) is not None]
    if known and one.name == "letters":  # of --letters; a model may well read stars
        raise MeasurementError(
            f"Expected none of the classes of '{path}' in '{one.name}', which a model shall"
            f" refuse. Received: {list_names(sorted(known))}. What it reads comes after --strokes."
        )


def check_labels(one: EvaluationSet, classes: Sequence[str], path: Path) -> None:
    """Raise MeasurementError unless every label is one of the model's classes."""
    unknown = sorted(set(one.labels) - set(classes))
    if unknown:
        raise MeasurementError(
            f"Expected labels among the classes of '{path}' ({', '.join(classes)}) in"
            f" '{one.name}'. Received: {', '.join(unknown[:5])}."
        )


def to_readings(labels: Sequence[str], predictions: Sequence[Prediction | None]) -> Readings:
    """Pair predictions with the truth, as arrays; None is a file that cannot be read."""
    return Readings(
        labels=tuple(labels),
        digits=tuple((p.label or "") if p else "" for p in predictions),
        statuses=tuple(p.status if p else "error" for p in predictions),
        confidence=np.array([p.confidence if p else 0.0 for p in predictions]),
        score=np.array([p.score if p else 0.0 for p in predictions]),
    )


def find_mistakes(
    one: EvaluationSet,
    predictions: Sequence[Prediction | None],
    is_wrong: npt.NDArray[np.bool_],
) -> tuple[Mistake, ...]:
    """Keep the pictures whose wrong reading scores highest; blank ones have none."""
    wrong = [
        (int(index), prediction, prediction.model_input)
        for index in np.flatnonzero(is_wrong)
        if (prediction := predictions[int(index)]) and prediction.model_input is not None
    ]
    wrong.sort(key=lambda found: -found[1].score)
    return tuple(
        Mistake(
            picture=np.round(model_input[..., 0] * 255).astype(np.uint8),
            truth=one.labels[index],
            reading=prediction.label or "",
            confidence=prediction.confidence,
            is_sure=prediction.status == "digit",
            file="/".join(one.paths[index].parts[-2:]) if one.paths else "",
        )
        for index, prediction, model_input in wrong[:MOST_MISTAKES]
    )
