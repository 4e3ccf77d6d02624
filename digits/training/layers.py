"""The layers of any Keras model, as a drawing of it needs them.

    for block in describe_layers(model):
        print(block.title, block.output, block.parameters)

A layer that only normalises, bends or drops what the one before it gives is no block of
its own: convolution, batch normalisation and ReLU make one.

As a program, it writes the layers of a model file as JSON:

    python -m digits.training.layers letters.keras
"""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, TypeAlias

from digits.recognition.model_report.schema import Block, Layer

KerasModel: TypeAlias = Any  # Keras states no types, and this module does not import it

# Kinds of layers that belong to the one before them.
FOLLOWER = re.compile(
    r"Activation|(Alpha|Gaussian|Spatial)?Dropout(2D)?|GaussianNoise"
    r"|(Batch|Group|Layer)Normalization|(E|Re|LeakyRe|PRe)LU|Softmax"
)
SHOWN_SETTINGS = (  # worth telling, and how
    ("filters", "{} filters"),
    ("units", "{} outputs"),
    ("kernel_size", "{}"),
    ("pool_size", "{}"),
    ("strides", "stride {}"),
    ("rate", "{:.0%}"),
    ("activation", "{}"),
)
DEFAULTS = {("strides", "1"), ("activation", "linear")}  # not worth telling


def describe_layers(model: KerasModel) -> tuple[Block, ...]:
    """List the blocks of a model, in the order in which it computes them."""
    layers = list(model.layers)
    inputs = {layer.name: names_before(layer, layers) for layer in layers}
    takers = Counter(name for names in inputs.values() for name in names)
    blocks: list[Block] = []
    if type(layers[0]).__name__ != "InputLayer":  # a Sequential model hides it
        blocks.append(Block((Layer("input", "InputLayer", "", 0),), tuple(model.input_shape[1:])))
    before = ""  # name of the last layer
    for layer in layers:
        names = inputs[layer.name]
        one = describe_layer(layer)
        follows = names in ([before], []) and bool(blocks)
        if follows and FOLLOWER.fullmatch(one.kind) and takers[before] <= 1:
            blocks[-1] = Block((*blocks[-1].layers, one), output_of(layer), blocks[-1].inputs)
        else:
            others = () if follows else tuple(names)
            blocks.append(Block((one,), output_of(layer), others))
        before = layer.name
    return tuple(blocks)


def describe_layer(layer: Any) -> Layer:
    """Take from a Keras layer what people want to know of it."""
    config = layer.get_config()
    told = []
    for name, form in SHOWN_SETTINGS:
        value = config.get(name)
        if value is None or isinstance(value, dict):  # a dict is an object, not a setting
            continue
        if isinstance(value, list | tuple):
            value = str(value[0]) if name == "strides" else " × ".join(map(str, value))
        if (name, str(value)) not in DEFAULTS:
            told.append(form.format(value).replace("%", " %"))
    return Layer(layer.name, type(layer).__name__, ", ".join(told), count_parameters(layer))


def count_parameters(layer: Any) -> int:
    """Count a layer's weights; 0 for one that was never built."""
    try:
        return int(layer.count_params())
    except ValueError:
        return 0


def output_of(layer: Any) -> tuple[int | None, ...]:
    """Return the shape of a layer's output without the batch, () when it is not known."""
    try:
        return tuple(layer.output.shape[1:])
    except (AttributeError, ValueError):
        return ()


def names_before(layer: Any, layers: list[Any]) -> list[str]:
    """List the layers whose output a layer takes, [] where Keras does not say."""
    try:
        tensors = layer.input
        given = {id(one.output): one.name for one in layers if one is not layer}
    except (AttributeError, ValueError):
        return []
    taken = tensors if isinstance(tensors, list | tuple) else [tensors]
    return [given[id(tensor)] for tensor in taken if id(tensor) in given]


if __name__ == "__main__":
    from pydantic import TypeAdapter

    from digits.training.keras_file import load_model

    blocks = describe_layers(load_model(Path(sys.argv[1])))
    print(TypeAdapter(tuple[Block, ...]).dump_json(blocks).decode())
