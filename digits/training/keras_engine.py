"""Run a model with Keras, to compare it with its compiled form.

engine = load_keras(Path("digit_model.keras"), card)
probabilities, in_distribution_probability = engine.predict(images)
"""

from pathlib import Path

import keras
import tensorflow as tf

from digits.preprocessing.normalization import ModelInput
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.model_card import ModelCard
from digits.training.attribution import trace_attribution
from digits.training.calibrated_network import (
    IN_DISTRIBUTION_PROBABILITY,
    PROBABILITIES,
    calibrate_network,
)
from digits.training.keras_network import load_network


class KerasEngine:
    """A Keras model with the calibration of its card: what `CompiledModel` is, in TensorFlow.

    Attributes:
        model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
        num_classes: how many probabilities it gives for an image.
        warnings: sentences about the network, for its user.
        can_explain: whether `explain` works: always.
    """

    can_explain = True

    def __init__(
        self, model: keras.Model, card: ModelCard | None, *, warnings: tuple[str, ...] = ()
    ) -> None:
        """Trace nothing yet: the first call does.

        Args:
            model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
            card: its calibration; None for temperature 1, without rejection.
            warnings: sentences about the network, for its user.
        """
        self.warnings = warnings
        self.model = model
        self.num_classes = int(model.output_shape[1])
        self._network = calibrate_network(
            model,
            temperature=card.temperature if card else 1.0,
            reject_logit=card.reject_logit if card else None,
        )
        self._attribute = trace_attribution(model)

    def predict(self, images: ModelInputs) -> Answers:
        """Predict what images show; arguments and results as of `CompiledModel.predict`."""
        answers = self._network.predict(tf.constant(images))
        return answers[PROBABILITIES].numpy(), answers[IN_DISTRIBUTION_PROBABILITY].numpy()

    def explain(self, image: ModelInput, *, label: int, rival: int) -> Answers:
        """Explain why an image shows one class; as `CompiledModel.explain`."""
        answers = self._attribute(
            image=tf.constant(image), label=tf.constant(label), rival=tf.constant(rival)
        )
        return answers["attribution"].numpy(), answers["scores"].numpy()


def load_keras(path: Path, card: ModelCard | None) -> KerasEngine:
    """Load a model file to be run by Keras; arguments and errors as of `load_compiled`."""
    network = load_network(path)
    return KerasEngine(network.model, card, warnings=network.warnings)
