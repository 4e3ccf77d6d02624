"""Measure how well damaged pictures are read, one line for each kind of damage.

    python -m benchmarks.accuracy.damaged_pictures ../shared/data/dev_unipen.jsonl.gz
    python -m benchmarks.accuracy.damaged_pictures FILE ... --kinds shadow frame --samples FOLDER

The same digits are drawn as on the page's canvas first: no kind can be read much better.
"""

import argparse
import sys
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.accuracy.materials import Picture
from benchmarks.accuracy.paper_kinds import KINDS
from digits.data.labelled_files import load_digits
from digits.data.strokes import CANVAS_STYLE, StrokeDigit, Strokes, draw_at_random
from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import ModelInput, preprocess
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

SLOW_KINDS = {"huge": 40}  # digits at most: such pictures take long to make
SAMPLES = 16  # pictures of a kind, mistakes first
TILE = 150  # pixels of one of them


def main(argv: Sequence[str] | None = None) -> int:
    """Print accuracy and time of `preprocess` for each kind."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("strokes", type=Path, nargs="+", help="stroke files")
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--kinds", nargs="+", choices=["canvas", *KINDS], metavar="KIND")
    parser.add_argument("--count", type=int, default=200, help="digits a kind. Defaults to 200")
    parser.add_argument("--seed", type=int, default=0, help="Defaults to 0")
    parser.add_argument("--samples", type=Path, metavar="FOLDER", help="save pictures there")
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load(arguments.model)
    digits = choose_digits(arguments.strokes, arguments.count, seed=arguments.seed)
    accuracies = []
    for kind in arguments.kinds or ["canvas", *KINDS]:
        chosen = digits[: SLOW_KINDS.get(kind)]
        rng = np.random.default_rng([arguments.seed, zlib.crc32(kind.encode())])
        pictures = [make_picture(kind, digit.strokes, rng) for digit in chosen]
        started = time.perf_counter()
        inputs = [preprocess(picture) for picture in pictures]
        milliseconds = 1000 * (time.perf_counter() - started) / len(inputs)
        predictions = recognizer.predict_inputs(inputs)
        right = [p.label == d.label for p, d in zip(predictions, chosen, strict=True)]
        blank = sum(model_input is None for model_input in inputs)
        accuracies.append(float(np.mean(right)))
        print(
            f"{kind:16} {np.mean(right):7.2%} of {len(right):4}"
            f"  blank {blank:3}  {milliseconds:6.1f} ms",
            flush=True,
        )
        if arguments.samples:
            save_samples(arguments.samples / f"{kind}.png", pictures, chosen, predictions)
    print(f"{'mean of kinds':16} {np.mean(accuracies):7.2%}")
    return 0


def choose_digits(paths: Sequence[Path], count: int, *, seed: int) -> list[StrokeDigit]:
    """Choose digits at random, equally many from each file."""
    rng = np.random.default_rng(seed)
    chosen: list[StrokeDigit] = []
    for path in paths:
        digits = load_digits(path)
        order = rng.permutation(len(digits))[: count // len(paths)]
        chosen += [digits[index] for index in order]
    return [chosen[index] for index in rng.permutation(len(chosen))]


def make_picture(kind: str, strokes: Strokes, rng: np.random.Generator) -> Picture:
    """Draw strokes on the canvas, or on the paper of a kind."""
    if kind == "canvas":
        return draw_at_random(strokes, rng=rng, style=CANVAS_STYLE)
    return KINDS[kind](strokes, rng)


def save_samples(
    path: Path,
    pictures: Sequence[Picture],
    digits: Sequence[StrokeDigit],
    predictions: Sequence[Prediction],
) -> None:
    """Save pictures and what the network saw of them, the mistakes first."""
    triples = list(zip(pictures, digits, predictions, strict=True))
    triples.sort(key=lambda triple: triple[1].label == triple[2].label)
    tiles = [
        np.hstack([to_tile(picture), show_input(prediction.model_input, digit, prediction)])
        for picture, digit, prediction in triples[:SAMPLES]
    ]
    rows = [np.hstack(tiles[start : start + 4]) for start in range(0, len(tiles) - 3, 4)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])


def to_tile(picture: Picture) -> Picture:
    """Scale a picture to a square tile, transparent pixels in magenta."""
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    if picture.shape[2] == 4:
        alpha = picture[..., 3:] / 255
        picture = (picture[..., :3] * alpha + (1 - alpha) * (255, 0, 255)).astype(np.uint8)
    scale = TILE / max(picture.shape[:2])
    size = max(int(picture.shape[1] * scale), 1), max(int(picture.shape[0] * scale), 1)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    tile = np.full((TILE, TILE, 3), 128, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=method)
    return tile


def show_input(model_input: ModelInput | None, digit: StrokeDigit, read: Prediction) -> Picture:
    """Enlarge what the network saw, and write the label and the reading on it."""
    image = np.zeros((28, 28), np.uint8)
    if model_input is not None:
        image = (model_input[..., 0] * 255).astype(np.uint8)
    tile = cv2.resize(image, (TILE, TILE), interpolation=cv2.INTER_NEAREST)
    tile = np.repeat(tile[..., None], 3, axis=2)
    color = (0, 255, 0) if digit.label == read.label else (255, 80, 80)
    cv2.putText(tile, f"{digit.label}: {read.label}", (4, 145), 0, 0.45, color, 1, cv2.LINE_AA)
    return tile


if __name__ == "__main__":
    sys.exit(main())
