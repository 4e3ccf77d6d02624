"""Fit a network's confidence to the truth, on validation digits.

card = calibrate(model, data)
card.temperature, card.reject_threshold
"""

from collections.abc import Iterable

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from digits.data.dataset import REJECT_LABEL
from digits.recognition.model_card import ModelCard
from digits.training import calibrated_network
from digits.training.architectures import with_no_digit
from digits.training.checkpoints import DivergedError
from digits.training.trainer import compute_outputs
from digits.training.training_data import TrainingData

Logits = npt.NDArray[np.floating]  # (n, classes)

UNSURE_FRACTION = 0.005  # of the validation digits are called unsure, those of lowest score
MIN_LEARNT = 0.1  # of the way from guessing to an accuracy of 1; below, a network learnt nothing
MIN_STEPS = 100  # until batch normalisation has seen enough to be judged


def calibrate(model: keras.Model, data: TrainingData) -> ModelCard:
    """Find the temperature and the threshold that fit the validation digits.

    Returns:
        A card of no file yet, with the accuracy on each validation set as
        "<data set>_validation_accuracy". Its threshold is the score below which
        `UNSURE_FRACTION` of the digits lie; its `reject_logit` is None when training saw
        digits alone.
    """
    network = with_no_digit(model)
    logits = {
        name: compute_outputs(network, part.images)[:, :REJECT_LABEL]
        for name, part in data.validation.items()
    }
    labels = np.concatenate([part.labels for part in data.validation.values()])
    together = np.concatenate(list(logits.values()))
    temperature = fit_temperature(together, labels)
    reject_logit = 0.0 if data.has_outliers else None
    probabilities, in_distribution_probability = calibrated_network.apply_calibration(
        tf.constant(together, tf.float64), temperature=temperature, reject_logit=reject_logit
    )
    score = in_distribution_probability.numpy() * probabilities.numpy().max(axis=1)
    accuracies = {
        name: float((logits[name].argmax(axis=1) == part.labels).mean())
        for name, part in data.validation.items()
    }
    return ModelCard(
        sha256="",
        class_names=data.class_names,
        temperature=round(temperature, 4),
        reject_logit=reject_logit,
        reject_threshold=round(float(np.quantile(score, UNSURE_FRACTION)), 4),
        figures={f"{name}_validation_accuracy": round(a, 4) for name, a in accuracies.items()},
    )


def check_learnt(accuracies: Iterable[float], *, num_classes: int, steps: int) -> None:
    """Raise DivergedError when all accuracies are near that of guessing: of ten classes, 0.19.

    Args:
        accuracies: on validation sets, in [0, 1].
        num_classes: of the network.
        steps: that it was trained for; after less than `MIN_STEPS` nothing is expected.
    """
    best, least = max(accuracies), (1 + MIN_LEARNT * (num_classes - 1)) / num_classes
    if best < least and steps >= MIN_STEPS:
        raise DivergedError(
            f"Expected a validation accuracy of {least:.2f} or more from a trained network."
            f" Received: {best:.2f}, little better than guessing. No model was written: train"
            " again with a lower --learning-rate, more --epochs or more data."
        )


def fit_temperature(logits: Logits, labels: npt.NDArray[np.integer]) -> float:
    """Find the temperature under which the log loss is smallest.

    Args:
        logits: of digits that the network did not learn from, (n, classes).
        labels: what they are, (n,).
    """

    def loss(temperature: float) -> float:
        return -float(log_softmax(logits / temperature, axis=1)[range(len(labels)), labels].mean())

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)
