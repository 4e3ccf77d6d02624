"""Learn from other networks: what an ensemble makes of each changed image.

    ensemble = Ensemble.load([Path("first.keras"), Path("second.keras")])
    targets = ensemble.soften(images, targets)

A network that learns to answer as an ensemble does comes near to it at a part of its
size (Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015).
The ensemble sees the very image that the network learns from, changed as it is (Beyer
et al., "Knowledge distillation: A good teacher is patient and consistent", 2022).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models import with_no_digit

Inputs = npt.NDArray[np.float32]  # (n, 28, 28, 1), [0, 1], bright digit on black
Targets = npt.NDArray[np.float32]  # (n, 11), rows sum to 1; the last column is no digit

TEACHER_SHARE = 0.7  # of a target is the ensemble's answer, the rest is the label


class TeacherError(Exception):
    """A model that cannot teach."""


class Ensemble:
    """Trained networks whose mean probabilities are the answer."""

    def __init__(self, models: Sequence[keras.Model]) -> None:
        """Trace the networks as one function.

        Args:
            models: of `models.build_model`, trained; at least one.
        """
        networks = [with_no_digit(model) for model in models]

        @tf.function(input_signature=[tf.TensorSpec((None, 28, 28, 1), tf.float32)])  # type: ignore[untyped-decorator]
        def answer(images: tf.Tensor) -> tf.Tensor:
            outputs = [tf.nn.softmax(network(images, training=False)) for network in networks]
            return tf.add_n(outputs) / len(outputs)

        self.answer = answer

    @classmethod
    def load(cls, paths: Sequence[Path]) -> Self:
        """Load the networks from files.

        Raises:
            TeacherError: if one is no model of this project.
        """
        models = []
        for path in paths:
            try:
                model = keras.models.load_model(path, compile=False)
                with_no_digit(model)
            except Exception as error:  # Keras raises many kinds for files it does not know
                raise TeacherError(
                    f"Expected a model that train.py made to learn from in '{path}'."
                ) from error
            models.append(model)
        return cls(models)

    def soften(self, images: Inputs, targets: Targets) -> Targets:
        """Mix the ensemble's answers into one-hot targets of the same images."""
        answers: Targets = self.answer(tf.constant(images)).numpy()
        return (1 - TEACHER_SHARE) * targets + TEACHER_SHARE * answers
