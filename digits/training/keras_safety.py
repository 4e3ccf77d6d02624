"""Check a model file before Keras opens it: built-in layers only, of a reasonable size.

    description = load_description(path)
    check_description(description, path)

A `.keras` file is a zip archive with the layers in `config.json`; an `.h5` file has them in an
attribute, in the form that Keras 2 wrote.
"""

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras

from digits.recognition.errors import BrokenModelError, UnsafeModelError

Description = dict[str, Any]  # class and configuration of a model, as its file has them

MAX_PART_BYTES = 1 << 30  # of a part of a model file, unpacked; the largest of ours has 2.6 MB
MAX_CONFIG_BYTES = 16 << 20  # of the description of the layers; ours have 20 kB
MAX_WEIGHTS = 50_000_000  # 200 MB; the largest network of ours has 689 thousand
MAX_VALUES = 5_000_000  # from one layer for one image; ours give at most 25 thousand
WEIGHTS_MEMBER = "model.weights.h5"  # of a .keras file
# Keras' layers that hold or load code: its safe mode refuses them, we say so first.
WITH_CODE = frozenset(
    {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer"}
)
# Where Keras finds the classes that a description names without their module.
PUBLIC_MODULES = (keras, keras.layers, keras.initializers, keras.regularizers, keras.constraints)


def is_h5(path: Path) -> bool:
    """Whether Keras takes the file for one of Keras 2's format, which is by its name."""
    return path.suffix in (".h5", ".hdf5")


def load_description(path: Path) -> Description:
    """Load the layers that a model file names; those of the training loop are left out.

    Raises:
        UnsafeModelError: if the file unpacks to too much, or its weights lie elsewhere.
        BrokenModelError: if the file holds weights only.
        Exception: of many kinds, if the file is damaged.
    """
    if is_h5(path):
        check_unpacked_size(path.stat().st_size, path)
        with h5py.File(path, "r") as file:
            check_h5(file, path)
            if "model_config" not in file.attrs:
                raise BrokenModelError(
                    f"Expected a whole model in '{path}', which holds weights only. Save it with"
                    " model.save('model.keras')."
                )
            config: str | bytes = file.attrs["model_config"]
        description = json.loads(config[:MAX_CONFIG_BYTES])
    else:
        with zipfile.ZipFile(path) as archive:
            check_unpacked_size(max(member.file_size for member in archive.infolist()), path)
            with archive.open("config.json") as file:
                description = json.loads(file.read(MAX_CONFIG_BYTES))
            with archive.open(WEIGHTS_MEMBER) as member, h5py.File(member, "r") as file:
                check_h5(file, path)
    # Prediction needs no optimizer, loss or metrics, so these may be anybody's.
    return {key: value for key, value in description.items() if key != "compile_config"}


def check_unpacked_size(size: int, path: Path) -> None:
    """Raise UnsafeModelError if `size`, in bytes, is more than `MAX_PART_BYTES`."""
    if size > MAX_PART_BYTES:
        raise UnsafeModelError(
            f"Expected a model of at most {MAX_PART_BYTES >> 20} MB. '{path}' unpacks to"
            f" {size >> 20:,} MB: it is not loaded."
        )


def check_h5(file: h5py.File, path: Path) -> None:
    """Raise UnsafeModelError if reading weights would open other files or fill the memory."""
    links: list[object] = []
    items: list[h5py.Group | h5py.Dataset] = [file]
    file.visititems_links(lambda _, link: links.append(link))
    file.visititems(lambda _, item: items.append(item))
    if not all(isinstance(link, h5py.HardLink) for link in links) or any(
        isinstance(item, h5py.Dataset) and (item.is_virtual or item.external) for item in items
    ):
        raise UnsafeModelError(
            f"Expected all weights in one file. '{path}' takes some from elsewhere: it is not"
            " loaded."
        )
    check_unpacked_size(sum(map(count_bytes, items)), path)


def count_bytes(item: h5py.Group | h5py.Dataset) -> int:
    """Count the memory that reading takes, however little room it has in the file.

    A group counts the arrays that it lists: it may list one a million times.
    """
    size = count_values_bytes(item)
    for name in item.attrs:
        stored = item.attrs.get_id(name)
        # Elements of variable length lie elsewhere in the file, maybe all at one place.
        side = item.file.id.get_filesize() if stored.dtype.hasobject else stored.dtype.itemsize
        size += math.prod(stored.shape) * side if stored.shape else 0
        if size <= MAX_PART_BYTES and name.startswith("weight_names"):
            size += sum(count_values_bytes(item[weight]) for weight in item.attrs[name])
    return size


def count_values_bytes(item: h5py.Group | h5py.Dataset) -> int:
    """Count the bytes of an array's values, unpacked; 0 for a group."""
    if not isinstance(item, h5py.Dataset):
        return 0
    return math.prod(item.shape or ()) * item.dtype.itemsize


def check_description(description: Description, path: Path) -> None:
    """Raise UnsafeModelError for layers with code of their own, or far too many weights.

    Other errors are those of a damaged file.
    """
    foreign = sorted({name for name in list_classes(description) if name})
    if foreign:
        raise UnsafeModelError(
            f"Expected a model of Keras' own layers alone. '{path}' holds code of its own"
            f" ({foreign[0][:60]}), which is not run. Run 'python train.py' to make one."
        )
    # In this scope no weight gets its memory: a few bytes may describe terabytes.
    with keras.StatelessScope(initialize_variables=False):
        model = build(description, legacy=is_h5(path))
    values = max((count_values(layer) for layer in list_layers(model)), default=0)
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
            name = part.get("class_name")
            if isinstance(name, str):
                yield "" if is_own(name, part) and name not in WITH_CODE else name
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def is_own(name: str, part: Description) -> bool:
    """Whether Keras itself has the class `name` of one object in a description."""
    if "module" in part:
        return str(part["module"]).split(".")[0] in ("keras", "builtins")
    # Names such as __tensor__ are Keras' words for values; Keras 2 had the other two.
    if name.startswith("__") or name in ("Functional", "Policy"):
        return True
    return any(isinstance(getattr(module, name, None), type) for module in PUBLIC_MODULES)


def build(description: Description, *, legacy: bool) -> keras.Model:
    """Build the model that a description states, without its values and optimizers.

    Args:
        description: of the whole model.
        legacy: whether it has the form of an `.h5` file.
    """
    bare = without_training(description)
    if not legacy:
        return keras.saving.deserialize_keras_object(bare, safe_mode=True)
    kind = keras.Sequential if bare["class_name"] == "Sequential" else keras.Model
    return kind.from_config(bare["config"])


def without_training(config: Any) -> Any:
    """Copy a description without the training settings of models within the model."""
    if isinstance(config, dict):
        items = config.items()
        return {key: without_training(value) for key, value in items if key != "compile_config"}
    if isinstance(config, list):
        return [without_training(value) for value in config]
    return config


def list_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield all layers, those of models within the model too, from input to output."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from list_layers(layer)
        else:
            yield layer


def count_values(layer: keras.layers.Layer) -> int:
    """Count the numbers that a layer gives for one image, in the largest of its uses."""
    return max(
        (
            sum(math.prod(side or 1 for side in tensor.shape[1:]) for tensor in node.output_tensors)
            for node in layer._inbound_nodes  # `layer.output` fails for a layer used twice
        ),
        default=0,
    )
