"""What a run was asked to do and what it learnt from: for its card, and to resume it.

arguments = describe_arguments(options)              # for checkpoints.check_resumable
card.training = describe_run(options, data, seconds=212.0)
"""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from digits.classes import ClassNames
from digits.data.idx import is_idx_name
from digits.data.labelled_files import load_kept_drawings
from digits.files import sha256_of
from digits.preprocessing.picture_folders import find_pictures
from digits.recognition.model_card import CardError, ModelCard
from digits.training.options import TrainOptions
from digits.training.training_data import TrainingData


def load_start_card(model_path: Path | None) -> ModelCard | None:
    """Return the card of the model that a run starts from; None without a usable one."""
    with suppress(CardError):
        return ModelCard.load(model_path) if model_path else None
    return None


def describe_arguments(options: TrainOptions) -> dict[str, str]:
    """List all that decides the result of a run: its options, and what is in its files."""
    values = dataclasses.asdict(options.config) | dataclasses.asdict(options.sources)
    values |= {"start": options.start, "output": options.output}
    values |= {
        f"content of {name}": [digest_data(path) for path in paths]
        for name, paths in named_files(options)
    }
    return {name: str(value) for name, value in values.items()}


def named_files(options: TrainOptions) -> Iterator[tuple[str, Sequence[Path]]]:
    """Yield the files and folders that a run reads, by the name of their option."""
    values = vars(options.sources) | {"start": options.start}
    for name in ("mnist", "strokes", "pendigits", "drawings", "letters", "start"):
        if value := values[name]:
            yield name, value if isinstance(value, tuple) else (value,)


def digest_data(path: Path) -> str:
    """Return a digest that changes when data are exchanged under the same name.

    That of a file is of its content; that of a folder, or of a set of IDX files, is of
    the names, sizes and times of the files in it. "" for what cannot be read.
    """
    folder = path.parent if is_idx_name(path) else path
    try:
        if folder.is_dir():
            files = [*find_pictures(folder), *folder.glob("*-ubyte*"), *folder.glob("*mapping.txt")]
            seen = [(file, file.stat()) for file in sorted(files)]
            lines = [f"{file} {status.st_size} {status.st_mtime_ns}" for file, status in seen]
            return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()
        return sha256_of(path) if path.is_file() else ""
    except OSError:
        return ""  # whoever reads the data says why


def describe_run(options: TrainOptions, data: TrainingData, *, seconds: float) -> dict[str, Any]:
    """Describe for the card how a model was made."""
    return {
        "command": options.command,
        "files": {name: [path.name for path in paths] for name, paths in named_files(options)},
        "learnt_on": describe_start(options.start),
        "kept_until": find_latest(options.sources.drawings, data.class_names),
        "config": dataclasses.asdict(options.config),
        "images": len(data.images),
        "resumed": options.resume,  # then the seconds are of the last part alone
        "seconds": round(seconds),
        "versions": {name: version(name) for name in ("tensorflow", "keras", "numpy")},
    }


def describe_rows_run(options: TrainOptions, *, seconds: float) -> dict[str, Any]:
    """Describe for the card how a row reader was made."""
    return {
        "command": options.command,
        "files": {name: [path.name for path in paths] for name, paths in named_files(options)},
        "config": dataclasses.asdict(options.config),
        "resumed": options.resume,  # then the seconds are of the last part alone
        "seconds": round(seconds),
        "versions": {name: version(name) for name in ("tensorflow", "keras", "numpy")},
    }


def find_latest(paths: Sequence[Path], classes: ClassNames) -> str:
    """Return when the last of the drawings was kept; "" when no file says so."""
    files = [path for path in paths if path.is_file()]
    kept = (drawing for path in files for drawing in load_kept_drawings(path, classes=classes))
    return max((drawing.kept_at for drawing in kept), default="")


def describe_start(start: Path | None) -> dict[str, Any] | None:
    """Describe the model that a run started from, and how that was made."""
    if start is None:
        return None
    card = load_start_card(start)
    return {"sha256": sha256_of(start), "training": card.training if card else {}}
