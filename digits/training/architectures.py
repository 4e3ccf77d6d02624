"""The networks that train.py can train, by name.

    model = build_model("compact")  # (n, 28, 28, 1) in [0, 1] -> (n, 10) softmax

Built-in layers only, so that a saved model loads in Keras' safe mode.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
from keras import layers

from digits.preprocessing.normalization import INPUT_SHAPE

DEFAULT_ARCHITECTURE = "compact"

Tensor: TypeAlias = Any  # a keras.KerasTensor; Keras states no types


def build_model(architecture: str, *, num_classes: int = 10) -> keras.Model:
    """Build an untrained network.

    Args:
        architecture: a key of `BUILDERS`.
        num_classes: outputs. Defaults to 10.

    Returns:
        A model from float32 (n, 28, 28, 1) in [0, 1], bright digit on black, to
        softmax probabilities (n, num_classes).

    Raises:
        ValueError: if there is no such architecture.
    """
    if architecture not in BUILDERS:
        known = ", ".join(BUILDERS)
        raise ValueError(f"Expected an architecture of {known}. Received: {architecture}")
    image = keras.Input(INPUT_SHAPE, name="image")
    features = BUILDERS[architecture](image)
    logits = layers.Dense(num_classes, name="logits")(features)
    return keras.Model(image, layers.Softmax(name="digit")(logits), name=architecture)


def logits_of(model: keras.Model) -> keras.Model | None:
    """Return a network up to its logits (n, num_classes), sharing its weights.

    None when it has no layer of that name and shape: it is not of this project.
    """
    if "logits" not in {layer.name for layer in model.layers}:
        return None
    logits = model.get_layer("logits").output
    return keras.Model(model.input, logits) if logits.shape == model.output_shape else None


def with_no_digit(model: keras.Model) -> keras.Model:
    """Return a network to logits of one class more, sharing its weights.

    The last logit, of "no digit", is always zero: `calibration` tells why that is no
    loss.

    Raises:
        ValueError: if the network is not of this project.
    """
    network = logits_of(model)
    if network is None:
        raise ValueError("Expected a network with a layer named 'logits'.")
    return keras.Model(network.input, keras.ops.pad(network.output, [(0, 0), (0, 1)]))


def classic(image: Tensor) -> Tensor:
    """The tutorials' network: one convolution, one dense layer; 347 k parameters."""
    x = layers.Conv2D(32, 3, activation="relu")(image)
    x = layers.MaxPooling2D()(x)  # (26, 26, 32) -> (13, 13, 32)
    return layers.Dense(64, activation="relu")(layers.Flatten()(x))


def three_conv(image: Tensor) -> Tensor:
    """Three convolutions of 32, 64 and 64 filters, and a dense layer."""
    x = layers.MaxPooling2D()(layers.Conv2D(32, 3, activation="relu")(image))
    x = layers.MaxPooling2D()(layers.Conv2D(64, 3, activation="relu")(x))
    x = layers.Conv2D(64, 3, activation="relu")(x)  # (5, 5, 64) -> (3, 3, 64)
    return layers.Dense(64, activation="relu")(layers.Flatten()(x))


def batchnorm(image: Tensor) -> Tensor:
    """Three blocks of 32, 64 and 128 filters, a wide dense layer, dropout one half."""
    x = image
    for filters in (32, 64, 128):
        x = layers.MaxPooling2D()(conv_block(x, filters))
    x = layers.Dense(512, activation="relu")(layers.Flatten()(x))
    return layers.Dropout(0.5)(x)


def compact(image: Tensor) -> Tensor:
    """Our own: five narrow convolutions, averaged over the picture; 113 k parameters."""
    x = conv_block(image, 32, size=5, strides=2)  # (28, 28, 1) -> (14, 14, 32)
    x = conv_block(conv_block(x, 32), 64, strides=2)  # (14, 14, 32) -> (7, 7, 64)
    x = conv_block(conv_block(x, 64), 80)
    return layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))


def conv_block(x: Tensor, filters: int, *, size: int = 3, strides: int = 1) -> Tensor:
    """Apply a convolution, batch normalisation and ReLU."""
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    # Momentum 0.9: the means follow a one-cycle learning rate to its end.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


BUILDERS: dict[str, Callable[[Tensor], Tensor]] = {
    "classic": classic,
    "three_conv": three_conv,
    "batchnorm": batchnorm,
    "compact": compact,
}
