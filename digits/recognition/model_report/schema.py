"""What a model's report says: each epoch of its training, its layers, each set in detail.

details = read_details(folder, sha256=card.sha256)    # of files.py
details.sets["mnist_test"].count("4", "9")            # fours read as nines
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field, PlainSerializer, PlainValidator
from pydantic_core.core_schema import SerializationInfo, ValidationInfo

# What a file may say; pydantic checks it as it is read.
Count = Annotated[int, Field(strict=True, ge=0, le=10**12)]  # of pictures or parameters
UnitInterval = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Loss = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]  # nats


def find_picture(index: object, info: ValidationInfo) -> npt.NDArray[np.uint8]:
    """Return the picture that an index stands for; `info.context` holds all of them."""
    pictures: Sequence[npt.NDArray[np.uint8]] = () if info.context is None else info.context
    if isinstance(index, int) and 0 <= index < len(pictures):
        return pictures[index]
    raise ValueError(f"there is no picture {index}")


def store_picture(picture: npt.NDArray[np.uint8], info: SerializationInfo) -> int:
    """Append a picture to those in `info.context`, and return its index."""
    assert info.context is not None
    info.context.append(picture)
    return len(info.context) - 1


# uint8 (28, 28), bright digit on black; in JSON its index among the pictures of the report.
StoredPicture = Annotated[
    npt.NDArray[np.uint8], PlainValidator(find_picture), PlainSerializer(store_picture)
]


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images, counted from 1.

    Loss is cross-entropy in nats; accuracies are in [0, 1]. Those of training are means
    over the epoch, of changed pictures and with no digits among them; those of validation
    are of the network at its end.
    """

    epoch: Count
    loss: Loss
    accuracy: UnitInterval
    val_loss: Loss
    val_accuracy: UnitInterval


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

    up_to: UnitInterval
    count: Count
    confidence: UnitInterval
    right: UnitInterval
    interval: tuple[UnitInterval, UnitInterval]


@dataclass(frozen=True)
class Misread:
    """A digit that was read as another one."""

    truth: str
    reading: str
    confidence: UnitInterval  # in the reading
    is_sure: bool  # whether its status was `digit`
    picture: StoredPicture


@dataclass(frozen=True)
class SetDetails:
    """One set, in detail.

    Attributes:
        about: what it is, as a sentence; "" when nobody said.
        classes: rows of `confusion`, and its columns.
        confusion: counts; rows are labels, columns readings, and the last column is what
            was not read at all. Empty for a set of non-digits.
        reliability: bins that are not empty, by confidence.
        misread: those that may be shown, the most certain first; perhaps not all.
        false_accepts: of non-digits: label, how many passed for a digit, and of how many.
    """

    about: str = ""
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[Count, ...], ...] = ()
    reliability: tuple[Bin, ...] = ()
    misread: tuple[Misread, ...] = ()
    false_accepts: tuple[tuple[str, Count, Count], ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError unless the confusion matrix has its shape."""
        expected = [len(self.classes) + 1] * len(self.classes)
        if [len(row) for row in self.confusion] != expected:
            raise ValueError("the confusion matrix and its classes differ in size")

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
            (truth, reading, count)
            for truth, row in zip(self.classes, self.confusion, strict=True)
            for reading, count in zip((*self.classes, ""), row, strict=True)
            if truth != reading and count
        ]
        return tuple(sorted(wrong, key=lambda one: -one[2]))

    @property
    def wrong(self) -> int:
        """Digits that were not read right."""
        return sum(count for _, _, count in self.confusions)


@dataclass(frozen=True)
class Layer:
    """One layer of a network."""

    name: str
    kind: str  # its class in Keras, "Conv2D"
    settings: str  # "32 filters, 3 × 3", or ""
    parameters: Count


@dataclass(frozen=True)
class Block:
    """A layer, and those that belong to it.

    Attributes:
        layers: at least one.
        output: shape of what it gives, without the batch; empty when Keras does not know.
        inputs: names of the layers that it takes from, other than the block before it.
    """

    layers: Annotated[tuple[Layer, ...], Field(min_length=1)]
    output: tuple[Count | None, ...]
    inputs: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        """All weights, those that are not trained among them."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def shape(self) -> str:
        """The output's shape as people write it."""
        return " × ".join("any" if side is None else str(side) for side in self.output)


@dataclass(frozen=True)
class Details:
    """What is known of a model apart from the figures in its card.

    Attributes:
        parameters: of the network.
        network: its layers, in the order in which it computes them; () when not written.
        sets: what evaluate.py measured, by the set's name.
    """

    parameters: Count
    network: tuple[Block, ...] = ()
    sets: Mapping[str, SetDetails] = field(default_factory=dict)

    def updated(self, newer: "Details") -> "Details":
        """Return these details with newer ones in place of those of the same sets."""
        network = newer.network or self.network
        return Details(newer.parameters, network, {**self.sets, **newer.sets})
