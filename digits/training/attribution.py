"""Integrated gradients of a network, as a TensorFlow function that LiteRT can run.

    answers = trace_attribution(model)(image, label, rival)
    answers["attribution"], answers["scores"]

Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep
networks", 2017): the picture fades in from black paper, and each pixel is credited with
its part of what the score gains on the way. The score is the logit of the label less that
of its rival.

LiteRT has no kernels for the gradients of ReLU and of pooling. `make_differentiable`
copies a network with layers whose gradients need operations that LiteRT does have.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from digits.preprocessing.normalization import INPUT_SHAPE
from digits.training.architectures import logits_of
from digits.training.calibrated_network import INPUT, freeze_weights, logits_of_probabilities

ImageFunction = Callable[[tf.Tensor], tf.Tensor]

STEPS = 48  # pictures on the way from paper to full ink
EARLY = 1.5  # power that draws the steps to faint ink, where the score changes most
VERY_LOW = -1e30  # padding that no maximum is taken from; finite, as it is multiplied by 0

AFFINE = {
    keras.layers.BatchNormalization,
    keras.layers.Conv2D,
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.Rescaling,
    keras.layers.Reshape,
    keras.layers.ZeroPadding2D,
}

CLASS = (), tf.int32
SIGNATURE = [
    tf.TensorSpec(INPUT_SHAPE, tf.float32, name=INPUT),
    tf.TensorSpec(*CLASS, name="label"),
    tf.TensorSpec(*CLASS, name="rival"),
]


def trace_attribution(model: keras.Model) -> tf.types.experimental.PolymorphicFunction:
    """Make the function that explains why a picture is read as one class and not another.

    Args:
        model: maps float32 (n, 28, 28, 1) to softmax (n, classes).

    Returns:
        A function of a model input, float32 (28, 28, 1), and two class indices, int32. It
        returns `attribution`, float32 (28, 28), what each pixel added to the score; and
        `scores`, float32 (2,), those of black paper and of the picture.
    """
    network = make_differentiable(model)
    network_weights = freeze_weights(network)
    first_layers, logits_of_features = split(network)
    shares, weights = quadrature()
    num_classes = model.output_shape[-1]

    @tf.function(input_signature=SIGNATURE)  # type: ignore[untyped-decorator]
    def explain(image: tf.Tensor, label: tf.Tensor, rival: tf.Tensor) -> dict[str, tf.Tensor]:
        faded = image * shares[:, np.newaxis, np.newaxis, np.newaxis]  # (steps + 2, 28, 28, 1)
        direction = tf.one_hot(label, num_classes) - tf.one_hot(rival, num_classes)
        with keras.StatelessScope(network_weights):
            with tf.GradientTape() as tape:
                features = first_layers(faded)
                tape.watch(features)
                scores = tf.linalg.matvec(logits_of_features(features), direction)
            gradients = tape.gradient(scores, features, weights)
            gradient = tf.reduce_sum(gradients, axis=0, keepdims=True)
            # Affine layers have one gradient at all steps, so they get the sum of the steps.
            images = tf.reshape(image, [1, *INPUT_SHAPE])
            with tf.GradientTape() as tape:
                tape.watch(images)
                features = first_layers(images)
            gradient = tf.reshape(tape.gradient(features, images, gradient), INPUT_SHAPE)
        attribution = tf.reshape(image * gradient, INPUT_SHAPE[:2])
        return {"attribution": attribution, "scores": scores[-2:]}

    return explain


def split(network: keras.Model) -> tuple[keras.Model, ImageFunction]:
    """Split a network after its first layers, as many as are affine.

    Returns:
        Those layers, (n, 28, 28, 1) -> (n, ...); and a function from there to logits
        (n, classes).
    """
    to_logits = logits_of(network)
    end = network if to_logits is None else to_logits
    cut = network.inputs[0]
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if not is_affine(layer) or layer.input is not cut:
            break
        cut = layer.output
    try:
        rest = keras.Model(cut, end.outputs[0])
    except ValueError:  # a connection passes the cut by
        cut, rest = network.inputs[0], end

    def call(features: tf.Tensor) -> tf.Tensor:
        outputs = rest(features, training=False)
        return logits_of_probabilities(outputs) if to_logits is None else outputs

    return keras.Model(network.inputs[0], cut), call


def is_affine(layer: keras.layers.Layer) -> bool:
    """Whether a layer that is not trained multiplies by constants and adds some, no more."""
    activation = getattr(layer, "activation", keras.activations.linear)
    return type(layer) in AFFINE and activation is keras.activations.linear


def quadrature() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return shares of ink at which to take the gradient, and their weights, which sum to 1.

    Gauss and Legendre's, after the substitution share = u ** EARLY. Paper and full ink
    come last, with weight 0: their scores are wanted, and so cost no call of their own.
    """
    nodes, weights = np.polynomial.legendre.leggauss(STEPS)
    u = (nodes + 1) / 2
    shares = [*u**EARLY, 0, 1]
    stretched = [*(weights / 2 * EARLY * u ** (EARLY - 1)), 0, 0]
    return np.array(shares, np.float32), np.array(stretched, np.float32)


