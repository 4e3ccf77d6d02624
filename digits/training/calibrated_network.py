"""A network with its calibration inside: images in, calibrated probabilities out.

    network = calibrate_network(model, temperature=1.1, reject_logit=0.0)
    answers = network.predict(images)
    answers["probabilities"], answers["in_distribution_probability"]

What is compiled for this project's own programs and what is exported for others both come
from here, so the formula of the calibration stands once.

A network that learnt from outliers gives one logit a class, and "no class" has one more
that is held constant: softmax leaves one direction of its logits free, and their common
height says how much the picture looks like any class. So the outputs stay a plain softmax.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from digits.preprocessing.normalization import INPUT_SHAPE
from digits.training.architectures import logits_of

INPUT = "image"
PROBABILITIES = "probabilities"
IN_DISTRIBUTION_PROBABILITY = "in_distribution_probability"
IMAGES = tf.TensorSpec((None, *INPUT_SHAPE), tf.float32, name=INPUT)
SMALLEST = 1e-12  # floor of probabilities that keeps their logarithm finite


def calibrate_network(
    model: keras.Model, *, temperature: float, reject_logit: float | None
) -> tf.Module:
    """Put a model and its calibration into one TensorFlow function.

    Args:
        model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
        temperature: divides the logits, as in `apply_calibration`.
        reject_logit: the logit of "no class", as in `apply_calibration`.

    Returns:
        A module whose `predict` takes float32 images (n, 28, 28, 1) in [0, 1], bright
        digit on black, and returns `probabilities`, float32 (n, classes), rows sum to 1,
        and `in_distribution_probability`, float32 (n,) in [0, 1].
    """
    logits_of_images = logits_function(model)
    weights = freeze_weights(model)

    @tf.function(input_signature=[IMAGES])  # type: ignore[untyped-decorator]
    def predict(image: tf.Tensor) -> dict[str, tf.Tensor]:
        with keras.StatelessScope(weights):
            logits = logits_of_images(image)
        probabilities, share = apply_calibration(
            logits, temperature=temperature, reject_logit=reject_logit
        )
        return {PROBABILITIES: probabilities, IN_DISTRIBUTION_PROBABILITY: share}

    network = tf.Module(name="digits")
    network.predict = predict
    return network


def apply_calibration(
    logits: tf.Tensor, *, temperature: float, reject_logit: float | None
) -> tuple[tf.Tensor, tf.Tensor]:
    """Turn logits into calibrated probabilities.

    Args:
        logits: float (n, classes).
        temperature: divides all logits, so that confidence is honest (Guo et al., "On
            Calibration of Modern Neural Networks", 2017).
        reject_logit: the logit of "no class"; None for a network that never saw outliers.

    Returns:
        The probabilities of the classes, given that the picture shows one of them,
        (n, classes); and the probability that it does, (n,), 1 where it is not known.
    """
    scaled = logits / temperature
    probabilities = tf.nn.softmax(scaled)
    if reject_logit is None:
        return probabilities, tf.ones_like(scaled[:, 0])
    nothing = reject_logit / temperature
    together = tf.nn.softmax(tf.pad(scaled, [[0, 0], [0, 1]], constant_values=nothing))
    return probabilities, tf.reduce_sum(together[:, :-1], axis=1)


def logits_function(model: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function that maps images (n, 28, 28, 1) to logits (n, classes).

    The logits of a network from elsewhere, without a layer "logits", are the logarithms of
    its probabilities: softmax has forgotten their common height.
    """
    network = logits_of(model)

    def call(images: tf.Tensor) -> tf.Tensor:
        if network is not None:
            return network(images, training=False)
        return logits_of_probabilities(model(images, training=False))

    return call


def logits_of_probabilities(probabilities: tf.Tensor) -> tf.Tensor:
    """Return logarithms, which differ as logits do; of zero a finite one."""
    return tf.math.log(tf.maximum(probabilities, SMALLEST))


def freeze_weights(model: keras.Model) -> list[tuple[keras.Variable, object]]:
    """Return a model's weights as constants, for `keras.StatelessScope`.

    LiteRT's converter loses the values of Keras' variables.
    """
    return [(variable, variable.numpy()) for variable in model.variables]
