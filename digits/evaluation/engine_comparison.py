"""Do two engines answer alike? Keras and LiteRT, on the sets that evaluate.py measures.

comparison = compare_engines(keras_recognizer, litert_recognizer, [*labelled, *negatives])
print(comparison.largest_difference)
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from digits.evaluation.eval_sets import EvaluationSet
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer


@dataclass(frozen=True)
class EngineComparison:
    """How the answers of two engines differ.

    Attributes:
        pictures: read by both; blank ones and files that cannot be read are left out.
        other_labels: of them, how many got another label.
        other_statuses: how many are unsure to one and sure to the other.
        largest_difference: between two probabilities, that it is a digit among them; NaN
            where one was none.
    """

    pictures: int
    other_labels: int
    other_statuses: int
    largest_difference: float


def compare_engines(
    first: Recognizer, second: Recognizer, sets: Iterable[EvaluationSet]
) -> EngineComparison:
    """Read all pictures with both, and count what differs.

    Args:
        first: a model, run by one engine.
        second: the same model, run by another.
        sets: what both read.
    """
    pairs = [
        (one, other)
        for each in sets
        for one, other in zip(each.predict(first), each.predict(second), strict=True)
        if one and other and one.probabilities
    ]
    return EngineComparison(
        len(pairs),
        other_labels=sum(one.label != other.label for one, other in pairs),
        other_statuses=sum(one.status != other.status for one, other in pairs),
        largest_difference=float(np.max([difference(*pair) for pair in pairs], initial=0)),
    )


def difference(one: Prediction, other: Prediction) -> float:
    """Return the largest difference between two predictions' probabilities, or NaN."""
    first, second = (
        np.array([*each.probabilities, each.in_distribution_probability]) for each in (one, other)
    )
    return float(np.abs(first - second).max())
