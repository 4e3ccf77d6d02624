"""Gather what a training learns from, out of every source that the command line names.

data = gather(arguments, config)  # arguments of train.py's parser
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digits.classes import DIGIT_CLASSES, ClassNames, find_class, list_names
from digits.data.dataset import REJECT_LABEL, DatasetError, LabelledImages
from digits.data.labelled_files import load_kept_drawings, load_labelled_pictures
from digits.data.mnist import Mnist, load_mnist
from digits.data.outliers import load_training_letters, make_outliers
from digits.data.pendigits import load_pendigits, split_pendigits
from digits.data.rendering import draw_digits
from digits.data.splits import split_by_writer
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import TRAINING_STYLE, StrokeDigit
from digits.training.mnist_split import split_mnist
from digits.training.trainer import TrainConfig, TrainingData, to_targets

MAX_REPEATS = 60  # drawings made of one that somebody kept; more of them teach that hand alone


def gather(arguments: argparse.Namespace, config: TrainConfig) -> TrainingData:
    """Load and draw the images to learn from, to validate with and to test on.

    Args:
        arguments: `classes`, `mnist`, `strokes`, `pendigits`, `no_pendigits`, `drawings`
            and `letters`.
        config: how many of them, and how they are drawn.

    Raises:
        DatasetError: if a source that was named cannot be read, or MNIST not be had.
    """
    classes, mnist, strokes = find_classes(arguments)
    parts: list[LabelledImages] = []
    validation: dict[str, LabelledImages] = {}
    tests: dict[str, LabelledImages] = {}
    if mnist is not None:
        fitted, held_out = split_mnist(mnist.train)
        parts.append(limit(fitted, config))
        validation[mnist.name], tests[mnist.name] = held_out, mnist.test
    train_pens: list[StrokeDigit] = []
    if set(DIGIT_CLASSES) <= set(classes) and not arguments.no_pendigits:
        train_pens, validation_pens = load_pens(arguments.pendigits)
        if validation_pens:
            held_out = draw_digits(validation_pens, seed=0, classes=classes)
            validation["pendigits"] = held_out
    if strokes:
        split = split_by_writer(strokes)
        train_pens = train_pens + split.train
        validation["strokes"] = draw_digits(split.validation, seed=0, classes=classes)
        tests["strokes"] = draw_digits(split.test, seed=0, classes=classes)
    if train_pens:
        parts.append(draw(train_pens * config.pen_drawings, config, classes))
    old = sum(len(part) for part in parts)
    parts += load_drawings(arguments.drawings, config, classes, beside=old)
    is_new = np.arange(sum(len(part) for part in parts)) >= old
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    if config.outliers:
        letters = load_all_letters(arguments.letters, classes)
        count = round(config.outliers * len(images))
        outliers = make_outliers(count, train_pens, letters, seed=config.seed)
        images = np.concatenate([images, outliers])
        labels = np.concatenate([labels, np.full(count, REJECT_LABEL)])
        is_new = np.concatenate([is_new, np.zeros(count, bool)])
    test_name, test = next(iter(tests.items()))
    return TrainingData(
        images, to_targets(labels, classes), validation, test, is_new, classes, test_name
    )


def find_classes(
    arguments: argparse.Namespace,
) -> tuple[ClassNames, Mnist | None, list[StrokeDigit]]:
    """Load what says which classes there are, unless the command line does.

    Returns:
        The classes; MNIST or a set like it, unless stroke files take its place; and the
        drawings of those files.

    Raises:
        DatasetError: if classes and data do not go together.
    """
    classes: ClassNames | None = arguments.classes
    strokes = [one for path in arguments.strokes for one in load_stroke_file(path)]
    if strokes and not arguments.mnist:
        classes = classes or tuple(sorted({one.label for one in strokes}))
        check_drawings(strokes, classes)
        return classes, None, strokes
    if classes not in (None, DIGIT_CLASSES) and not arguments.mnist:
        raise DatasetError(
            f"Expected data of the classes {list_names(classes or ())}: images after --mnist, or"
            " strokes after --strokes."
        )
    mnist = load_mnist(arguments.mnist, classes=classes)
    check_drawings(strokes, mnist.class_names, are_all=False)
    return mnist.class_names, mnist, strokes


def check_drawings(
    drawings: Sequence[StrokeDigit], classes: ClassNames, *, are_all: bool = True
) -> None:
    """Raise DatasetError unless all labels are classes and, if asked, all classes are there."""
    found = {label: find_class(label, classes) for label in {one.label for one in drawings}}
    unknown = sorted(label for label, index in found.items() if index is None)
    missing = [name for i, name in enumerate(classes) if i not in found.values()]
    if unknown:
        raise DatasetError(
            f"Expected labels among the classes {list_names(classes)} in the files after"
            f" --strokes. Received: {list_names(unknown)}."
        )
    if missing and are_all:
        raise DatasetError(
            "Expected drawings of each class in the files after --strokes. There are none of:"
            f" {list_names(missing)}."
        )


def load_all_letters(paths: Sequence[Path], classes: ClassNames) -> list[StrokeDigit]:
    """Load letters that are none of the classes, to be refused.

    Raises:
        DatasetError: if some are classes.
    """
    letters = [letter for path in paths for letter in load_training_letters(path)]
    known = sorted({one.label for one in letters if find_class(one.label, classes) is not None})
    if known:
        raise DatasetError(
            "What comes after --letters is learnt as none of the classes, which are"
            f" {list_names(classes)}. Received: {list_names(known)}. Letters to be told apart"
            " come after --strokes."
        )
    return letters


def limit(digits: LabelledImages, config: TrainConfig) -> LabelledImages:
    """Choose some of MNIST at random where the run takes no more."""
    if config.mnist_images is None or config.mnist_images >= len(digits):
        return digits
    chosen = np.random.default_rng(config.seed).permutation(len(digits))
    return digits.take(chosen[: config.mnist_images])


def load_pens(path: Path | None) -> tuple[list[StrokeDigit], list[StrokeDigit]]:
    """Load the pen digits, split; without a network training goes on, and says so."""
    try:
        return split_pendigits(load_pendigits(path))
    except DatasetError as error:
        if path:
            raise
        print(
            f"{error} Training goes on with MNIST alone, which reads some three"
            " drawings in a hundred less well.",
            file=sys.stderr,
        )
        return [], []


def load_drawings(
    paths: list[Path], config: TrainConfig, classes: ClassNames, *, beside: int
) -> list[LabelledImages]:
    """Load people's own digits, as often as it takes for them to count.

    Args:
        paths: stroke files, and folders of pictures.
        config: `drawings_share` is what they shall be of the digits `beside` them; 0
            takes each as it is, once.
        beside: how many other digits the run learns from.
    """
    files, folders = ([p for p in paths if p.is_dir() is is_dir] for is_dir in (False, True))
    strokes = [one for path in files for one in load_kept_drawings(path, classes=classes)]
    pictures = [load_labelled_pictures(path, classes=classes) for path in folders]
    count = len(strokes) + sum(len(part) for part in pictures)
    if not count:
        return []
    repeats = min(max(round(config.drawings_share * beside / count), 1), MAX_REPEATS)
    drawn = [draw(strokes * repeats, config, classes)] if strokes else []
    return drawn + pictures * repeats  # pictures differ by what training does to every image


def draw(digits: list[StrokeDigit], config: TrainConfig, classes: ClassNames) -> LabelledImages:
    """Draw pen strokes to train with: at any size and brush, with habits of other hands."""
    return draw_digits(
        digits, seed=config.seed, style=TRAINING_STYLE, augmentation=config.habits, classes=classes
    )
