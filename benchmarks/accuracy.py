"""Measure a model on people it never saw: drawn strokes, and pictures through predict.py.

    python -m benchmarks.accuracy --strokes ../shared/data/dev_unipen.jsonl.gz \
        --images ../shared/data/dev_images/photos_paper --load-digits

Strokes are drawn white on a black canvas of 280 x 280, with a brush of 8-28 pixels and
a longest side of 90-230, at a random place (seed 0), and read as the page reads them.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

import datasets
import predict
from preprocessing import preprocess
from recognizer import MODEL_PATH, Prediction, Recognizer
from strokes import CANVAS_STYLE, draw_at_random

Read = tuple[str, str, str]  # label, digit read ("" for none), status


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each data set, and its mistakes where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--strokes", type=Path, nargs="*", default=[])
    parser.add_argument("--images", type=Path, nargs="*", default=[])
    parser.add_argument("--load-digits", action="store_true", help="scikit-learn's digits")
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load(arguments.model)
    for path in arguments.strokes:
        report(path.name, read_drawings(recognizer, path))
    for folder in arguments.images:
        report(folder.name, list(read_folder(arguments.model, folder)))
    if arguments.load_digits:
        report("load_digits", read_load_digits(recognizer))
    return 0


def report(name: str, readings: Sequence[Read]) -> None:
    """Print accuracy, and how many were unsure or not read at all."""
    right = sum(label == digit for label, digit, _ in readings)
    statuses = [status for _, _, status in readings]
    print(
        f"{name:24} {right / len(readings):7.2%} of {len(readings):5}"
        f"  unsure {statuses.count('unsure') / len(readings):6.2%}"
        f"  blank {statuses.count('blank')}  error {statuses.count('error')}"
    )


def read_drawings(recognizer: Recognizer, path: Path) -> list[Read]:
    """Draw the digits of a stroke file and read the drawings."""
    digits = datasets.read_digits(path)
    rng = np.random.default_rng(0)
    canvases = (draw_at_random(d.strokes, rng=rng, style=CANVAS_STYLE) for d in digits)
    return compare([digit.label for digit in digits], read_all(recognizer, canvases))


def read_load_digits(recognizer: Recognizer) -> list[Read]:
    """Read scikit-learn's digits, enlarged from 8 x 8 to 160 x 160."""
    data = load_digits()
    pictures = (
        cv2.resize((image * 255 / 16).astype(np.uint8), (160, 160), interpolation=cv2.INTER_CUBIC)
        for image in data.images
    )
    return compare([str(label) for label in data.target], read_all(recognizer, pictures))


def read_all(recognizer: Recognizer, pictures: Iterator[npt.NDArray[np.uint8]]) -> list[Prediction]:
    """Preprocess pictures and read them in batches."""
    return recognizer.recognize_inputs([preprocess(picture) for picture in pictures])


def compare(labels: Sequence[str], predictions: Sequence[Prediction]) -> list[Read]:
    """Set predictions beside the truth."""
    return [(label, p.digit or "", p.status) for label, p in zip(labels, predictions, strict=True)]


def read_folder(model: Path, folder: Path) -> Iterator[Read]:
    """Read folders named by label through the command line, as a user does."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "readings.csv"
        predict.main([str(folder), "--model", str(model), "--output", str(output)])
        with output.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                label = Path(row["file"]).relative_to(folder).parts[0]
                yield label, row["digit"], row["status"]


if __name__ == "__main__":
    sys.exit(main())
