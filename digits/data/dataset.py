"""Labelled images, as every source of data hands them on.

    digits = LabelledImages(images, to_labels(["7", "none"], DIGIT_CLASSES))

Where they come from: mnist.py, pendigits.py, labelled_files.py, rendering.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from digits.classes import ClassNames, find_class

Images = npt.NDArray[np.uint8]  # (n, 28, 28), [0, 255], bright digit on black
Labels = npt.NDArray[np.int64]  # (n,)

REJECT_LABEL = -1  # label of what shows none of the classes: the last column of targets


class DatasetError(Exception):
    """Data that cannot be had or read; its text says what to do in one sentence."""


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images and what they show.

    Attributes:
        images: uint8 array of shape (n, 28, 28), [0, 255], bright digit on black.
        labels: int64 array of shape (n,), indices of classes, or `REJECT_LABEL`.
    """

    images: Images
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.integer]) -> Self:
        """Return the digits at `indices`."""
        return type(self)(self.images[indices], self.labels[indices])


def to_labels(names: Sequence[str], classes: ClassNames) -> Labels:
    """Turn names into the numbers of their classes; `REJECT_LABEL` where they are of none."""
    numbers = {name: find_class(name, classes) for name in set(names)}
    found = (numbers[name] for name in names)
    return np.array([REJECT_LABEL if n is None else n for n in found], np.int64)
