"""Does an exported file answer as the recognizer does, and how fast?

comparison = compare_answers(predict, images, expected, reject_threshold=0.55)
speed = measure_speed(predict, images)
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from timeit import repeat, timeit

import numpy as np
import numpy.typing as npt

from digits.evaluation.timing import Speed
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.recognizer import BATCH_SIZE
from digits.serving.export.formats import Predictor

SINGLES = 200  # images read alone, for the median time
BATCHES = 5  # of BATCH_SIZE images, for the median rate
TOLERANCE = 1e-3  # of a probability; float32 in another order differs by some 1e-6


@dataclass(frozen=True)
class Comparison:
    """How the answers of a file differ from the recognizer's.

    Attributes:
        images: read by both.
        other_digits: of them, how many were read as another digit.
        other_statuses: how many are unsure to one and sure to the other.
        largest_difference: between two probabilities, that it is a digit among them.
    """

    images: int
    other_digits: int
    other_statuses: int
    largest_difference: float

    @property
    def is_same(self) -> bool:
        """Whether all differences are those of rounding."""
        return self.largest_difference <= TOLERANCE


def compare_answers(
    predict: Predictor, images: ModelInputs, expected: Answers, *, reject_threshold: float
) -> Comparison:
    """Predict all images in batches, and count what differs.

    Args:
        predict: the exported file, loaded.
        images: float32 (n, 28, 28, 1) in [0, 1], bright digit on black.
        expected: the recognizer's answers to the same images.
        reject_threshold: certainty under which a reading is unsure.
    """
    starts = range(0, len(images), BATCH_SIZE)
    parts = [predict(images[start : start + BATCH_SIZE]) for start in starts]
    probabilities, shares = map(np.concatenate, zip(*parts, strict=True))
    largest = max(np.abs(probabilities - expected[0]).max(), np.abs(shares - expected[1]).max())
    unsure = is_unsure((probabilities, shares), reject_threshold)
    return Comparison(
        len(images),
        other_digits=int((probabilities.argmax(axis=1) != expected[0].argmax(axis=1)).sum()),
        other_statuses=int((unsure != is_unsure(expected, reject_threshold)).sum()),
        # NaN is no number that a difference could be small by.
        largest_difference=float(largest) if np.isfinite(largest) else float("inf"),
    )


def is_unsure(answers: Answers, reject_threshold: float) -> npt.NDArray[np.bool_]:
    """Apply the card's threshold, as `Prediction.status` does."""
    probabilities, shares = answers
    return shares * probabilities.max(axis=1) < reject_threshold


def measure_speed(predict: Callable[[ModelInputs], object], images: ModelInputs) -> Speed:
    """Time images alone and in batches, after one call of each kind."""
    singles = [images[index : index + 1] for index in np.arange(SINGLES) % len(images)]
    batch = images[np.arange(BATCH_SIZE) % len(images)]
    predict(singles[0])
    predict(batch)
    alone = [timeit(partial(predict, single), number=1) for single in singles]
    together = repeat(partial(predict, batch), number=1, repeat=BATCHES)
    return Speed(statistics.median(alone) * 1000, BATCH_SIZE / statistics.median(together))
