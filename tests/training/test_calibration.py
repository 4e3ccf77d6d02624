"""Confidence is fitted on validation digits, and a network that only guesses is refused."""

import numpy as np
import pytest
from scipy.special import softmax

from digits.training.calibration import check_learnt, fit_temperature
from digits.training.checkpoints import DivergedError


def test_the_temperature_of_overconfident_logits_is_found() -> None:
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, (20_000, 10))
    chances = softmax(honest, axis=1)
    labels = (chances.cumsum(axis=1) > rng.uniform(size=(len(chances), 1))).argmax(axis=1)
    assert fit_temperature(2.5 * honest, labels) == pytest.approx(2.5, rel=0.05)


@pytest.mark.parametrize(("accuracy", "num_classes"), [(0.1, 10), (0.5, 2), (0.04, 26)])
def test_a_network_that_only_guesses_is_refused(accuracy: float, num_classes: int) -> None:
    with pytest.raises(DivergedError, match="lower --learning-rate"):
        check_learnt([0.0, accuracy], num_classes=num_classes, steps=100)
    check_learnt([0.0, accuracy + 0.15], num_classes=num_classes, steps=100)
    check_learnt([accuracy], num_classes=num_classes, steps=10)  # too early to tell
