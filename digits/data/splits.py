"""Parts of a data set, the same in every run: to learn from, to choose by, to test on.

fitted, held_out = split_mnist(mnist.train)
parts = split_by_writer(drawings)     # parts.fitted, parts.validation, parts.test
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from digits.data.dataset import DatasetError, LabelledImages
from digits.data.strokes import StrokeDigit

VALIDATION_WRITERS = frozenset({"28", "29", "30"})  # of pendigits' 30
MNIST_VALIDATION_COUNT = 5000  # of MNIST's 60,000 training images
SPLIT_SEED = 0
VALIDATION_SHARE = 5  # of the writers who teach, one in so many


@dataclass(frozen=True)
class StrokeParts:
    """Pen drawings, split so that no writer is in two parts."""

    fitted: list[StrokeDigit]
    validation: list[StrokeDigit]
    test: list[StrokeDigit]


def split_mnist(train: LabelledImages) -> tuple[LabelledImages, LabelledImages]:
    """Split the training part of MNIST or its like into training and validation, stratified.

    Returns:
        All but 5,000 digits, and those 5,000, or a fifth of a small set.

    Raises:
        DatasetError: if there are too few images of a class.
    """
    count = min(MNIST_VALIDATION_COUNT, len(train) // 5)
    kinds, counts = np.unique(train.labels, return_counts=True)
    if counts.min() < 2 or count < len(kinds):
        raise DatasetError(
            "Expected at least two training images of each class, and five times as many images"
            f" as classes. Received: {len(train)} images of {len(kinds)} classes."
        )
    fitted, held_out = train_test_split(
        np.arange(len(train)), test_size=count, stratify=train.labels, random_state=SPLIT_SEED
    )
    return train.take(fitted), train.take(held_out)


def split_pendigits(
    digits: Sequence[StrokeDigit],
) -> tuple[list[StrokeDigit], list[StrokeDigit]]:
    """Split pen digits by writer: 1 to 27 to train with, 28 to 30 for validation."""
    fitted = [d for d in digits if d.writer not in VALIDATION_WRITERS]
    return fitted, [d for d in digits if d.writer in VALIDATION_WRITERS]


def split_by_writer(drawings: Sequence[StrokeDigit]) -> StrokeParts:
    """Split drawings: writers whose name has an even MD5 teach, a fifth of them validate.

    A drawing without a writer counts as by a hand of its own, named by its place.

    Raises:
        DatasetError: if a part is empty.
    """
    by = [drawing.writer or str(index) for index, drawing in enumerate(drawings)]
    teachers = sorted({writer for writer in by if teaches(writer)}, key=digest)
    validators = {writer for writer in teachers if digest(writer) // 2 % VALIDATION_SHARE == 0}
    validators = validators or set(teachers[:1])  # of few writers, perhaps none is a fifth
    parts = StrokeParts([], [], [])
    for writer, drawing in zip(by, drawings, strict=True):
        part = parts.fitted if teaches(writer) else parts.test
        (parts.validation if writer in validators else part).append(drawing)
    if not (parts.fitted and parts.validation and parts.test):
        raise DatasetError(
            "Expected drawings by so many writers that some teach, some validate and others"
            f" test. Received {len(drawings)} by {len({d.writer for d in drawings})}. Without"
            ' "writer" each drawing counts as by another.'
        )
    return parts


def teaches(writer: str) -> bool:
    """Whether a writer's drawings are for training: the MD5 of the name is even."""
    return digest(writer) % 2 == 0


def digest(writer: str) -> int:
    """Return the MD5 of a writer's name as a number."""
    return int(hashlib.md5(writer.encode()).hexdigest(), 16)
