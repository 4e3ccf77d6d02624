"""Models from people's own notebooks give what plain Keras gives for the same picture."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import layers
from scipy.special import softmax

from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import preprocess
from digits.recognition.errors import IncompatibleModelError
from digits.recognition.recognizer import Recognizer
from digits.training.keras_network import load_network
from tests.support.digit_drawings import draw
from tests.support.keras2_file import convolution, dense, flatten, input_layer, write_keras2

TOLERANCE = 1e-5
SHAPES: tuple[tuple[int, ...], ...] = ((28, 28, 1), (28, 28), (784,))
Array = npt.NDArray[np.float32]


def small(shape: tuple[int, ...] = (28, 28), end: Any = "softmax", *first: Any) -> keras.Model:
    """A dense network of one kind of input and ending, with layers before it."""
    last = layers.Dense(10, activation=end)
    return keras.Sequential([keras.Input(shape), *first, layers.Flatten(), last])


def fit(model: keras.Model, optimizer: Any = "adam", loss: Any = None) -> keras.Model:
    """Compile a model and train it for one step."""
    model.compile(optimizer, loss or "sparse_categorical_crossentropy", metrics=["accuracy"])
    shape = model.input_shape[1:] if model.built else (28, 28)
    images = np.random.default_rng(0).random((8, *shape), np.float32)
    model.fit(images, np.arange(8), batch_size=8, verbose=0)
    return model


def without_input() -> keras.Model:
    """A network that takes the shape of its input from the first batch, of 8."""
    return fit(keras.Sequential([layers.Flatten(), layers.Dense(10, activation="softmax")]))


def convolutional() -> keras.Model:
    image = keras.Input((28, 28, 1))
    x = layers.MaxPooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    x = layers.Dropout(0.5)(layers.BatchNormalization()(x))
    return keras.Model(image, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))


def of_any_size() -> keras.Model:
    image = keras.Input((None, None, 1))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(10, 5)(image))
    return keras.Model(image, layers.Activation("softmax")(x))


def within_a_model() -> keras.Model:
    """Compiled within another, as TensorFlow's tutorial for beginners ends."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return keras.Sequential([fit(small(end=None), "adam", loss), layers.Softmax()])


def ensemble() -> keras.Model:
    image = keras.Input((28, 28))
    return keras.Model(image, layers.Average()([small()(image), small()(image)]))


def normalization() -> layers.Layer:
    layer = layers.Normalization()
    layer.adapt(np.arange(256, dtype=np.float32).reshape(-1, 1, 1, 1))
    return layer


# Each takes [0, 1] and gives probabilities, unless its name says otherwise.
MODELS: dict[str, Callable[[], keras.Model]] = {
    **{f"input {shape}": lambda shape=shape: small(shape) for shape in SHAPES},  # type: ignore[misc]
    **{f"logits of {shape}": lambda shape=shape: small(shape, None) for shape in SHAPES},  # type: ignore[misc]
    "compiled, Adam": lambda: fit(small()),
    "compiled, rate": lambda: fit(small(), keras.optimizers.SGD(1e-3, momentum=0.9, nesterov=True)),
    "compiled, schedule": lambda: fit(
        small(), keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, 9))
    ),
    "compiled, RMSprop": lambda: fit(small(), "rmsprop"),
    "compiled, Nadam": lambda: fit(convolutional(), "nadam"),
    "flatten first": without_input,
    "convolutional": convolutional,
    "of any size": of_any_size,
    "within a model": within_a_model,
    "last within a model": lambda: keras.Sequential([keras.Input((28, 28)), small()]),
    "ensemble": ensemble,
    "recurrent": lambda: small((28, 28), "softmax", layers.LSTM(4)),
    "half precision": lambda: small(
        (784,), "softmax", layers.Dense(9, activation="relu", dtype="mixed_bfloat16")
    ),
    "bytes by Rescaling": lambda: small((28, 28, 1), "softmax", layers.Rescaling(1 / 255)),
    "bytes around 0": lambda: fit(
        small((28, 28), "softmax", layers.Rescaling(1 / 127.5, offset=-1))
    ),
    "logits of bytes in a model": lambda: keras.Sequential(
        [keras.Input((28, 28)), small((28, 28), None, layers.Rescaling(1 / 255))]
    ),
    "bytes by Normalization": lambda: small((28, 28, 1), "softmax", normalization()),
    "Rescaling of [0, 1]": lambda: small((28, 28, 1), "softmax", layers.Rescaling(2, offset=-1)),
}
# Tried as `.h5` files too: each kind of input, ending and structure once.
AS_H5 = (
    "input (784,)",
    "logits of (28, 28)",
    "compiled, Adam",
    "flatten first",
    "convolutional",
    "within a model",
    "bytes by Rescaling",
    "bytes by Normalization",
)


@pytest.fixture(scope="module")
def picture() -> Array:
    """A drawn digit as a model input, float32 (28, 28, 1)."""
    model_input = preprocess(draw(7))
    assert model_input is not None
    return model_input


def plain_answer(path: Path, picture: Array, name: str = "") -> Array:
    """What Keras alone gives for a picture, (classes,): probabilities."""
    model = keras.models.load_model(path, compile=False)
    shape = SHAPES[0] if None in model.input_shape[1:] else model.input_shape[1:]
    pixels = picture.reshape(1, *shape) * (255 if "bytes" in name else 1)
    answer = np.asarray(model(pixels, training=False))[0]
    return np.asarray(softmax(answer) if "logits" in name else answer)


