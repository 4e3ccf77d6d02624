"""What is known of a model beside its card: each epoch of its training, each set in detail.

details = read_details(folder, sha256=card.sha256)    # of model_report.py
details.sets["mnist_test"].count("4", "9")            # fours read as nines
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

Picture = npt.NDArray[np.uint8]  # (28, 28), bright digit on black

# What a file may say; pydantic checks it as it is read.
Count = Annotated[int, Field(strict=True, ge=0, le=10**12)]  # of pictures or parameters
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Loss = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]  # nats


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images, counted from 1.

    Loss is cross-entropy in nats; accuracies are in [0, 1]. Those of training are means
    over the epoch, of changed pictures and with no digits among them; those of validation
    are of the network at its end.
    """

    epoch: Count
    loss: Loss
    accuracy: Share
    val_loss: Loss
    val_accuracy: Share


@dataclass(frozen=True)
class Bin:
    """Readings of like confidence.

    Attributes:
        up_to: the confidence at which the bin ends, in (0, 1].
        count: readings.
        confidence: their mean.
        right: the share of them that is right.
        interval: where that share lies, 95 times in 100.
    """

    up_to: Share
    count: Count
    confidence: Share
    right: Share
    interval: tuple[Share, Share]


@dataclass(frozen=True)
class Misread:
    """A digit that was read as another one."""

    truth: str
    reading: str
    confidence: float  # in the reading, in [0, 1]
    is_sure: bool  # whether its status was `digit`
    picture: Picture


@dataclass(frozen=True)
class SetDetails:
    """One set, in detail.

    Attributes:
        about: what it is, as a sentence; "" when nobody said.
        classes: rows of `confusion`, and its columns.
        confusion: counts; rows are labels, columns readings, and the last column is what
            was not read at all. Empty for a set of what is no digit.
        reliability: bins that are not empty, by confidence.
        misread: those that may be shown, the most certain first; perhaps not all.
        taken: of what is no digit: label, how many passed for a digit, and of how many.
    """

    about: str = ""
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    reliability: tuple[Bin, ...] = ()
    misread: tuple[Misread, ...] = ()
    taken: tuple[tuple[str, int, int], ...] = ()

    def count(self, truth: str, reading: str) -> int:
        """How often `truth` was read as `reading`; "" stands for what was not read."""
        row = self.confusion[self.classes.index(truth)]
        return row[self.classes.index(reading) if reading else len(self.classes)]

    @property
    def total(self) -> int:
        """All digits of the set."""
        return sum(map(sum, self.confusion))

    @property
    def confusions(self) -> tuple[tuple[str, str, int], ...]:
        """What was mistaken for what, and how often; the most frequent first."""
        wrong = [
            (truth, reading, self.count(truth, reading))
            for truth in self.classes
            for reading in (*self.classes, "")
            if truth != reading
        ]
        return tuple(sorted((one for one in wrong if one[2]), key=lambda one: -one[2]))

    @property
    def wrong(self) -> int:
        """Digits that were not read right."""
        return sum(count for _, _, count in self.confusions)


@dataclass(frozen=True)
class Details:
    """What evaluate.py found out about a model, beside the figures in its card."""

    parameters: int
    sets: Mapping[str, SetDetails] = field(default_factory=dict)

    def updated(self, newer: Self) -> Self:
        """Return these details with newer ones in place of those of the same sets."""
        return type(self)(newer.parameters, {**self.sets, **newer.sets})
