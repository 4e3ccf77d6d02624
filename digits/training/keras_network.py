"""Bring any Keras model into the form of this project's own.

    network = load_network(Path("mine.h5"))
    network.model     # images (n, 28, 28, 1) in [0, 1] -> softmax (n, network.num_classes)
    network.warnings  # ("It holds a Rescaling layer: it receives 0 to 255.",)

People's models take a picture as (28, 28) or (784,) too, in [0, 255] where a layer of theirs
divides, and end in softmax, in its logits, or in sigmoid. Layers before and after the model even
that out, and give what the model itself gives.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from digits.preprocessing.normalization import INPUT_SHAPE
from digits.recognition.errors import IncompatibleModelError
from digits.training.architectures import Tensor, logits_of
from digits.training.calibrated_network import SMALLEST
from digits.training.keras_file import load_model
from digits.training.keras_safety import list_layers

INPUT_SHAPES = {3: INPUT_SHAPE, 2: (28, 28), 1: (784,)}  # of one image, by its dimensions
MAX_BYTE_SCALE = 1 / 32  # of a Rescaling layer; 1/255 and 1/127.5 are common, above is for [0, 1]
# Layers that give probabilities where they receive some.
KEEPING = frozenset({"Average", "Dropout", "Flatten", "Identity", "Permute", "Reshape"})


@dataclass(frozen=True)
class LoadedNetwork:
    """A model that takes and gives what this project's own models do.

    Attributes:
        model: maps float32 (n, 28, 28, 1) in [0, 1], bright digit on black, to softmax
            (n, num_classes); the layer before the softmax is named "logits".
        warnings: sentences about it for its user.
    """

    model: keras.Model
    warnings: tuple[str, ...] = ()

    @property
    def num_classes(self) -> int:
        """Outputs of the model."""
        return int(self.model.output_shape[1])

    @property
    def logits(self) -> keras.Model:
        """The network from the same images to logits, float32 (n, num_classes)."""
        return logits_of(self.model)


def load_network(path: Path) -> LoadedNetwork:
    """Load a model file and bring it into the form of our own models.

    Raises:
        ModelNotFoundError: if there is no such file.
        BrokenModelError: if it is no Keras model, or damaged.
        UnsafeModelError: if it holds code, or is far too large.
        IncompatibleModelError: if it does not map one image to two classes or more.
    """
    return adapt(load_model(path), path)


def adapt(model: keras.Model, path: Path) -> LoadedNetwork:
    """Put layers around a model of `path`, unless it is of this project's form already.

    Raises:
        IncompatibleModelError: if it does not map one image to two classes or more.
    """
    check_shapes(model, path)
    byte_layer = find_byte_layer(model)
    if not byte_layer and is_ours(model):
        return LoadedNetwork(model)
    warnings = []
    image = x = keras.Input(INPUT_SHAPE, name="image")
    if byte_layer:
        x = layers.Rescaling(255.0)(x)
        warnings.append(f"It holds a {byte_layer} layer: it receives 0 to 255.")
    x = layers.Reshape(INPUT_SHAPES[len(model.inputs[0].shape) - 1])(x)
    ending = find_ending(model.outputs[0])
    if ending == "sigmoid":
        warnings.append("It ends in sigmoid: its outputs are made to sum to 1.")
    elif ending not in ("softmax", "linear", "log_softmax"):
        raise IncompatibleModelError(
            f"Expected a model that ends in softmax, in logits or in sigmoid. '{path}' ends in"
            f" {ending}."
        )
    network = keras.Model(model.inputs[0], before_ending(model.outputs[0], ending))
    logits = layers.Activation("linear", dtype="float32", name="logits")(network(x))
    softmax = layers.Softmax(dtype="float32", name="digit")(logits)
    return LoadedNetwork(keras.Model(image, softmax, name=model.name), tuple(warnings))


def check_shapes(model: keras.Model, path: Path) -> None:
    """Raise IncompatibleModelError unless a model maps one image to two classes or more."""
    taken = [tuple(tensor.shape[1:]) for tensor in model.inputs or ()]
    given = [tuple(tensor.shape[1:]) for tensor in model.outputs or ()]
    if not (
        len(taken) == len(given) == 1
        and takes_image(taken[0])
        and len(given[0]) == 1
        and (given[0][0] or 0) > 1
    ):
        raise IncompatibleModelError(
            "Expected a model from (28, 28, 1), (28, 28) or (784,) to one probability a class."
            f" '{path}' goes from {describe_shapes(taken)} to {describe_shapes(given)}."
        )


def takes_image(sides: tuple[int | None, ...]) -> bool:
    """Whether an input of `sides`, None where any is possible, can be one of `INPUT_SHAPES`."""
    shape = INPUT_SHAPES.get(len(sides), ())
    return bool(shape) and all(side in (None, one) for side, one in zip(sides, shape, strict=True))


def describe_shapes(shapes: list[tuple[int | None, ...]]) -> str:
    """Write the shape of one input or output, or that there are several."""
    return str(shapes[0]) if len(shapes) == 1 else "several arrays" if shapes else "no array"


def is_ours(model: keras.Model) -> bool:
    """Whether a model has our input, and a softmax of a layer named "logits"."""
    if model.input_shape != (None, *INPUT_SHAPE) or logits_of(model) is None:
        return False
    last = model.layers[-1]
    return isinstance(last, layers.Softmax) and last.input is model.get_layer("logits").output


def find_byte_layer(model: keras.Model) -> str:
    """Name the kind of layer that shows that a model takes [0, 255]; "" if none does.

    Such a layer stands before all that learns.
    """
    for layer in list_layers(model):
        if isinstance(layer, layers.Rescaling):
            return "Rescaling" if np.abs(layer.scale).max() < MAX_BYTE_SCALE else ""
        if isinstance(layer, layers.Normalization):
            return "Normalization" if np.max(layer.mean) > 1 else ""
        if layer.weights:
            break
    return ""


def find_ending(tensor: Tensor) -> str:
    """Name the activation that gave a tensor: "softmax", "linear" for logits, or another."""
    layer, given, index = origin(tensor)
    if isinstance(layer, keras.Model):
        return find_ending(layer.outputs[index])
    kind = type(layer).__name__
    if kind in KEEPING:
        return find_ending(given[0])
    if kind in ("Softmax", "Sigmoid", "ReLU"):  # layers, or functions of keras.ops
        return kind.lower()
    activation = getattr(layer, "activation", None) or keras.activations.linear
    return str(getattr(activation, "__name__", type(activation).__name__)).lower()


def before_ending(tensor: Tensor, ending: str) -> Tensor:
    """Return the logits of a tensor that a softmax or sigmoid gave; others as they are."""
    if ending not in ("softmax", "sigmoid"):
        return tensor
    layer, given, index = origin(tensor)
    if isinstance(layer, keras.Model) and len(given) == 1:
        inner = keras.Model(layer.inputs[0], before_ending(layer.outputs[index], ending))
        return inner(given[0])
    if type(layer).__name__ in ("Softmax", "Sigmoid", "Activation"):
        return given[0]
    if hasattr(layer, "activation") and len(given) == 1:
        linear = type(layer).from_config({**layer.get_config(), "activation": "linear"})
        logits = linear(given[0])
        linear.set_weights(layer.get_weights())
        return logits
    # Probabilities that no single layer gave, such as a mean of several networks'.
    logits = keras.ops.log(keras.ops.maximum(tensor, SMALLEST))
    if ending == "softmax":
        return logits
    return logits - keras.ops.log(keras.ops.maximum(1 - tensor, SMALLEST))


def origin(tensor: Tensor) -> tuple[Any, list[Tensor], int]:
    """Return the layer that gave a tensor, what the layer took, and which output it is."""
    layer, node, index = tensor._keras_history
    return layer, layer._inbound_nodes[node].input_tensors, index
