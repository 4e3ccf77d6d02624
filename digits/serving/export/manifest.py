"""What another program must know of an exported model: the JSON file beside it.

manifest = make_manifest(card, model_path, entries, measured_on="load_digits", ...)
write_manifest(folder / "digit_model.export.json", manifest)
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from digits.evaluation.timing import Speed
from digits.files import sha256_of
from digits.recognition.model_card import ModelCard
from digits.serving.export.comparison import Comparison
from digits.serving.export.network import DIGIT_PROBABILITY
from digits.training.calibrated_network import INPUT, PROBABILITIES

RULE = (
    "The digit is class_names[argmax(probabilities)]. The reading is unsure when"
    " digit_probability * max(probabilities) < unsure_below. A picture without ink is blank"
    " and is not given to the model."
)
HOW_MADE = (
    "MNIST's way: the ink's bounding box, its longest side averaged down to 20 pixels, its"
    " centre of mass in the middle of pixel (14, 14) of 28 x 28, divided by 255."
    " preprocessing.py does it, with NumPy and OpenCV alone."
)


@dataclass(frozen=True)
class Entry:
    """One exported file: its name, size and digest, what it answers, how fast."""

    path: str
    bytes: int
    sha256: str
    comparison: Comparison
    speed: Speed


def make_manifest(
    card: ModelCard,
    model_path: Path,
    entries: Mapping[str, Entry],
    *,
    measured_on: str,
    keras_speed: Speed,
) -> dict[str, Any]:
    """Say all that a program needs to get this project's answers from the files.

    Args:
        card: of the model.
        model_path: of the `.keras` file.
        entries: the exported files, by format.
        measured_on: the set whose images they were compared on.
        keras_speed: of the model itself, in this program.
    """
    count = len(card.class_names)
    return {
        "model": {"file": model_path.name, "sha256": sha256_of(model_path)},
        "class_names": list(card.class_names),
        "unsure_below": card.reject_threshold,
        "rule": RULE,
        "input": {
            "name": INPUT,
            "dtype": "float32",
            "shape": [None, 28, 28, 1],
            "range": [0, 1],
            "polarity": "bright digit on black",
            "made": HOW_MADE,
        },
        "outputs": {
            PROBABILITIES: {"dtype": "float32", "shape": [None, count]},
            DIGIT_PROBABILITY: {"dtype": "float32", "shape": [None]},
        },
        # For the record: both are inside the files, and not to be applied again.
        "inside": {"temperature": card.temperature, "none_logit": card.reject_logit},
        "measured_on": measured_on,
        "keras_speed": asdict(keras_speed),
        "files": {name: asdict(entry) for name, entry in entries.items()},
        "versions": {name: version(name) for name in ("tensorflow", "keras", "numpy")},
    }


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write the JSON file."""
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def measure_file(path: Path) -> tuple[int, str]:
    """Count the bytes of a file or folder, and compute its SHA-256.

    A folder's is of the lines "sha256  path" of its files, as `sha256sum` prints them.
    """
    if path.is_file():
        return path.stat().st_size, sha256_of(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    lines = "".join(f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n" for file in files)
    return sum(file.stat().st_size for file in files), hashlib.sha256(lines.encode()).hexdigest()
