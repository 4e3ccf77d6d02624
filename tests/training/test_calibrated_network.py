"""Probabilities of logits: which digit, whether it is one, and how honest that is."""

import numpy as np
import tensorflow as tf
from scipy.special import softmax

from digits.training.calibrated_network import apply_calibration

LOGITS = np.array([[4.0, 1.0, 0.0], [-3.0, -4.0, -5.0], [9.0, 9.0, 0.0]])
TENSOR = tf.constant(LOGITS)


def test_no_digit_has_the_share_that_an_eleventh_class_would_have() -> None:
    probabilities, in_distribution_probability = apply_calibration(
        TENSOR, temperature=1.0, reject_logit=0.0
    )
    np.testing.assert_allclose(probabilities, softmax(LOGITS, axis=1))
    with_nothing = softmax(np.hstack([LOGITS, np.zeros((3, 1))]), axis=1)
    np.testing.assert_allclose(in_distribution_probability, with_nothing[:, :3].sum(axis=1))
    assert in_distribution_probability[0] > 0.9 > 0.1 > in_distribution_probability[1]


def test_a_network_that_saw_digits_alone_takes_all_for_digits() -> None:
    _, in_distribution_probability = apply_calibration(TENSOR, temperature=1.0, reject_logit=None)
    np.testing.assert_array_equal(in_distribution_probability, 1)


def test_the_temperature_softens_and_keeps_the_order() -> None:
    cold, _ = apply_calibration(TENSOR, temperature=1.0, reject_logit=0.0)
    warm, _ = apply_calibration(TENSOR, temperature=3.0, reject_logit=0.0)
    assert (warm.numpy().argmax(axis=1) == cold.numpy().argmax(axis=1)).all()
    assert warm.numpy()[0].max() < cold.numpy()[0].max()
