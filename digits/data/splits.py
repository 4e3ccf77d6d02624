"""Parts of a set of drawings, the same in every run: training, validation and test.

parts = split_by_writer(drawings)     # parts.train, parts.validation, parts.test
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from digits.classes import ClassNames, find_class, list_names
from digits.data.dataset import DatasetError
from digits.data.strokes import StrokeDigit

VALIDATION_SHARE = 5  # one training writer in so many validates


@dataclass(frozen=True)
class StrokeParts:
    """Pen drawings, split so that no writer is in two parts."""

    train: list[StrokeDigit]
    validation: list[StrokeDigit]
    test: list[StrokeDigit]


def split_by_writer(drawings: Sequence[StrokeDigit], *, required: ClassNames = ()) -> StrokeParts:
    """Split drawings: writers whose name has an even MD5 train, a fifth of them validate.

    A drawing without a writer counts as by a hand of its own, named by its place.

    Args:
        drawings: with any labels.
        required: classes of which the training part needs a drawing each. Defaults to none.

    Raises:
        DatasetError: if a part is empty, or a class is missing.
    """
    by = [drawing.writer or str(index) for index, drawing in enumerate(drawings)]
    writers = sorted(set(by), key=hash_writer)
    training = [writer for writer in writers if is_training_writer(writer)]
    validators = [w for w in training if hash_writer(w) // 2 % VALIDATION_SHARE == 0]
    validators = validators or training[:1]  # of few writers, perhaps none is a fifth
    parts = StrokeParts([], [], [])
    for writer, drawing in zip(by, drawings, strict=True):
        part = parts.train if is_training_writer(writer) else parts.test
        (parts.validation if writer in validators else part).append(drawing)
    add = 'Add drawings by other people, and name them: {"writer": ...}.'
    if not (parts.train and parts.validation and parts.test):
        raise DatasetError(
            "Expected drawings by enough writers to train with some, validate with some and test"
            f" with others. Received {len(drawings)} by {len(writers)}. {add}"
        )
    found = {find_class(drawing.label, required) for drawing in parts.train}
    missing = [name for index, name in enumerate(required) if index not in found]
    if missing:
        raise DatasetError(
            "Expected drawings of each class by the writers to train with. Received none of"
            f" {list_names(missing)}, of {len(drawings)} drawings by {len(writers)}. {add}"
        )
    return parts


def is_training_writer(writer: str) -> bool:
    """Whether a writer's drawings are for training: the MD5 of the name is even."""
    return hash_writer(writer) % 2 == 0


def hash_writer(writer: str) -> int:
    """Return the MD5 of a writer's name as a number."""
    return int(hashlib.md5(writer.encode()).hexdigest(), 16)
