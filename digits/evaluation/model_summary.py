"""What is known of a model: its card and reports, read together. No TensorFlow is needed.

    about = read_about(Path("digit_model.keras"))
    for one in about.digits:
        print(one.title, one.accuracy, one.interval)

What is missing is empty, and `problems` says in a sentence why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from digits.classes import DIGIT_CLASSES, ClassNames, class_noun
from digits.evaluation.dataset_names import name_set
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.model_report.files import (
    ReportError,
    read_details,
    read_history,
    report_folder,
)
from digits.recognition.model_report.schema import Count, Details, Epoch, UnitInterval

Rate = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
NO_DETAILS = Details(parameters=0)


@dataclass(frozen=True)
class MeasuredSet:
    """What a model makes of a set of non-digits; its subclasses add to it. Shares are in [0, 1].

    Attributes:
        name: of the set, as evaluate.py calls it.
        title: the name, as people write it.
        about: what the set is, a sentence.
        count: pictures.
        refused: the share that is called unsure or blank.
        interval: where `share` lies for all such pictures, 95 times in 100.
    """

    name: str
    title: str
    about: str
    count: Count
    refused: UnitInterval
    interval: tuple[UnitInterval, UnitInterval]

    @property
    def share(self) -> float:
        """The share that counts: the higher, the better."""
        return self.refused


@dataclass(frozen=True)
class DigitSet(MeasuredSet):
    """A set of digits.

    Attributes:
        accuracy: the share that is read right: whose best guess is the label, sure or not.
        calibration_error: the mean gap between confidence and the share that is right.
        sure_but_wrong: the share that is wrong, among those that are not refused.
    """

    accuracy: UnitInterval
    calibration_error: UnitInterval
    sure_but_wrong: UnitInterval

    @property
    def share(self) -> float:
        """The share that counts: the higher, the better."""
        return self.accuracy


@dataclass(frozen=True)
class MeasuredNumbers(MeasuredSet):
    """A set of numbers of several digits; `refused` are those with an unsure line, or none.

    Attributes:
        numbers_right: the share that is wholly right, with signs.
        right_without_signs: the share whose digits are right.
        digit_error_rate: digits to insert, delete or replace, by the digits of the labels;
            above 1 where far too many are found.
        too_many_digits, too_few_digits: shares of numbers.
        sure_and_wrong: the share of all numbers that is called sure and is not right.
    """

    numbers_right: UnitInterval
    right_without_signs: UnitInterval
    digit_error_rate: Rate
    too_many_digits: UnitInterval
    too_few_digits: UnitInterval
    sure_and_wrong: UnitInterval

    @property
    def share(self) -> float:
        """The share that counts: the higher, the better."""
        return self.numbers_right


Kind = TypeVar("Kind", bound=MeasuredSet)
Content = TypeVar("Content")


@dataclass(frozen=True)
class Problems:
    """Why something is not known; "" where it is."""

    card: str = ""
    details: str = ""
    history: str = ""


@dataclass(frozen=True)
class ModelAbout:
    """All that is known of a model file without loading it.

    Attributes:
        path: of the model file.
        file_size: bytes.
        card: None when there is none that is usable.
        digits: by labelled set, in the card's order.
        negatives: by set of non-digits.
        numbers: by set of numbers.
        details: of the sets; without any when there are none.
        history: by epoch.
        problems: why parts are missing.
    """

    path: Path
    file_size: int
    card: ModelCard | None = None
    digits: tuple[DigitSet, ...] = ()
    negatives: tuple[MeasuredSet, ...] = ()
    numbers: tuple[MeasuredNumbers, ...] = ()
    details: Details = NO_DETAILS
    history: tuple[Epoch, ...] = ()
    problems: Problems = Problems()

    @property
    def class_names(self) -> ClassNames:
        """What the model tells apart; the digits where its card does not say."""
        return self.card.class_names if self.card else DIGIT_CLASSES

    @property
    def noun(self) -> str:
        """What the model reads: "digit" or "letter"."""
        return class_noun(self.class_names)

    @property
    def training(self) -> dict[str, Any]:
        """How the model was made, as its card tells; empty where it does not."""
        return self.card.training if self.card else {}


def read_about(path: Path) -> ModelAbout:
    """Read the card and the reports of a model file.

    Args:
        path: of the model file, which need not be a usable one.

    Raises:
        FileNotFoundError: if there is no such file.
    """
    file_size = path.stat().st_size
    try:
        card = ModelCard.load(path)
    except CardError as error:
        return ModelAbout(path, file_size, problems=Problems(*[str(error)] * 3))
    folder, no_epochs = report_folder(path), tuple[Epoch, ...]()
    details, no_details = attempt(partial(read_details, folder, sha256=card.sha256), NO_DETAILS)
    history, no_history = attempt(partial(read_history, folder, sha256=card.sha256), no_epochs)
    return ModelAbout(
        path=path,
        file_size=file_size,
        card=card,
        digits=read_sets(DigitSet, card, details),
        negatives=read_sets(MeasuredSet, card, details),
        numbers=read_sets(MeasuredNumbers, card, details),
        details=details,
        history=history,
        problems=Problems("", no_details, no_history),
    )


def attempt(read: Callable[[], Content], default: Content) -> tuple[Content, str]:
    """Read a report, or return what stands for it with the sentence that says why."""
    try:
        return read(), ""
    except ReportError as error:
        return default, str(error)


def kind_of_entry(entry: dict[str, Any]) -> type[MeasuredSet]:
    """Tell from its figures what a card's entry is of."""
    if "numbers_right" in entry:
        return MeasuredNumbers
    return DigitSet if "accuracy" in entry else MeasuredSet


def read_sets(kind: type[Kind], card: ModelCard, details: Details) -> tuple[Kind, ...]:
    """Read the card's entries of one kind, passing over what has another form."""
    found = []
    for name, entry in card.figures.items():
        if not isinstance(entry, dict) or kind_of_entry(entry) is not kind:
            continue
        about = details.sets[name].about if name in details.sets else ""
        told = {"name": name, **name_set(name, about=about)}
        try:
            found.append(TypeAdapter(kind).validate_python({**entry, **told}))
        except ValidationError:
            continue  # written by another version: what cannot be read is not shown
    return tuple(found)
