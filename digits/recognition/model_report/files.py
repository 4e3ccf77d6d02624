"""The files of a model's report: its details, and the history of its training.

    folder = report_folder(Path("digit_model.keras"))     # reports/digit_model
    details = read_details(folder, sha256=card.sha256)    # of evaluate.py --update-card
    history = read_history(folder, sha256=card.sha256)    # of train.py

Three files: details.json; misread.npz, which holds the misread digits that it names, uint8
(n, 28, 28), bright on black; and history.json. Each JSON file names the model file it
belongs to by its SHA-256.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from digits.files import atomic_write
from digits.recognition.model_report.schema import Details, Epoch

DETAILS, MISREAD, HISTORY = "details.json", "misread.npz", "history.json"
CONTENTS = {  # what a file tells, and what writes it
    DETAILS: ("The details of this model's figures", "evaluate.py --update-card"),
    HISTORY: ("The course of this model's training", "train.py"),
}
MAX_REPORT_BYTES = 16 << 20  # of a file, unpacked; ours have some ten kilobytes
PICTURE_SHAPE = (28, 28)  # pixels of a misread digit

Pictures = npt.NDArray[np.uint8]  # (n, 28, 28), bright digit on black


class ReportError(Exception):
    """A report that is missing, damaged, or of another model; a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class DetailsFile(Details):
    """All of details.json."""

    sha256: str


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
    """Write how a training went.

    Args:
        folder: made if missing.
        epochs: all of them, in their order.
        sha256: of the model file that came of it.
    """
    write_file(folder / HISTORY, HistoryFile(sha256, tuple(epochs)))


def read_history(folder: Path, *, sha256: str) -> tuple[Epoch, ...]:
    """Read how a training went; raises ReportError."""
    epochs = read_file(folder / HISTORY, HistoryFile, sha256=sha256).epochs
    if not epochs:
        raise unusable(folder / HISTORY, "tells of no epoch")
    return epochs


def write_details(folder: Path, details: Details, *, sha256: str) -> None:
    """Write the details of a model, and all its misread digits.

    Args:
        folder: made if missing.
        details: of all sets.
        sha256: of the model file.
    """
    content = DetailsFile(details.parameters, details.network, details.sets, sha256=sha256)
    pictures = write_file(folder / DETAILS, content)
    with atomic_write(folder / MISREAD) as partial, partial.open("wb") as file:
        stack = np.stack(pictures) if pictures else np.empty((0, *PICTURE_SHAPE), np.uint8)
        np.savez_compressed(file, pictures=stack)


def read_details(folder: Path, *, sha256: str) -> Details:
    """Read the details of a model with its misread digits; raises ReportError."""
    try:
        pictures = load_misread(folder / MISREAD)
    except FileNotFoundError:  # then no misread digit may be named
        pictures = np.empty((0, *PICTURE_SHAPE), np.uint8)
    except Exception as error:  # zip, its packings and NumPy raise many kinds
        raise unusable(folder / DETAILS, "is damaged") from error
    return read_file(folder / DETAILS, DetailsFile, sha256=sha256, pictures=pictures)


def load_misread(path: Path) -> Pictures:
    """Load the misread digits; raises ValueError if they are of another kind."""
    with zipfile.ZipFile(path) as archive:  # which a pickle is not, nor a single array
        if sum(member.file_size for member in archive.infolist()) > MAX_REPORT_BYTES:
            raise ValueError("larger than any report, unpacked")
    with np.load(path, allow_pickle=False) as data:
        pictures: Pictures = data["pictures"]
    if pictures.dtype != np.uint8 or pictures.shape[1:] != PICTURE_SHAPE:
        raise ValueError(f"pictures of {pictures.dtype} {pictures.shape}")
    return pictures


def write_file(path: Path, content: DetailsFile | HistoryFile) -> list[npt.NDArray[np.uint8]]:
    """Write a file of a model's report, and return the pictures that it names by number."""
    pictures: list[npt.NDArray[np.uint8]] = []
    adapter = TypeAdapter(type(content))
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        text = adapter.dump_json(content, exclude_defaults=True, context=pictures)
        partial.write_bytes(text + b"\n")
    return pictures


def read_file(
    path: Path, kind: type[File], *, sha256: str, pictures: Sequence[object] | Pictures = ()
) -> File:
    """Read and check a file of a model's report; raises ReportError if it is of another one."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_REPORT_BYTES)
        content = TypeAdapter(kind).validate_json(text, strict=True, context=pictures)
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