@pytest.mark.parametrize(
    ("name", "suffix"), [(name, ".keras") for name in MODELS] + [(name, ".h5") for name in AS_H5]
)
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_model_gives_what_keras_gives(
    name: str, suffix: str, picture: Array, tmp_path: Path
) -> None:
    path = tmp_path / f"model{suffix}"
    MODELS[name]().save(path)
    network = load_network(path)
    expected = plain_answer(path, picture, name)
    together = np.stack([picture, 0 * picture, picture])
    given = np.asarray(network.model(together, training=False))
    np.testing.assert_allclose(given[0], expected, atol=TOLERANCE)
    np.testing.assert_allclose(given[2], expected, atol=TOLERANCE)
    logits = np.asarray(network.logits(together, training=False))
    np.testing.assert_allclose(softmax(logits, axis=1), given, atol=TOLERANCE)
    assert network.num_classes == 10
    assert ["receives 0 to 255" in text for text in network.warnings] == [True] * ("bytes" in name)


@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn't match")
def test_a_file_of_keras_2_gives_what_keras_3_gives(
    functional: bool, picture: Array, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    weights = {
        "conv": {"kernel": random.random((3, 3, 1, 2), np.float32), "bias": np.ones(2, np.float32)},
        "dense": {"kernel": random.random((1352, 10), np.float32), "bias": np.ones(10, np.float32)},
    }
    parts = [input_layer((28, 28, 1)), convolution("conv", 2), flatten()]
    path = tmp_path / "old.h5"
    write_keras2(path, [*parts, dense("dense", 10, "softmax")], weights, functional=functional)
    given = np.asarray(load_network(path).model(picture[np.newaxis]))[0]
    np.testing.assert_allclose(given, plain_answer(path, picture), atol=TOLERANCE)


def test_logits_keep_their_height(picture: Array, tmp_path: Path) -> None:
    """Softmax forgets it: a network's own logits tell more than the logarithm does."""
    model = small()
    model.layers[-1].set_weights([np.zeros((784, 10)), np.arange(10) * 100])
    model.save(tmp_path / "sure.keras")
    logits = np.asarray(load_network(tmp_path / "sure.keras").logits(picture[np.newaxis]))
    np.testing.assert_allclose(logits[0], np.arange(10) * 100)


def test_sigmoid_outputs_become_probabilities_by_their_odds(picture: Array, tmp_path: Path) -> None:
    path = tmp_path / "odds.keras"
    small(end="sigmoid").save(path)
    network = load_network(path)
    given = np.asarray(network.model(picture[np.newaxis]))[0]
    each = plain_answer(path, picture)
    odds = each / (1 - each)
    np.testing.assert_allclose(given, odds / odds.sum(), atol=TOLERANCE)
    assert network.warnings == ("It ends in sigmoid: its outputs are made to sum to 1.",)


def test_our_own_model_stays_as_it_is() -> None:
    network = load_network(MODEL_PATH)
    assert network.model.layers[1].name == keras.models.load_model(MODEL_PATH).layers[1].name
    assert network.warnings == ()


REFUSED: dict[str, tuple[Callable[[], keras.Model], str]] = {
    "another picture": (lambda: small((32, 32, 1)), r"\(32, 32, 1\) to \(10,\)"),
    "colours": (lambda: small((28, 28, 3)), r"goes from \(28, 28, 3\)"),
    "one output": (
        lambda: keras.Sequential([keras.Input((784,)), layers.Dense(1, activation="sigmoid")]),
        r"\(784,\) to \(1,\)",
    ),
    "rows": (
        lambda: keras.Sequential([keras.Input((28, 28)), layers.Dense(10, activation="softmax")]),
        r"to \(28, 10\)",
    ),
    "relu": (lambda: small(end="relu"), "ends in relu"),
    "two inputs": (
        lambda: keras.Model(
            [(a := keras.Input((784,))), (b := keras.Input((784,)))],
            layers.Dense(10, activation="softmax")(layers.Add()([a, b])),
        ),
        "from several arrays",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    make, words = REFUSED[name]
    make().save(tmp_path / "other.keras")
    with pytest.raises(IncompatibleModelError, match=words):
        load_network(tmp_path / "other.keras")


@pytest.mark.parametrize("count", [26, 36, 47, 62])
def test_letters_need_no_card(count: int, tmp_path: Path) -> None:
    path = tmp_path / "letters.keras"
    keras.Sequential([keras.Input((784,)), layers.Dense(count, activation="softmax")]).save(path)
    assert len(Recognizer.load(path).predict(draw(7)).probabilities) == count


def test_a_network_without_its_last_layer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.keras"
    keras.Sequential([keras.Input((784,)), layers.Dense(128, activation="softmax")]).save(path)
    with pytest.raises(IncompatibleModelError, match="has 128 outputs"):
        Recognizer.load(path)


def test_a_foreign_model_reads_and_says_what_it_receives(tmp_path: Path) -> None:
    path = tmp_path / "bytes.h5"
    fit(MODELS["bytes by Rescaling"]()).save(path)
    recognizer = Recognizer.load(path)
    assert recognizer.warning.endswith("It holds a Rescaling layer: it receives 0 to 255.")
    prediction = recognizer.predict(draw(7))
    assert prediction.model_input is not None
    expected = plain_answer(path, prediction.model_input, "bytes")
    np.testing.assert_allclose(prediction.probabilities, expected, atol=TOLERANCE)
