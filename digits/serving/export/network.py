"""The network that is exported: images in, the recognizer's own answers out.

    network = make_network(load_network(path).model, card)
    answers = network.predict(images)  # {"probabilities": (n, 10), "digit_probability": (n,)}

Temperature and the logit of "no class" are inside, so that another program gets the same
answers without knowing of either.
"""

import keras
import tensorflow as tf

from digits.recognition.model_card import ModelCard
from digits.training.calibrated_network import (
    IMAGES,
    IN_DISTRIBUTION_PROBABILITY,
    PROBABILITIES,
    calibrate_network,
)

DIGIT_PROBABILITY = "digit_probability"  # what other programs know it as


def make_network(model: keras.Model, card: ModelCard) -> tf.Module:
    """Put a model and its card's calibration into one function.

    Args:
        model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
        card: its temperature, and the logit of "no class".

    Returns:
        A module whose `predict` takes float32 images (n, 28, 28, 1) in [0, 1], bright digit
        on black, and gives `probabilities`, float32 (n, classes), rows sum to 1, and
        `digit_probability`, float32 (n,) in [0, 1].
    """
    calibrated = calibrate_network(
        model, temperature=card.temperature, reject_logit=card.reject_logit
    )

    @tf.function(input_signature=[IMAGES])  # type: ignore[untyped-decorator]
    def predict(image: tf.Tensor) -> dict[str, tf.Tensor]:
        answers = calibrated.predict(image)
        return {
            PROBABILITIES: answers[PROBABILITIES],
            DIGIT_PROBABILITY: answers[IN_DISTRIBUTION_PROBABILITY],
        }

    network = tf.Module(name="digits")
    network.predict = predict
    return network
