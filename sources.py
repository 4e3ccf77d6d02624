"""Gather what a training learns from, out of every source that the command line names.

data = gather(arguments, config)  # arguments of train.py's parser
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import datasets
from datasets import NO_DIGIT, DatasetError, Digits
from outliers import load_letters, make_outliers
from strokes import TRAINING_STYLE, StrokeDigit
from training import TrainConfig, TrainingData, to_targets

MAX_REPEATS = 60  # drawings made of one that somebody kept; more of them teach that hand alone


def gather(arguments: argparse.Namespace, config: TrainConfig) -> TrainingData:
    """Load and draw the images to learn from, to validate with and to test on.

    Args:
        arguments: `mnist`, `pendigits`, `no_pendigits`, `drawings` and `letters`.
        config: how many of them, and how they are drawn.

    Raises:
        DatasetError: if a source that was named cannot be read, or MNIST not be had.
    """
    mnist = datasets.load_mnist(arguments.mnist)
    fitted, held_out = datasets.split_mnist(mnist.train)
    parts, validation = [limit(fitted, config)], {"mnist": held_out}
    train_pens: list[StrokeDigit] = []
    if not arguments.no_pendigits:
        train_pens, validation_pens = load_pens(arguments.pendigits)
        if validation_pens:
            validation["pendigits"] = datasets.draw_digits(validation_pens, seed=0)
    if train_pens:
        parts.append(draw(train_pens * config.pen_drawings, config))
    old = sum(len(part) for part in parts)
    parts += load_drawings(arguments.drawings, config, beside=old)
    is_new = np.arange(sum(len(part) for part in parts)) >= old
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    if config.outliers:
        letters = [letter for path in arguments.letters for letter in load_letters(path)]
        count = round(config.outliers * len(images))
        outliers = make_outliers(count, train_pens, letters, seed=config.seed)
        images = np.concatenate([images, outliers])
        labels = np.concatenate([labels, np.full(count, NO_DIGIT)])
        is_new = np.concatenate([is_new, np.zeros(count, bool)])
    return TrainingData(images, to_targets(labels), validation, mnist.test, is_new)


def limit(digits: Digits, config: TrainConfig) -> Digits:
    """Choose some of MNIST at random where the run takes no more."""
    if config.mnist_images is None or config.mnist_images >= len(digits):
        return digits
    chosen = np.random.default_rng(config.seed).permutation(len(digits))
    return digits.take(chosen[: config.mnist_images])


def load_pens(path: Path | None) -> tuple[list[StrokeDigit], list[StrokeDigit]]:
    """Load the pen digits, split; without a network training goes on, and says so."""
    try:
        return datasets.split_pendigits(datasets.load_pendigits(path))
    except DatasetError as error:
        if path:
            raise
        print(
            f"{error} Training goes on with MNIST alone, which reads some three"
            " drawings in a hundred less well.",
            file=sys.stderr,
        )
        return [], []


def load_drawings(paths: list[Path], config: TrainConfig, *, beside: int) -> list[Digits]:
    """Load people's own digits, as often as it takes for them to count.

    Args:
        paths: stroke files, and folders of pictures.
        config: `drawings_share` is what they shall be of the digits `beside` them; 0
            takes each as it is, once.
        beside: how many other digits the run learns from.
    """
    strokes = [digit for path in paths if not path.is_dir() for digit in datasets.read_kept(path)]
    pictures = [datasets.load_pictures(path) for path in paths if path.is_dir()]
    count = len(strokes) + sum(len(part) for part in pictures)
    if not count:
        return []
    repeats = min(max(round(config.drawings_share * beside / count), 1), MAX_REPEATS)
    drawn = [draw(strokes * repeats, config)] if strokes else []
    return drawn + pictures * repeats  # pictures differ by what training does to every image


def draw(digits: list[StrokeDigit], config: TrainConfig) -> Digits:
    """Draw pen strokes to train with: at any size and brush, with habits of other hands."""
    return datasets.draw_digits(
        digits, seed=config.seed, style=TRAINING_STYLE, habits=config.habits
    )
