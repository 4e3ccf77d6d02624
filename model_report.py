"""What is known of a model beside its card: details of its figures, and its history.

    folder = report_folder(Path("digit_model.keras"))     # reports/digit_model
    details = read_details(folder, sha256=card.sha256)    # of evaluate.py --update-card
    history = read_history(folder, sha256=card.sha256)    # of train.py

Three files: details.json and its picture misread.png, which holds misread digits and
nothing else, 28 x 28 pixels each; and history.json, a line an epoch. Each names the
model file it belongs to.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from whole_files import replacing

Picture = npt.NDArray[np.uint8]  # (28, 28), bright digit on black

DETAILS, MISREAD, HISTORY = "details.json", "misread.png", "history.json"
CONTENTS = {  # what a file tells, and what writes it
    DETAILS: ("The details of this model's figures", "evaluate.py --update-card"),
    HISTORY: ("The course of this model's training", "train.py"),
}
MAX_BYTES = 16 << 20  # of a file; ours have some ten kilobytes
MOST_COUNTED = 10**12  # pictures or parameters
# What other JSON than ours raises when it is taken for ours.
DAMAGE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
SIDE = 28  # pixels of a misread digit
MOST_ROWS = 1000  # of misread digits in their picture; ours has some thirty
COLUMNS = 12  # misread digits in a row of their picture


class ReportError(Exception):
    """A report that is missing, damaged, or of another model; a sentence for a person."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images, counted from 1.

    Loss is cross-entropy in nats; accuracies are in [0, 1]. Those of training are means
    over the epoch, of changed pictures and with no digits among them; those of validation
    are of the network at its end.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class Bin:
    """Readings of like confidence.

    Attributes:
        up_to: the confidence at which the bin ends, in (0, 1].
        count: readings.
        confidence: their mean.
        right: the share of them that is right.
        interval: where that share lies, 95 times in 100.
    """

    up_to: float
    count: int
    confidence: float
    right: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Misread:
    """A digit that was read as another one."""

    truth: str
    reading: str
    confidence: float  # in the reading, in [0, 1]
    is_sure: bool  # whether its status was `digit`
    picture: Picture


@dataclass(frozen=True)
class SetDetails:
    """One set, in detail.

    Attributes:
        about: what it is, as a sentence; "" when nobody said.
        classes: rows of `confusion`, and its columns.
        confusion: counts; rows are labels, columns readings, and the last column is what
            was not read at all. Empty for a set of what is no digit.
        reliability: bins that are not empty, by confidence.
        misread: those that may be shown, the most certain first; perhaps not all.
        taken: of what is no digit: label, how many passed for a digit, and of how many.
    """

    about: str = ""
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    reliability: tuple[Bin, ...] = ()
    misread: tuple[Misread, ...] = ()
    taken: tuple[tuple[str, int, int], ...] = ()

    def count(self, truth: str, reading: str) -> int:
        """How often `truth` was read as `reading`; "" stands for what was not read."""
        row = self.confusion[self.classes.index(truth)]
        return row[self.classes.index(reading) if reading else len(self.classes)]

    @property
    def total(self) -> int:
        """All digits of the set."""
        return sum(map(sum, self.confusion))

    @property
    def confusions(self) -> tuple[tuple[str, str, int], ...]:
        """What was mistaken for what, and how often; the most frequent first."""
        wrong = [
            (truth, reading, self.count(truth, reading))
            for truth in self.classes
            for reading in (*self.classes, "")
            if truth != reading
        ]
        return tuple(sorted((one for one in wrong if one[2]), key=lambda one: -one[2]))

    @property
    def wrong(self) -> int:
        """Digits that were not read right."""
        return sum(count for _, _, count in self.confusions)


@dataclass(frozen=True)
class Details:
    """What evaluate.py found out about a model, beside the figures in its card."""

    parameters: int
    sets: Mapping[str, SetDetails] = field(default_factory=dict)

    def updated(self, newer: Self) -> Self:
        """Return these details with newer ones in place of those of the same sets."""
        return type(self)(newer.parameters, {**self.sets, **newer.sets})


def report_folder(model_path: Path) -> Path:
    """Return where the reports of a model lie, as train.py writes them."""
    return model_path.parent / "reports" / model_path.stem


def write_history(folder: Path, epochs: Sequence[Epoch], *, sha256: str) -> None:
    """Write how a training went, a line an epoch.

    Args:
        folder: made if missing.
        epochs: all of them, in their order.
        sha256: of the model file that came of it.
    """
    lines = ",\n  ".join(json.dumps(asdict(epoch)) for epoch in epochs)
    text = f'{{\n "sha256": "{sha256}",\n "epochs": [\n  {lines}\n ]\n}}\n'
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / HISTORY) as partial:
        partial.write_text(text, encoding="utf-8")


def read_history(folder: Path, *, sha256: str) -> tuple[Epoch, ...]:
    """Read how a training went; raises ReportError."""
    content = read_json(folder / HISTORY, sha256=sha256)
    try:
        epochs = tuple(to_epoch(**epoch) for epoch in content["epochs"])
    except DAMAGE as error:
        raise unusable(folder / HISTORY, "is damaged") from error
    if not epochs:
        raise unusable(folder / HISTORY, "tells of no epoch")
    return epochs


def to_epoch(*, epoch: Any, loss: Any, accuracy: Any, val_loss: Any, val_accuracy: Any) -> Epoch:
    """Check what a file tells of an epoch; raises ValueError or TypeError."""
    losses = [check_number(value, most=math.inf) for value in (loss, val_loss)]
    shares = [check_number(value) for value in (accuracy, val_accuracy)]
    return Epoch(check_count(epoch), losses[0], shares[0], losses[1], shares[1])


