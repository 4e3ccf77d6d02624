"""Model files as Keras 2 wrote them, made by hand: Keras 3 writes another description.

write_keras2(path, [input_layer((28, 28)), flatten(), dense("dense", 10, "softmax")], weights)
"""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

Weights = dict[str, dict[str, npt.NDArray[np.float32]]]  # of a layer by its name, by their names

COMMON = {"trainable": True, "dtype": "float32"}
BIASED = {
    "use_bias": True,
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
    "bias_initializer": {"class_name": "Zeros", "config": {}},
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
TRAINING = {
    "loss": "sparse_categorical_crossentropy",
    "metrics": [["accuracy"]],
    "weighted_metrics": None,
    "loss_weights": None,
    "optimizer_config": {"class_name": "Adam", "config": {"name": "Adam", "decay": 0.0}},
}


def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    """Describe a layer as Keras 2 did: without the module of its class."""
    return {"class_name": kind, "config": {"name": name, **COMMON, **config}}


def input_layer(shape: tuple[int, ...]) -> dict[str, Any]:
    """Describe an input."""
    config = {"dtype": "float32", "sparse": False, "ragged": False, "name": "input_1"}
    return {"class_name": "InputLayer", "config": {"batch_input_shape": [None, *shape], **config}}


def flatten() -> dict[str, Any]:
    """Describe a layer that makes a vector of pictures."""
    return layer("Flatten", "flatten", data_format="channels_last")


def dense(name: str, units: int, activation: str) -> dict[str, Any]:
    """Describe a dense layer."""
    return layer("Dense", name, units=units, activation=activation, **BIASED)


def convolution(name: str, filters: int) -> dict[str, Any]:
    """Describe a convolution of 3 x 3 pixels."""
    shape = {"kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "groups": 1}
    form = {"data_format": "channels_last", "dilation_rate": [1, 1], "activation": "relu"}
    return layer("Conv2D", name, filters=filters, **shape, **form, **BIASED)


def write_keras2(
    path: Path, layers: list[dict[str, Any]], weights: Weights, *, functional: bool = False
) -> None:
    """Write an `.h5` file of layers that follow each other."""
    config: dict[str, Any] = {"name": "model", "layers": layers}
    names = [part["config"]["name"] for part in layers]
    if functional:
        ends = [[names[0], 0, 0]], [[names[-1], 0, 0]]
        config |= {"input_layers": ends[0], "output_layers": ends[1]}
        for before, part in zip([None, *names], layers, strict=False):
            part |= {"name": part["config"]["name"]}
            part |= {"inbound_nodes": [[[before, 0, 0, {}]]] if before else []}
    kind = "Functional" if functional else "Sequential"
    with h5py.File(path, "w") as file:
        described = {"class_name": kind, "config": config}
        file.attrs["model_config"] = json.dumps(described).encode()
        file.attrs["training_config"] = json.dumps(TRAINING).encode()
        file.attrs["keras_version"], file.attrs["backend"] = b"2.10.0", b"tensorflow"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in names]
        group.attrs["keras_version"], group.attrs["backend"] = b"2.10.0", b"tensorflow"
        for name in names:
            arrays = {f"{name}/{key}:0": array for key, array in weights.get(name, {}).items()}
            part = group.create_group(name)
            part.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                part[key] = array
