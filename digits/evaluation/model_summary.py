"""What is known of a model: its card and reports, read together. No TensorFlow is needed.

    about = read_about(Path("digit_model.keras"))
    for one in about.digits:
        print(one.title, one.accuracy, one.interval)

What is missing is empty, and `problems` says in a sentence why.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from digits.evaluation.dataset_names import name_set
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.model_report.files import (
    ReportError,
    read_details,
    read_history,
    report_folder,
)
from digits.recognition.model_report.schema import Count, Details, Epoch, Share

NO_DETAILS = Details(parameters=0)


@dataclass(frozen=True)
class DigitSet:
    """What a model makes of a set of digits; shares are in [0, 1].

    Attributes:
        name: of the set, as evaluate.py calls it.
        title: the name, as people write it.
        about: what the set is, a sentence.
        count: digits.
        accuracy: the share that is read right.
        interval: where the share of all such digits lies, 95 times in 100.
        refused: the share that is called unsure or blank.
        calibration_error: the mean gap between confidence and the share that is right.
        sure_but_wrong: the share that is wrong, among those that are not refused.
    """

    name: str
    title: str
    about: str
    count: Count
    accuracy: Share
    interval: tuple[Share, Share]
    refused: Share
    calibration_error: Share
    sure_but_wrong: Share


@dataclass(frozen=True)
class OtherSet:
    """What a model makes of pictures that show no digit, or not one.

    Attributes:
        name: of the set, as evaluate.py calls it.
        title: the name, as people write it.
        about: what the set is, a sentence.
        count: pictures.
        refused: the share in [0, 1] that is called unsure or blank.
        interval: where the share of all such pictures lies, 95 times in 100.
    """

    name: str
    title: str
    about: str
    count: Count
    refused: Share
    interval: tuple[Share, Share]


Kind = TypeVar("Kind", DigitSet, OtherSet)


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
        others: by set of what is no digit.
        details: of the sets; without any when there are none.
        history: by epoch.
        problems: why parts are missing.
    """

    path: Path
    file_size: int
    card: ModelCard | None
    digits: tuple[DigitSet, ...]
    others: tuple[OtherSet, ...]
    details: Details
    history: tuple[Epoch, ...]
    problems: Problems


def read_about(path: Path) -> ModelAbout:
    """Read what lies beside a model file.

    Args:
        path: of the model file, which need not be a usable one.

    Raises:
        FileNotFoundError: if there is no such file.
    """
    file_size = path.stat().st_size
    try:
        card = ModelCard.load(path)
    except CardError as error:
        problems = Problems(*[str(error)] * 3)
        return ModelAbout(path, file_size, None, (), (), NO_DETAILS, (), problems)
    folder = report_folder(path)
    details, no_details = NO_DETAILS, ""
    history: tuple[Epoch, ...] = ()
    no_history = ""
    try:
        details = read_details(folder, sha256=card.sha256)
    except ReportError as error:
        no_details = str(error)
    try:
        history = read_history(folder, sha256=card.sha256)
    except ReportError as error:
        no_history = str(error)
    return ModelAbout(
        path=path,
        file_size=file_size,
        card=card,
        digits=read_sets(DigitSet, card, details),
        others=read_sets(OtherSet, card, details),
        details=details,
        history=history,
        problems=Problems("", no_details, no_history),
    )


def read_sets(kind: type[Kind], card: ModelCard, details: Details) -> tuple[Kind, ...]:
    """Read the card's entries of one kind, passing over what has another form."""
    found = []
    for name, entry in card.figures.items():
        if not isinstance(entry, dict) or ("accuracy" in entry) != (kind is DigitSet):
            continue
        about = details.sets[name].about if name in details.sets else ""
        title, sentence = name_set(name, about=about)
        told = {"name": name, "title": title, "about": sentence}
        try:
            found.append(TypeAdapter(kind).validate_python({**entry, **told}))
        except ValidationError:
            continue  # written by another version: what cannot be read is not shown
    return tuple(found)
