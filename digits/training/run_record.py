"""How a model came about, told for its card: files, settings, versions, what it learnt on.

made = describe_run(arguments, config, data, seconds=212.0)
names = read_classes(Path("letters.keras"))
"""

import argparse
import dataclasses
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from digits.classes import ClassNames
from digits.data.labelled_files import load_kept_drawings
from digits.files import sha256_of
from digits.recognition.model_card import CardError, ModelCard
from digits.training.trainer import TrainConfig, TrainingData


def read_classes(start: Path) -> ClassNames | None:
    """Return what a trained model tells apart; None when it has no card that says so."""
    try:
        return ModelCard.load(start).class_names
    except CardError:
        return None


def describe_run(
    arguments: argparse.Namespace, config: TrainConfig, data: TrainingData, *, seconds: float
) -> dict[str, Any]:
    """Tell for the card how a model was made."""
    return {
        "files": {
            name: [path.name for path in np.atleast_1d(value)]
            for name, value in vars(arguments).items()
            if name in ("mnist", "strokes", "pendigits", "drawings", "letters", "start") and value
        },
        "learnt_on": describe_start(arguments.start),
        "kept_until": find_latest(arguments.drawings, data.class_names),
        "config": dataclasses.asdict(config),
        "images": len(data.images),
        "resumed": arguments.resume,  # then the seconds are of the last part alone
        "seconds": round(seconds),
        "versions": {name: version(name) for name in ("tensorflow", "keras", "numpy")},
    }


def find_latest(paths: Sequence[Path], classes: ClassNames) -> str:
    """Tell when the last of the drawings was kept; "" when no file says so."""
    files = [path for path in paths if path.is_file()]
    kept = (drawing for path in files for drawing in load_kept_drawings(path, classes=classes))
    return max((drawing.kept_at for drawing in kept), default="")


def describe_start(start: Path | None) -> dict[str, Any] | None:
    """Tell of the model that a run started from, and how that was made."""
    if start is None:
        return None
    try:
        made = ModelCard.load(start).training
    except CardError:
        made = {}
    return {"sha256": sha256_of(start), "training": made}
