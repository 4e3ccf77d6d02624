"""Parts of a set of drawings, the same in every run: training, validation and test.

parts = split_by_writer(drawings)     # parts.train, parts.validation, parts.test
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from digits.data.dataset import DatasetError
from digits.data.strokes import StrokeDigit

VALIDATION_SHARE = 5  # one training writer in so many validates


@dataclass(frozen=True)
class StrokeParts:
    """Pen drawings, split so that no writer is in two parts."""

    train: list[StrokeDigit]
    validation: list[StrokeDigit]
    test: list[StrokeDigit]


def split_by_writer(drawings: Sequence[StrokeDigit]) -> StrokeParts:
    """Split drawings: writers whose name has an even MD5 teach, a fifth of them validate.

    A drawing without a writer counts as by a hand of its own, named by its place.

    Raises:
        DatasetError: if a part is empty.
    """
    by = [drawing.writer or str(index) for index, drawing in enumerate(drawings)]
    teachers = sorted({writer for writer in by if is_training_writer(writer)}, key=hash_writer)
    validators = {writer for writer in teachers if hash_writer(writer) // 2 % VALIDATION_SHARE == 0}
    validators = validators or set(teachers[:1])  # of few writers, perhaps none is a fifth
    parts = StrokeParts([], [], [])
    for writer, drawing in zip(by, drawings, strict=True):
        part = parts.train if is_training_writer(writer) else parts.test
        (parts.validation if writer in validators else part).append(drawing)
    if not (parts.train and parts.validation and parts.test):
        raise DatasetError(
            "Expected drawings by so many writers that some teach, some validate and others"
            f" test. Received {len(drawings)} by {len({d.writer for d in drawings})}. Without"
            ' "writer" each drawing counts as by another.'
        )
    return parts


def is_training_writer(writer: str) -> bool:
    """Whether a writer's drawings are for training: the MD5 of the name is even."""
    return hash_writer(writer) % 2 == 0


def hash_writer(writer: str) -> int:
    """Return the MD5 of a writer's name as a number."""
    return int(hashlib.md5(writer.encode()).hexdigest(), 16)
