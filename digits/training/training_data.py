"""Gather what a run learns from, validates with and tests on, out of all its sources.

data = gather(DataSources(mnist=Path("mnist.npz")), TrainConfig())
data.images, data.targets, data.tests["mnist"]
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digits.classes import DIGIT_CLASSES, ClassNames, find_class, list_names
from digits.data.dataset import REJECT_LABEL, DatasetError, Images, LabelledImages
from digits.data.labelled_files import load_kept_drawings, load_labelled_pictures
from digits.data.mnist import Mnist, load_mnist
from digits.data.outliers import load_training_letters, make_outliers
from digits.data.pendigits import load_pendigits, split_pendigits
from digits.data.rendering import draw_digits
from digits.data.splits import split_by_writer
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import TRAINING_STYLE, StrokeDigit
from digits.training.config import DataSources, TrainConfig
from digits.training.mnist_split import split_mnist

Targets = npt.NDArray[np.float32]  # (n, classes + 1), rows sum to 1; the last is "no digit"

MAX_REPEATS = 60  # renders of one drawing that somebody kept; more would teach that hand alone


@dataclass(frozen=True)
class TrainingData:
    """What the network learns from, is chosen by, and is tested on.

    Attributes:
        images: uint8 (n, 28, 28), bright digit on black.
        targets: one-hot rows.
        validation: by name of the data set; never trained on.
        tests: by name of the data set; the first is the one that a run is known by.
        is_new: bool (n,), the images that a trained network has yet to learn.
        class_names: what the columns of `targets` stand for, except the last.
    """

    images: Images
    targets: Targets
    validation: dict[str, LabelledImages]
    tests: dict[str, LabelledImages]
    is_new: npt.NDArray[np.bool_]
    class_names: ClassNames = DIGIT_CLASSES

    @property
    def has_outliers(self) -> bool:
        """Whether some of the images are non-digits."""
        return bool(self.targets[:, REJECT_LABEL].any())


@dataclass(frozen=True)
class DataSource:
    """One data set, split: images to train with, or pen drawings to render for that."""

    name: str
    train: LabelledImages | None = None
    drawings: Sequence[StrokeDigit] = ()
    validation: LabelledImages | None = None
    test: LabelledImages | None = None


def gather(sources: DataSources, config: TrainConfig) -> TrainingData:
    """Load and render the images to learn from, to validate with and to test on.

    Args:
        sources: where the data lie.
        config: how many of them, and how they are rendered.

    Raises:
        DatasetError: if a source that was named cannot be read, or MNIST not be had.
    """
    strokes = [one for path in sources.strokes for one in load_stroke_file(path)]
    mnist = load_base(sources, has_strokes=bool(strokes))
    labels = tuple(sorted({one.label for one in strokes}))
    classes = mnist.class_names if mnist else sources.classes or labels
    check_drawings(strokes, classes, are_all=mnist is None)
    parts = [*mnist_source(mnist, config), *pendigits_source(sources, classes)]
    parts += strokes_source(strokes, classes, are_all=not parts)
    old = [part.train for part in parts if part.train is not None]
    drawings = [drawing for part in parts for drawing in part.drawings]
    if drawings:
        old.append(render(drawings * config.renders_per_drawing, config, classes))
    num_old = sum(map(len, old))
    new = load_own_drawings(sources.drawings, config, classes, others=num_old)
    num_digits = num_old + sum(map(len, new))
    letters = load_rejects(sources.letters, classes)
    images = old + new
    if num_outliers := round(config.outliers * num_digits):
        outliers = make_outliers(num_outliers, drawings, letters, seed=config.seed)
        images.append(LabelledImages(outliers, np.full(num_outliers, REJECT_LABEL)))
    place = np.arange(num_digits + num_outliers)
    return TrainingData(
        np.concatenate([part.images for part in images]),
        to_targets(np.concatenate([part.labels for part in images]), classes),
        validation={part.name: part.validation for part in parts if part.validation is not None},
        tests={part.name: part.test for part in parts if part.test is not None},
        is_new=(place >= num_old) & (place < num_digits),
        class_names=classes,
    )


def to_targets(labels: npt.NDArray[np.integer], classes: ClassNames = DIGIT_CLASSES) -> Targets:
    """Turn labels, `REJECT_LABEL` among them, into one-hot rows of one column more."""
    return np.eye(len(classes) + 1, dtype=np.float32)[labels]


def load_base(sources: DataSources, *, has_strokes: bool) -> Mnist | None:
    """Load MNIST or a set like it; None where stroke files take its place."""
    if sources.mnist is None:
        if has_strokes:
            return None
        if sources.classes not in (None, DIGIT_CLASSES):
            raise DatasetError(
                f"Expected data of the classes {list_names(sources.classes or ())}: images after"
                " --mnist, or strokes after --strokes."
            )
    return load_mnist(sources.mnist, classes=sources.classes)


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


def mnist_source(mnist: Mnist | None, config: TrainConfig) -> list[DataSource]:
    """Split MNIST or a set like it, and take as many of its images as the run asks for."""
    if mnist is None:
        return []
    train, validation = split_mnist(mnist.train)
    if config.mnist_images is not None and config.mnist_images < len(train):
        chosen = np.random.default_rng(config.seed).permutation(len(train))
        train = train.take(chosen[: config.mnist_images])
    return [DataSource(mnist.name, train, validation=validation, test=mnist.test)]


def pendigits_source(sources: DataSources, classes: ClassNames) -> list[DataSource]:
    """Load the pen digits, split; without a network training continues, and says so."""
    if not sources.use_pendigits or not set(DIGIT_CLASSES) <= set(classes):
        return []
    try:
        train, validation = split_pendigits(load_pendigits(sources.pendigits))
    except DatasetError as error:
        if sources.pendigits:
            raise
        print(
            f"{error} Training continues with MNIST alone, which costs some three drawings in a"
            " hundred.",
            file=sys.stderr,
        )
        return []
    held_out = draw_digits(validation, seed=0, classes=classes) if validation else None
    return [DataSource("pendigits", drawings=train, validation=held_out)]


def strokes_source(
    strokes: Sequence[StrokeDigit], classes: ClassNames, *, are_all: bool
) -> list[DataSource]:
    """Split pen drawings by writer, and render those to validate with and to test on.

    Raises:
        DatasetError: if a part is empty, or if they are all that there is to train with and a
            class is missing.
    """
    if not strokes:
        return []
    split = split_by_writer(strokes, required=classes if are_all else ())
    validation, test = (
        draw_digits(part, seed=0, classes=classes) for part in (split.validation, split.test)
    )
    return [DataSource("strokes", drawings=split.train, validation=validation, test=test)]


def load_own_drawings(
    paths: Sequence[Path], config: TrainConfig, classes: ClassNames, *, others: int
) -> list[LabelledImages]:
    """Load people's own digits, repeated until they count.

    Args:
        paths: stroke files, and folders of pictures.
        config: `own_drawings_fraction` is what they shall be of all digits; 0 takes
            each once.
        classes: of the model.
        others: how many other digits the run learns from.
    """
    files, folders = ([p for p in paths if p.is_dir() is is_dir] for is_dir in (False, True))
    strokes = [one for path in files for one in load_kept_drawings(path, classes=classes)]
    pictures = [load_labelled_pictures(path, classes=classes) for path in folders]
    count = len(strokes) + sum(map(len, pictures))
    if not count:
        return []
    repeats = min(max(round(config.own_drawings_fraction * others / count), 1), MAX_REPEATS)
    rendered = [render(strokes * repeats, config, classes)] if strokes else []
    return rendered + pictures * repeats  # augmentation makes the copies of a picture differ


def load_rejects(paths: Sequence[Path], classes: ClassNames) -> list[StrokeDigit]:
    """Load letters that are none of the classes, to be refused.

    Raises:
        DatasetError: if some are classes.
    """
    letters = [letter for path in paths for letter in load_training_letters(path)]
    known = sorted({one.label for one in letters if find_class(one.label, classes) is not None})
    if known:
        raise DatasetError(
            "Letters after --letters are learnt as none of the classes, which are"
            f" {list_names(classes)}. Received: {list_names(known)}. Letters to be told apart"
            " come after --strokes."
        )
    return letters


def render(drawings: list[StrokeDigit], config: TrainConfig, classes: ClassNames) -> LabelledImages:
    """Render pen strokes to train with: at any size and brush, in the style of other hands."""
    return draw_digits(
        drawings,
        seed=config.seed,
        style=TRAINING_STYLE,
        augmentation=config.stroke_augmentation,
        classes=classes,
    )
