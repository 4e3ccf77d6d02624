"""Model files: load one and see that it fits, save one small.

model = load_model(Path("digit_model.keras"))
save_small(model, Path("copy.keras"))
"""

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from digits.preprocessing.normalization import INPUT_SHAPE
from digits.recognition.errors import (
    BrokenModelError,
    IncompatibleModelError,
    ModelNotFoundError,
    RecognizerError,
    UnsafeModelError,
)

MAX_PART_BYTES = 1 << 30  # of a part of a model file, unpacked; the largest of ours has 2.6 MB
MAX_CONFIG_BYTES = 16 << 20  # of the description of the layers; ours have 20 kB
MAX_WEIGHTS = 50_000_000  # 200 MB; the largest network of ours has 689 thousand
MAX_VALUES = 5_000_000  # from one layer for one image; ours give at most 25 thousand
# Keras' layers that hold or load code: its safe mode refuses them, we say so first.
WITH_CODE = frozenset(
    {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer"}
)


def load_model(path: Path) -> keras.Model:
    """Load a Keras model and check it; errors as for `Recognizer.load`.

    Keras' safe mode is on: no code within the file is run. What Keras would refuse, or
    would build however large it is, is looked at before, in the description of the layers.
    """
    if not path.is_file():
        raise ModelNotFoundError(f"No model at '{path}'. Run 'python train.py' to make it.")
    try:
        check_description(path)
        model = keras.models.load_model(path, compile=False, safe_mode=True)
        shapes = model.input_shape, model.output_shape
    except RecognizerError:
        raise
    except Exception as error:  # Keras raises many kinds for files it does not know
        raise BrokenModelError(
            f"'{path}' is no Keras model of this version, or damaged. Run"
            " 'python train.py' to make a new one."
        ) from error
    if not fits(*shapes):
        raise IncompatibleModelError(
            f"Expected a model from (28, 28, 1) to one probability a class. '{path}' goes"
            f" from {describe_shape(shapes[0])} to {describe_shape(shapes[1])}. Run"
            " 'python train.py' to make one."
        )
    return model


def check_description(path: Path) -> None:
    """Raise UnsafeModelError for layers with code of their own, or far too many weights.

    Other errors are those of a damaged file.
    """
    with zipfile.ZipFile(path) as archive:
        largest = max(member.file_size for member in archive.infolist())
        if largest > MAX_PART_BYTES:
            raise UnsafeModelError(
                f"Expected a model of at most {MAX_PART_BYTES >> 20} MB. '{path}' unpacks to"
                f" {largest >> 20:,} MB: it is not loaded."
            )
        with archive.open("config.json") as file:
            config = json.loads(file.read(MAX_CONFIG_BYTES))
    foreign = sorted({name for name in list_classes(config) if name})
    if foreign:
        raise UnsafeModelError(
            f"Expected a model of Keras' own layers alone. '{path}' holds code of its own"
            f" ({foreign[0][:60]}), which is not run. Run 'python train.py' to make one."
        )
    # In this scope no weight gets its memory: a few bytes may describe terabytes.
    with keras.StatelessScope(initialize_variables=False):
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    values = max((count_values(layer) for layer in model.layers), default=0)
    if model.count_params() > MAX_WEIGHTS or values > MAX_VALUES:
        raise UnsafeModelError(
            f"Expected at most {MAX_WEIGHTS:,} weights, and {MAX_VALUES:,} values from a layer."
            f" '{path}' has {model.count_params():,} and {values:,}: it is not loaded."
        )


def list_classes(config: Any) -> Iterator[str]:
    """Yield, for each object that a description names, "" or what is not Keras' own."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name, module = part.get("class_name"), part.get("module", "keras")
            if isinstance(name, str):
                is_own = module is None or str(module).split(".")[0] in ("keras", "builtins")
                yield name if name in WITH_CODE or not is_own else ""
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def count_values(layer: keras.layers.Layer) -> int:
    """Count the numbers that a layer gives for one image."""
    shapes = [tensor.shape[1:] for tensor in keras.tree.flatten(layer.output)]
    return sum(math.prod(side or 1 for side in shape) for shape in shapes)


def fits(taken: Any, given: Any) -> bool:
    """Whether shapes are those of one image and of two classes or more."""
    is_image = taken == (None, *INPUT_SHAPE)
    return is_image and len(given) == 2 and isinstance(given[1], int) and given[1] > 1


def describe_shape(shape: Any) -> str:
    """Write the shape of one input or output, or that there are several."""
    return "several arrays" if isinstance(shape, list) else str(shape[1:])


def save_small(model: keras.Model, path: Path) -> None:
    """Save a network without its optimizer, which is a third of the size, and deflated.

    A .keras file is a zip archive; Keras stores its members as they are, and reads
    them compressed as well.
    """
    bare = keras.Model.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    bare.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
