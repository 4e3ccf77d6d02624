"""A compiled model answers as Keras does, from any number of threads."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import preprocess, to_model_input
from digits.recognition.compiled_model import CHUNK_SIZE, CompiledModel
from digits.recognition.errors import BrokenModelError, IncompatibleModelError
from digits.recognition.interpreters import RunnerPool
from digits.recognition.model_card import ModelCard
from digits.training.attribution import trace_attribution
from digits.training.calibrated_network import calibrate_network
from digits.training.compile import compile_model
from digits.training.keras_file import load_model
from digits.training.litert import convert
from tests.support.digit_drawings import DIGITS, draw
from tests.support.paths import PROJECT

TOLERANCE = 1e-5  # of a probability
THREADS = 8

Images = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def keras_model() -> keras.Model:
    return load_model(MODEL_PATH)


@pytest.fixture(scope="module")
def content(keras_model: keras.Model) -> bytes:
    card = ModelCard.load(MODEL_PATH)
    return compile_model(keras_model, temperature=card.temperature, reject_logit=card.reject_logit)


@pytest.fixture(scope="module")
def compiled(content: bytes) -> CompiledModel:
    return CompiledModel(content, name="shipped")


@pytest.fixture(scope="module")
def images(mnist_digits: npt.NDArray[np.uint8]) -> Images:
    """Real and drawn digits in several places and strengths, and noise: (339, 28, 28, 1)."""
    real = np.stack([to_model_input(digit) for digit in mnist_digits])
    inked = [preprocess(draw(digit)) for digit in DIGITS]
    drawn = np.stack([image for image in inked if image is not None])
    shown = np.concatenate([real, drawn])
    moved = [np.roll(shown, (down, right), (1, 2)) for down in (-2, 0, 2) for right in (-2, 0, 2)]
    noise = np.random.default_rng(0).random((39, 28, 28, 1), np.float32)
    return np.concatenate([*moved, shown[:30] * np.float32(0.4), noise])


def test_predictions_are_those_of_keras(
    compiled: CompiledModel, keras_model: keras.Model, images: Images
) -> None:
    card = ModelCard.load(MODEL_PATH)
    network = calibrate_network(
        keras_model, temperature=card.temperature, reject_logit=card.reject_logit
    )
    expected = network.predict(tf.constant(images))
    probabilities, shares = compiled.predict(images)
    np.testing.assert_allclose(probabilities, expected["probabilities"], atol=TOLERANCE)
    np.testing.assert_allclose(shares, expected["in_distribution_probability"], atol=TOLERANCE)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_no_temperature_gives_the_models_own_probabilities(
    keras_model: keras.Model, images: Images
) -> None:
    content = compile_model(keras_model, temperature=1.0, reject_logit=None)
    probabilities, shares = CompiledModel(content, name="plain").predict(images)
    np.testing.assert_allclose(probabilities, keras_model(images), atol=TOLERANCE)
    np.testing.assert_array_equal(shares, 1)


def test_explanations_are_those_of_tensorflow(
    compiled: CompiledModel, keras_model: keras.Model, images: Images
) -> None:
    explain = trace_attribution(keras_model)
    for image, label, rival in zip(images[:20], range(20), range(3, 23), strict=True):
        expected = explain(image, label % 10, rival % 10)
        attribution, scores = compiled.explain(image, label=label % 10, rival=rival % 10)
        np.testing.assert_allclose(attribution, expected["attribution"], atol=1e-5)
        np.testing.assert_allclose(scores, expected["scores"], atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 2, CHUNK_SIZE, CHUNK_SIZE + 1, 339])
def test_a_batch_of_any_size_is_answered_as_its_images_are(
    compiled: CompiledModel, images: Images, count: int
) -> None:
    probabilities, shares = compiled.predict(images[:count])
    assert probabilities.shape == (count, 10) and shares.shape == (count,)
    assert probabilities.dtype == shares.dtype == np.float32
    for image, row, share in list(zip(images, probabilities, shares, strict=False))[::7]:
        (alone,), (share_alone,) = compiled.predict(image[np.newaxis])
        np.testing.assert_allclose(row, alone, atol=1e-6)
        assert share == pytest.approx(share_alone, abs=1e-6)


def test_threads_get_the_answers_that_one_thread_gets(content: bytes, images: Images) -> None:
    """One interpreter shared by threads gives wrong answers without an error."""
    model = CompiledModel(content, name="shared")
    sizes = [1, 3, 40, 1, 17, 100]
    parts = [images[(7 * n) % 200 :][: sizes[n % len(sizes)]] for n in range(60)]
    maps = [(images[n], n % 10, (n + 1) % 10) for n in range(12)]
    expected = [model.predict(part) for part in parts]
    expected_maps = [model.explain(image, label=a, rival=b) for image, a, b in maps]
    start = threading.Barrier(THREADS)

    def work(seed: int) -> None:
        start.wait(timeout=60)
        for n in np.random.default_rng(seed).permutation(len(parts)):
            for answer, right in zip(model.predict(parts[n]), expected[n], strict=True):
                np.testing.assert_array_equal(answer, right)
        for n in range(seed % 4, len(maps), 4):
            image, label, rival = maps[n]
            answers = model.explain(image, label=label, rival=rival)
            for answer, right in zip(answers, expected_maps[n], strict=True):
                np.testing.assert_array_equal(answer, right)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, seed) for seed in range(THREADS)]:
            done.result(timeout=120)


def test_a_pool_makes_no_more_than_its_limit_and_each_serves_one_at_a_time() -> None:
    made: list[int] = []
    in_use: list[int] = []

    def start() -> int:
        made.append(len(made))
        return made[-1]

    pool: Any = RunnerPool(cast(Any, start), limit=2)

    def work(_: int) -> None:
        with pool.borrow() as runner:
            assert runner not in in_use
            in_use.append(runner)
            threading.Event().wait(0.001)
            in_use.remove(runner)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(100)))
    assert 1 <= len(made) <= 2


def test_an_interpreter_that_failed_is_not_used_again_and_its_place_is_free() -> None:
    made = iter(range(100))
    pool: Any = RunnerPool(cast(Any, made.__next__), limit=1)
    for expected in range(3):
        with pytest.raises(RuntimeError), pool.borrow() as runner:
            assert runner == expected
            raise RuntimeError


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "start"])
def test_a_damaged_file_is_a_broken_model(content: bytes, damage: str) -> None:
    damaged = {
        "cut": content[: len(content) // 2],
        "empty": b"",
        "text": b"no model at all" * 100,
        "start": bytes(200) + content[200:],
    }
    with pytest.raises(BrokenModelError, match="'copy.keras'"):
        CompiledModel(damaged[damage], name="copy.keras")


def test_a_foreign_tflite_file_is_incompatible() -> None:
    module = tf.Module()
    module.double = tf.function(
        lambda x: {"twice": 2 * x}, input_signature=[tf.TensorSpec((2,), tf.float32, name="x")]
    )
    content = convert(module, {"double": module.double})
    with pytest.raises(IncompatibleModelError, match="other signatures"):
        CompiledModel(content, name="foreign.tflite")


def test_weights_that_are_no_numbers_are_a_broken_model(keras_model: keras.Model) -> None:
    broken = keras.models.clone_model(keras_model)
    broken.set_weights([np.full_like(value, np.nan) for value in keras_model.get_weights()])
    content = compile_model(broken, temperature=1.0, reject_logit=None)
    with pytest.raises(BrokenModelError, match="sum to 1"):
        CompiledModel(content, name="nan.keras")


@pytest.fixture
def compiled_path(content: bytes, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    yield path


PROGRAM = """
import os, sys, threading
from pathlib import Path
import numpy as np
from digits.recognition.compiled_model import CompiledModel
content = Path(sys.argv[1]).read_bytes()
is_done = threading.Event()
def talk():
    while not is_done.wait(0.0005):
        os.write(1, b"x")
        if is_open: os.write(2, b"said\\n")
is_open = sys.argv[2] == "open"
if not is_open:
    os.close(2)
thread = threading.Thread(target=talk)
thread.start()
model = CompiledModel(content, name="model")
print(model.explain(np.zeros((28, 28, 1), np.float32), label=1, rival=2)[0].sum())
is_done.set()
thread.join()
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""


@pytest.mark.parametrize("stderr", ["open", "closed"])
def test_nothing_is_written_to_stderr_and_nothing_of_others_is_lost(
    compiled_path: Path, stderr: str
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(compiled_path), stderr],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=PROJECT,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert set(run.stderr.split()) <= {"said"}
    if stderr == "open":
        assert run.stderr.count("said") == run.stdout.count("x") > 0
