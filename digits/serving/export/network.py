"""The network that is exported: images in, the recognizer's own answers out.

    network = make_network(recognizer.model, recognizer.card)
    answers = network.predict(images)  # {"probabilities": (n, 10), "digit_probability": (n,)}

Temperature and the logit of "no digit" are inside, so that another program gets the same
answers without knowing of either.
"""

import keras
import tensorflow as tf

from digits.preprocessing.normalization import INPUT_SHAPE
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import to_logits

INPUT, PROBABILITIES, DIGIT_PROBABILITY = "image", "probabilities", "digit_probability"
SIGNATURE = tf.TensorSpec((None, *INPUT_SHAPE), tf.float32, name=INPUT)


def make_network(model: keras.Model, card: ModelCard) -> tf.Module:
    """Put a model and its card's calibration into one function.

    Args:
        model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
        card: its temperature, and the logit of "no digit".

    Returns:
        A module whose `predict` takes float32 images (n, 28, 28, 1) in [0, 1], bright digit
        on black, and gives `probabilities`, float32 (n, classes), rows sum to 1, and
        `in_distribution_probability`, float32 (n,) in [0, 1].
    """
    logits_of_images = to_logits(model)
    weights = [(variable, variable.numpy()) for variable in model.variables]

    @tf.function(input_signature=[SIGNATURE])  # type: ignore[untyped-decorator]
    def predict(image: tf.Tensor) -> dict[str, tf.Tensor]:
        # As constants: LiteRT's converter loses the values of Keras' variables.
        with keras.StatelessScope(weights):
            logits = logits_of_images(image) / card.temperature
        # What follows is `calibration.to_probabilities`.
        probabilities = tf.nn.softmax(logits)
        if card.reject_logit is None:
            return {PROBABILITIES: probabilities, DIGIT_PROBABILITY: tf.ones_like(logits[:, 0])}
        nothing = card.reject_logit / card.temperature
        together = tf.nn.softmax(tf.pad(logits, [[0, 0], [0, 1]], constant_values=nothing))
        share = tf.reduce_sum(together[:, :-1], axis=1)
        return {PROBABILITIES: probabilities, DIGIT_PROBABILITY: share}

    network = tf.Module(name="digits")
    network.predict = predict
    return network
