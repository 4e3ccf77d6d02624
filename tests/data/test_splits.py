"""No writer is in two parts; sets that are too small are refused in a sentence."""

from collections.abc import Sequence

import numpy as np
import pytest

from digits.data.dataset import DatasetError
from digits.data.splits import is_training_writer, split_by_writer
from digits.data.strokes import StrokeDigit

STROKES = (np.array([[0.0, 0.0], [5.0, 5.0]]),)


def drawings(labels: str, writers: Sequence[str] = ()) -> list[StrokeDigit]:
    names = writers or [""] * len(labels)
    return [StrokeDigit(label, name, STROKES) for label, name in zip(labels, names, strict=True)]


def test_no_writer_is_in_two_parts() -> None:
    writers = [f"writer {number}" for number in range(40)]
    parts = split_by_writer(drawings("A" * 40 + "B" * 40, writers * 2), required=("A", "B"))
    train, validation, test = (
        {drawing.writer for drawing in part} for part in (parts.train, parts.validation, parts.test)
    )
    assert len(train) + len(validation) + len(test) == 40
    assert train | validation == set(filter(is_training_writer, writers))
    assert len(parts.train) + len(parts.validation) + len(parts.test) == 80


@pytest.mark.parametrize("writers", ["aaaa", "aabb", "eeee"])
def test_a_handful_by_one_or_two_writers_is_refused(writers: str) -> None:
    count = len(set(writers))
    with pytest.raises(DatasetError, match=f"Received 4 by {count}. Add drawings by other people"):
        split_by_writer(drawings("ABAB", list(writers)))


def test_drawings_without_writers_are_counted_as_by_as_many() -> None:
    with pytest.raises(DatasetError, match="Received 2 by 2"):
        split_by_writer(drawings("AB"))
    many = split_by_writer(drawings("A" * 60))
    assert many.train and many.validation and many.test


def test_a_class_that_nobody_trains_is_refused() -> None:
    writers = sorted((f"writer {number}" for number in range(30)), key=is_training_writer)
    few = drawings("B" + "A" * 29, writers)  # the one B is by somebody to test with
    assert split_by_writer(few).train
    with pytest.raises(DatasetError, match="Received none of B, of 30 drawings by 30"):
        split_by_writer(few, required=("A", "B"))
