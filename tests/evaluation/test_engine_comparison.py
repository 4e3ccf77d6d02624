"""Differences of two engines are counted, and none is missed."""

import dataclasses

import numpy as np
import pytest

from digits.evaluation.engine_comparison import compare_engines
from digits.evaluation.eval_sets import EvaluationSet
from digits.preprocessing.normalization import preprocess
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw

SET = EvaluationSet("drawn", "", ("3", "7", ""), inputs=(*map(preprocess, map(draw, (3, 7))), None))


class Altered:
    """A network whose answers were changed."""

    num_classes, warnings, can_explain = 10, (), False

    def __init__(self, recognizer: Recognizer, *, share: float, turned: int) -> None:
        self.engine, self.share, self.turned = recognizer.engine, share, turned

    def predict(self, images: ModelInputs) -> Answers:
        probabilities, shares = self.engine.predict(images)
        probabilities[: self.turned] = np.roll(probabilities[: self.turned], 1, axis=1)
        return probabilities, (shares * self.share).astype(np.float32)


def test_an_engine_is_like_itself(recognizer: Recognizer) -> None:
    same = compare_engines(recognizer, recognizer, [SET, SET])
    assert dataclasses.astuple(same) == (4, 0, 0, 0)


@pytest.mark.parametrize(
    ("share", "turned", "labels", "statuses"),
    [(0.1, 0, 0, 2), (1, 1, 1, 0), (float("nan"), 0, 0, 0)],
)
def test_what_differs_is_counted(
    recognizer: Recognizer, share: float, turned: int, labels: int, statuses: int
) -> None:
    altered = Altered(recognizer, share=share, turned=turned)
    other = Recognizer(altered, recognizer.card)  # type: ignore[arg-type]
    found = compare_engines(recognizer, other, [SET])
    assert (found.pictures, found.other_labels, found.other_statuses) == (2, labels, statuses)
    assert not found.largest_difference < 0.5


def test_nothing_to_read_differs_by_nothing(recognizer: Recognizer) -> None:
    assert compare_engines(recognizer, recognizer, []).largest_difference == 0
