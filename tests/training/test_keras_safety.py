"""Model files that hold code, point elsewhere or would fill the memory are refused unopened."""

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from digits.recognition.errors import BrokenModelError, RecognizerError, UnsafeModelError
from digits.training import keras_safety
from digits.training.keras_file import load_model
from tests.support.keras2_file import dense, flatten, input_layer, layer, write_keras2

CODE = "holds code of its own"
ELSEWHERE = "takes some from elsewhere"
HUGE = "it is not loaded"
DAMAGED = "is no Keras model of this version, or damaged"
WEIGHTS = {"dense": {"kernel": np.ones((784, 10), "f4"), "bias": np.zeros(10, "f4")}}
KERNEL = "model_weights/dense/dense/kernel:0"


class Harmful:
    """Writes a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("open('harm-was-done', 'w')",)


def write_h5(path: Path, *more: dict[str, Any]) -> None:
    """Write a network of Keras 2, with some layers more."""
    parts = [input_layer((28, 28)), flatten(), *more, dense("dense", 10, "softmax")]
    write_keras2(path, parts, WEIGHTS)


def changed(change: Callable[[h5py.File], None]) -> Callable[[Path], None]:
    """Return what writes a network of Keras 2 and changes the file."""

    def write(path: Path) -> None:
        write_h5(path)
        with h5py.File(path, "a") as file:
            change(file)

    return write


def with_kernel(make: Callable[[h5py.File], object]) -> Callable[[Path], None]:
    """Return what writes a network of Keras 2 with another kernel in its place."""

    def change(file: h5py.File) -> None:
        del file[KERNEL]
        make(file)

    return changed(change)


def link_to(target: object) -> Callable[[Path], None]:
    return with_kernel(lambda file: file.__setitem__(KERNEL, target))


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((784, 10), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "weights", (784, 10), "f4")
    file.create_virtual_dataset(KERNEL, layout)


def list_often(file: h5py.File) -> None:
    """List one array of 31 kB so often that all would take 125 MB."""
    name = b"dense/kernel:0"
    file["model_weights/dense"].attrs["weight_names"] = np.array([name] * 4000)


def share_names(file: h5py.File) -> None:
    """List names of variable length, of 2 MB each."""
    names = ["dense/kernel:0" + " " * 2_000_000] + ["x"] * 999
    file["model_weights/dense"].attrs.create("weight_names", names, dtype=h5py.string_dtype())


def other_config(config: Any) -> Callable[[Path], None]:
    return changed(lambda file: file.attrs.__setitem__("model_config", config))


LAMBDA = layer("Lambda", "code", function=["4wEAAAA=", None, None], function_type="lambda")
MINE = layer("Mine>Layer", "mine")
WIDE = layer("UpSampling1D", "wide", size=9_999_999)
H5: dict[str, tuple[Callable[[Path], object], str]] = {
    "a lambda": (lambda path: write_h5(path, LAMBDA), CODE),
    "a class": (lambda path: write_h5(path, MINE), CODE),
    "an operation of TensorFlow": (lambda path: write_h5(path, layer("TFOpLambda", "x")), CODE),
    "a function": (lambda path: write_h5(path, layer("deserialize", "x")), CODE),
    "a type": (lambda path: other_config('{"class_name": "TypeSpec", "config": {}}')(path), CODE),
    "a lambda in a list": (
        lambda path: write_h5(path, layer("TimeDistributed", "x", layer=LAMBDA)),
        CODE,
    ),
    "a pickle": (lambda path: path.write_bytes(pickle.dumps(Harmful())), DAMAGED),
    "a model as a pickle": (
        lambda path: other_config(np.void(pickle.dumps(Harmful())))(path),
        DAMAGED,
    ),
    "a billion outputs": (
        lambda path: write_keras2(path, [input_layer((784,)), dense("x", 10**9, "relu")], {}),
        HUGE,
    ),
    "a huge layer between": (
        lambda path: write_keras2(path, [input_layer((28, 28)), WIDE], {}),
        HUGE,
    ),
    "a link to a file": (link_to(h5py.ExternalLink("/etc/hostname.h5", "/")), ELSEWHERE),
    "a link within": (link_to(h5py.SoftLink("/model_weights/dense")), ELSEWHERE),
    "an array in a file": (
        with_kernel(
            lambda file: file.create_dataset(
                KERNEL, (784, 10), "f4", external=[("/etc/hostname", 0, 31360)]
            )
        ),
        ELSEWHERE,
    ),
    "an array of other arrays": (with_kernel(virtual), ELSEWHERE),
    "an array that unpacks": (
        with_kernel(
            lambda file: file.create_dataset(
                KERNEL, (1 << 40,), "f4", chunks=(1 << 20,), compression="gzip"
            )
        ),
        HUGE,
    ),
    "an array listed often": (changed(list_often), "unpacks to"),
    "names that unpack": (changed(share_names), "unpacks to"),
    "an array that is missing": (with_kernel(lambda file: None), DAMAGED),
    "an array of texts": (
        with_kernel(lambda file: file.create_dataset(KERNEL, data=[b"x"] * 10)),
        DAMAGED,
    ),
    "no model": (changed(lambda file: file.attrs.__delitem__("model_config")), "weights only"),
    "a description that is a number": (other_config(7), DAMAGED),
    "a description nested deep": (other_config("[" * 60_000), DAMAGED),
    "another class": (other_config('{"class_name": "Sequential", "config": []}'), DAMAGED),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder where harm would show."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", H5)
def test_an_h5_file_that_may_not_be_opened_is_refused(
    name: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_safety, "MAX_PART_BYTES", 64 << 20)
    write, words = H5[name]
    path = elsewhere / "model.h5"
    write(path)
    with pytest.raises(RecognizerError) as refused:
        load_model(path)
    assert words in str(refused.value) and "\n" not in str(refused.value)
    assert [item.name for item in elsewhere.iterdir()] == ["model.h5"]


def test_the_h5_file_without_a_change_is_loaded(elsewhere: Path) -> None:
    """What is refused above is refused for its fault alone."""
    write_h5(elsewhere / "model.h5")
    assert load_model(elsewhere / "model.h5").output_shape == (None, 10)


def test_a_cut_h5_file_is_refused(elsewhere: Path) -> None:
    write_h5(elsewhere / "model.h5")
    content = (elsewhere / "model.h5").read_bytes()
    for size in (0, 8, 600, len(content) // 2, len(content) - 1):
        (elsewhere / "cut.h5").write_bytes(content[:size])
        with pytest.raises(BrokenModelError, match=DAMAGED):
            load_model(elsewhere / "cut.h5")


def test_a_large_h5_file_is_refused_unopened(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_safety, "MAX_PART_BYTES", 1 << 20)
    (elsewhere / "model.h5").write_bytes(bytes(3 << 20))
    with pytest.raises(UnsafeModelError, match="at most 1 MB.*unpacks to 3 MB"):
        load_model(elsewhere / "model.h5")


def test_a_lambda_or_a_class_of_ones_own_is_refused(elsewhere: Path) -> None:
    @keras.saving.register_keras_serializable("mine")
    class Mine(layers.Dense):  # type: ignore[misc]
        """A layer that nobody else has."""

    path = elsewhere / "model.keras"
    for code in (layers.Lambda(lambda x: x), Mine(3)):
        keras.Sequential([keras.Input((784,)), code, layers.Dense(10)]).save(path)
        with pytest.raises(UnsafeModelError, match=CODE):
            load_model(path)


def test_a_packed_array_that_unpacks_is_refused(elsewhere: Path) -> None:
    path, weights = elsewhere / "model.keras", elsewhere / "w.h5"
    keras.Sequential([keras.Input((784,)), layers.Dense(10)]).save(path)
    with h5py.File(weights, "w") as file:
        file.create_dataset("vars/0", (1 << 40,), "f4", chunks=(1 << 20,), compression="gzip")
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config)
        archive.write(weights, keras_safety.WEIGHTS_MEMBER)
    with pytest.raises(UnsafeModelError, match="unpacks to 4,194,304 MB"):
        load_model(path)


def test_a_layer_used_twice_and_within_a_model_is_measured(elsewhere: Path) -> None:
    """Keras does not tell the output of a layer that is used twice."""
    image = keras.Input((28, 28, 1))
    wide = layers.UpSampling2D(100)
    x = layers.GlobalAveragePooling2D()(layers.Add()([wide(image), wide(image)]))
    inner = keras.Model(image, layers.Dense(10)(x))
    path = elsewhere / "model.keras"
    keras.Sequential([keras.Input((28, 28, 1)), inner]).save(path)
    with pytest.raises(UnsafeModelError, match="and 7,840,000"):
        load_model(path)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_what_training_needed_is_not_looked_at(elsewhere: Path) -> None:
    """A loss of one's own plays no part in predictions."""
    path = elsewhere / "model.keras"
    model = keras.Sequential([keras.Input((784,)), layers.Dense(10)])
    model.compile(loss=lambda truth, given: given)
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("config.json"))["compile_config"]["loss"]
    assert load_model(path).output_shape == (None, 10)


def test_a_saved_model_is_refused_as_a_program(elsewhere: Path) -> None:
    (elsewhere / "saved").mkdir()
    (elsewhere / "saved" / "saved_model.pb").write_bytes(b"")
    for path in (elsewhere / "saved", elsewhere / "saved" / "saved_model.pb"):
        with pytest.raises(UnsafeModelError, match=r"a program that is not run.*model\.keras"):
            load_model(path)