def make_differentiable(model: keras.Model) -> keras.Model:
    """Copy a model, with layers whose gradients LiteRT can compute."""
    copy = keras.models.clone_model(model, clone_function=copy_layer, recursive=True)
    copy.set_weights(model.get_weights())
    return copy


def copy_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Copy a layer; ReLU and pooling get other operations of the same result."""
    if is_plain_relu(layer):
        return keras.layers.Activation(relu, name=layer.name)
    if isinstance(layer, keras.layers.MaxPooling2D):
        return MaxPooling.from_config(layer.get_config())
    if isinstance(layer, keras.layers.AveragePooling2D) and layer.padding == "valid":
        return AveragePooling.from_config(layer.get_config())
    copy = type(layer).from_config(layer.get_config())
    if getattr(copy, "activation", None) is keras.activations.relu:
        copy.activation = relu
    return copy


def is_plain_relu(layer: keras.layers.Layer) -> bool:
    """Whether a layer is max(x, 0), without slope, threshold or upper limit."""
    return isinstance(layer, keras.layers.ReLU) and (
        layer.max_value is None and not layer.negative_slope and not layer.threshold
    )


@tf.custom_gradient  # type: ignore[untyped-decorator]
def relu(x: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return max(x, 0); its gradient is a product, where TensorFlow's is a kernel of its own."""
    y = tf.nn.relu(x)
    return y, lambda upstream: upstream * tf.sign(y)


class MaxPooling(keras.layers.MaxPooling2D):  # type: ignore[misc]
    """Max pooling; of equal largest values each gets its part of the gradient."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Pool (n, height, width, channels)."""
        return tf.reduce_max(cut_patches(self, inputs), axis=3)


class AveragePooling(keras.layers.AveragePooling2D):  # type: ignore[misc]
    """Average pooling without padding."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Pool (n, height, width, channels)."""
        return tf.reduce_mean(cut_patches(self, inputs), axis=3)


def cut_patches(layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """Cut what a pooling layer pools: (n, height, width, channels) -> (n, h, w, patch, channels).

    A convolution does it, whose gradient LiteRT has, with one filter for each place of the
    patch and channel.
    """
    height, width = layer.pool_size
    channels, patch = inputs.shape[3], height * width
    if layer.padding == "same":
        below, right = (
            max((-(-side // stride) - 1) * stride + size - side, 0)
            for side, stride, size in zip(
                inputs.shape[1:3], layer.strides, layer.pool_size, strict=True
            )
        )
        sides = [[below // 2, below - below // 2], [right // 2, right - right // 2]]
        inputs = tf.pad(inputs, [[0, 0], *sides, [0, 0]], constant_values=VERY_LOW)
    filters = np.einsum(
        "ijp,cd->ijcpd", np.eye(patch).reshape(height, width, patch), np.eye(channels)
    ).reshape(height, width, channels, patch * channels)
    patches = tf.nn.conv2d(inputs, filters.astype(np.float32), layer.strides, "VALID")
    return tf.reshape(patches, [-1, *patches.shape[1:3], patch, channels])