def write_details(folder: Path, details: Details, *, sha256: str) -> None:
    """Write the details of a model, and the one picture with all its misread digits.

    Args:
        folder: made if missing.
        details: of all sets.
        sha256: of the model file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [one.picture for details_of in details.sets.values() for one in details_of.misread]
    places = iter([divmod(index, COLUMNS) for index in range(len(pictures))])
    lines = ",\n  ".join(
        f"{json.dumps(name)}: {json.dumps(to_record(one, places), ensure_ascii=False)}"
        for name, one in details.sets.items()
    )
    head = f' "sha256": "{sha256}",\n "parameters": {details.parameters},\n'
    with replacing(folder / DETAILS) as partial:
        partial.write_text(f'{{\n{head} "sets": {{\n  {lines}\n }}\n}}\n', encoding="utf-8")
    sheet = np.zeros((max(-(-len(pictures) // COLUMNS), 1), SIDE, COLUMNS, SIDE), np.uint8)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, COLUMNS)
        sheet[row, :, column] = picture
    with replacing(folder / MISREAD) as partial:
        Image.fromarray(sheet.reshape(-1, COLUMNS * SIDE)).save(partial, "PNG", optimize=True)


def to_record(details: SetDetails, places: Any) -> dict[str, Any]:
    """Turn the details of a set into JSON's types; misread digits get their places."""
    record: dict[str, Any] = {"about": details.about}
    if details.taken:
        record["taken"] = details.taken
    if details.classes:
        record["classes"] = details.classes
        record["confusion"] = details.confusion
        record["reliability"] = [asdict(one) for one in details.reliability]
    if details.misread:
        record["misread"] = [
            {
                "truth": one.truth,
                "reading": one.reading,
                "confidence": one.confidence,
                "is_sure": one.is_sure,
                **dict(zip(("row", "column"), next(places), strict=True)),
            }
            for one in details.misread
        ]
    return record


def read_details(folder: Path, *, sha256: str) -> Details:
    """Read the details of a model with its misread digits; raises ReportError."""
    content = read_json(folder / DETAILS, sha256=sha256)
    try:
        with Image.open(folder / MISREAD, formats=("PNG",)) as picture:
            if picture.width != COLUMNS * SIDE or picture.height > MOST_ROWS * SIDE:
                raise ValueError("a picture of another size")
            sheet = np.asarray(picture.convert("L"))
        sets = {name: from_record(record, sheet) for name, record in content["sets"].items()}
        return Details(check_count(content["parameters"]), sets)
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        raise unusable(folder / DETAILS, "is damaged") from error


def from_record(record: dict[str, Any], sheet: npt.NDArray[np.uint8]) -> SetDetails:
    """Turn JSON's types back, and cut the misread digits from their picture."""
    classes = tuple(check_text(name) for name in record.get("classes", ()))
    confusion = tuple(tuple(map(check_count, row)) for row in record.get("confusion", ()))
    if [len(row) for row in confusion] != [len(classes) + 1] * len(classes):
        raise ValueError("the confusion matrix and its classes differ in size")
    return SetDetails(
        about=check_text(record["about"]),
        classes=classes,
        confusion=confusion,
        reliability=tuple(to_bin(**one) for one in record.get("reliability", ())),
        misread=tuple(
            Misread(
                truth=check_text(one["truth"]),
                reading=check_text(one["reading"]),
                confidence=check_number(one["confidence"]),
                is_sure=bool(one["is_sure"]),
                picture=cut(sheet, one["row"], one["column"]),
            )
            for one in record.get("misread", ())
        ),
        taken=tuple(
            (check_text(label), check_count(hits), check_count(count))
            for label, hits, count in record.get("taken", ())
        ),
    )


def to_bin(*, up_to: Any, count: Any, confidence: Any, right: Any, interval: Any) -> Bin:
    """Check what a file tells of readings of like confidence."""
    low, high = map(check_number, interval)
    up_to, confidence, right = map(check_number, (up_to, confidence, right))
    return Bin(up_to, check_count(count), confidence, right, (low, high))


def check_number(value: Any, *, most: float = 1.0) -> float:
    """Return a finite number from 0 to `most`; raises ValueError or TypeError."""
    if isinstance(value, bool) or not (0 <= value <= most and math.isfinite(value)):
        raise ValueError(f"a number from 0 to {most} is expected")
    return float(value)


def check_count(value: Any) -> int:
    """Return a whole number that is not below zero; raises ValueError or TypeError."""
    if not isinstance(value, int) or not 0 <= value <= MOST_COUNTED:
        raise ValueError("a count is expected")
    return value


def check_text(value: Any) -> str:
    """Return a text; raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def cut(sheet: npt.NDArray[np.uint8], row: int, column: int) -> Picture:
    """Cut one digit from the picture of all; raises ValueError where there is none."""
    picture = sheet[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
    if picture.shape != (SIDE, SIDE):
        raise ValueError(f"no digit at row {row}, column {column}")
    return picture


def read_json(path: Path, *, sha256: str) -> dict[str, Any]:
    """Read a file of a model's report; raises ReportError if it is not of this model."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(MAX_BYTES))
        owner = content["sha256"]
    except FileNotFoundError as error:
        raise unusable(path, "is missing") from error
    except (OSError, *DAMAGE) as error:
        raise unusable(path, "is damaged") from error
    if owner != sha256:
        raise unusable(path, "belongs to another model")
    return content


def unusable(path: Path, fault: str) -> ReportError:
    """Make the error of a file that cannot be used."""
    what, maker = CONTENTS[path.name]
    return ReportError(f"{what} cannot be shown: '{path.name}' {fault}. {maker} writes it.")
