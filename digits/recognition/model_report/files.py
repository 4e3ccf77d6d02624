"""The files of what is known of a model beside its card: its details, and its history.

    folder = report_folder(Path("digit_model.keras"))     # reports/digit_model
    details = read_details(folder, sha256=card.sha256)    # of evaluate.py --update-card
    history = read_history(folder, sha256=card.sha256)    # of train.py

Three files: details.json and its picture misread.png, which holds misread digits and
nothing else, 28 x 28 pixels each; and history.json, a line an epoch. Each names the
model file it belongs to.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from digits.files import atomic_write
from digits.recognition.model_report.schema import (
    Bin,
    Count,
    Details,
    Epoch,
    Misread,
    Picture,
    SetDetails,
    Share,
)

DETAILS, MISREAD, HISTORY = "details.json", "misread.png", "history.json"
CONTENTS = {  # what a file tells, and what writes it
    DETAILS: ("The details of this model's figures", "evaluate.py --update-card"),
    HISTORY: ("The course of this model's training", "train.py"),
}
MAX_BYTES = 16 << 20  # of a file; ours have some ten kilobytes
SIDE = 28  # pixels of a misread digit
MOST_ROWS = 1000  # of misread digits in their picture; ours has some thirty
COLUMNS = 12  # misread digits in a row of their picture


class ReportError(Exception):
    """A report that is missing, damaged, or of another model; a sentence for a person."""


@dataclass(frozen=True)
class MisreadRecord:
    """What details.json says of a misread digit: its place in the picture of all, among it."""

    truth: str
    reading: str
    confidence: Share
    is_sure: bool
    row: Count
    column: Count


@dataclass(frozen=True)
class SetRecord:
    """What details.json says of a set; as SetDetails, which has the pictures too."""

    about: str
    taken: tuple[tuple[str, Count, Count], ...] = ()
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[Count, ...], ...] = ()
    reliability: tuple[Bin, ...] = ()
    misread: tuple[MisreadRecord, ...] = ()


@dataclass(frozen=True)
class DetailsFile:
    """All of details.json."""

    sha256: str
    parameters: Count
    sets: dict[str, SetRecord]


@dataclass(frozen=True)
class HistoryFile:
    """All of history.json."""

    sha256: str
    epochs: tuple[Epoch, ...]


File = TypeVar("File", DetailsFile, HistoryFile)


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
    with atomic_write(folder / HISTORY) as partial:
        partial.write_text(text, encoding="utf-8")


def read_history(folder: Path, *, sha256: str) -> tuple[Epoch, ...]:
    """Read how a training went; raises ReportError."""
    epochs = read_file(folder / HISTORY, HistoryFile, sha256=sha256).epochs
    if not epochs:
        raise unusable(folder / HISTORY, "tells of no epoch")
    return epochs


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
        f"{json.dumps(name)}: {to_json(one, places)}" for name, one in details.sets.items()
    )
    head = f' "sha256": "{sha256}",\n "parameters": {details.parameters},\n'
    with atomic_write(folder / DETAILS) as partial:
        partial.write_text(f'{{\n{head} "sets": {{\n  {lines}\n }}\n}}\n', encoding="utf-8")
    sheet = np.zeros((max(-(-len(pictures) // COLUMNS), 1), SIDE, COLUMNS, SIDE), np.uint8)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, COLUMNS)
        sheet[row, :, column] = picture
    with atomic_write(folder / MISREAD) as partial:
        Image.fromarray(sheet.reshape(-1, COLUMNS * SIDE)).save(partial, "PNG", optimize=True)


def to_json(details: SetDetails, places: Iterator[tuple[int, int]]) -> str:
    """Write the details of a set in one line; misread digits get their places."""
    record = SetRecord(
        about=details.about,
        taken=details.taken,
        classes=details.classes,
        confusion=details.confusion,
        reliability=details.reliability,
        misread=tuple(
            MisreadRecord(one.truth, one.reading, one.confidence, one.is_sure, *next(places))
            for one in details.misread
        ),
    )
    return TypeAdapter(SetRecord).dump_json(record, exclude_defaults=True).decode()


def read_details(folder: Path, *, sha256: str) -> Details:
    """Read the details of a model with its misread digits; raises ReportError."""
    content = read_file(folder / DETAILS, DetailsFile, sha256=sha256)
    try:
        with Image.open(folder / MISREAD, formats=("PNG",)) as picture:
            if picture.width != COLUMNS * SIDE or picture.height > MOST_ROWS * SIDE:
                raise ValueError("a picture of another size")
            sheet = np.asarray(picture.convert("L"))
        sets = {name: from_record(record, sheet) for name, record in content.sets.items()}
        return Details(content.parameters, sets)
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        raise unusable(folder / DETAILS, "is damaged") from error


def from_record(record: SetRecord, sheet: npt.NDArray[np.uint8]) -> SetDetails:
    """Cut the misread digits of a set from the picture of all; raises ValueError."""
    sizes = [len(row) for row in record.confusion]
    if sizes != [len(record.classes) + 1] * len(record.classes):
        raise ValueError("the confusion matrix and its classes differ in size")
    return SetDetails(
        about=record.about,
        classes=record.classes,
        confusion=record.confusion,
        reliability=record.reliability,
        misread=tuple(
            Misread(one.truth, one.reading, one.confidence, one.is_sure, cut(sheet, one))
            for one in record.misread
        ),
        taken=record.taken,
    )


def cut(sheet: npt.NDArray[np.uint8], one: MisreadRecord) -> Picture:
    """Cut one digit from the picture of all; raises ValueError where there is none."""
    top, left = one.row * SIDE, one.column * SIDE
    picture = sheet[top : top + SIDE, left : left + SIDE]
    if picture.shape != (SIDE, SIDE):
        raise ValueError(f"no digit at row {one.row}, column {one.column}")
    return picture


def read_file(path: Path, kind: type[File], *, sha256: str) -> File:
    """Read and check a file of a model's report; raises ReportError if it is of another one."""
    try:
        with path.open("rb") as file:
            content = TypeAdapter(kind).validate_json(file.read(MAX_BYTES), strict=True)
    except FileNotFoundError as error:
        raise unusable(path, "is missing") from error
    except (OSError, ValidationError) as error:
        raise unusable(path, "is damaged") from error
    if content.sha256 != sha256:
        raise unusable(path, "belongs to another model")
    return content


def unusable(path: Path, fault: str) -> ReportError:
    """Make the error of a file that cannot be used."""
    what, maker = CONTENTS[path.name]
    return ReportError(f"{what} cannot be shown: '{path.name}' {fault}. {maker} writes it.")
