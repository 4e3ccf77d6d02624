"""The command compiles a model file, names it in the card, and says what is wrong."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from digits.files import sha256_of
from digits.recognition.compiled_model import CompiledModel
from digits.recognition.errors import UncompilableError
from digits.recognition.model_card import ModelCard
from digits.training import compile as compile_command
from tests.support.paths import PROJECT

BLANK = np.zeros((1, 28, 28, 1), np.float32)


def run(*arguments: object, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "digits.training.compile", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=False,
    )


def test_the_command_writes_the_pair_and_says_nothing(model: Path) -> None:
    before = ModelCard.load(model)
    done = run(model.name, folder=model.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    content = model.with_suffix(".tflite").read_bytes()
    after = ModelCard.load(model)
    assert after.compiled_sha256 == sha256_of(content)
    assert (after.sha256, after.figures) == (before.sha256, before.figures)
    assert {path.name for path in model.parent.iterdir()} == {
        "copy.keras",
        "copy.json",
        "copy.tflite",
    }


def test_another_output_leaves_the_card_alone(model: Path) -> None:
    card = model.with_suffix(".json").read_bytes()
    output = model.with_name("other.tflite")
    assert compile_command.main([str(model), "--output", str(output)]) == 0
    assert CompiledModel(output.read_bytes(), name=output).num_classes == 10
    assert model.with_suffix(".json").read_bytes() == card


def test_the_calibration_of_the_card_is_compiled_in(model: Path) -> None:
    _, (with_card,) = predict_compiled(model)
    model.with_suffix(".json").unlink()
    _, (without,) = predict_compiled(model)
    assert with_card < 0.99 and without == 1


def predict_compiled(model: Path) -> tuple[np.ndarray, np.ndarray]:
    assert compile_command.main([str(model)]) == 0
    return CompiledModel(model.with_suffix(".tflite").read_bytes(), name=model).predict(BLANK)


def test_a_missing_model_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compile_command.main([str(tmp_path / "none.keras")]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("digits.training.compile: No model at")


def test_errors_are_told_to_programs_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "lambda.keras"
    layers = [keras.Input((28, 28, 1)), keras.layers.Lambda(lambda x: x), keras.layers.Flatten()]
    keras.Sequential([*layers, keras.layers.Dense(10, "softmax")]).save(model)
    assert compile_command.main([str(model), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["error"] == "UnsafeModelError" and "code of its own" in report["message"]


def save(path: Path, *layers: keras.layers.Layer, shape: tuple[int, ...] = (28, 28, 1)) -> Path:
    """Save a small model, and return its path."""
    ends = [keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
    keras.Sequential([keras.Input(shape), *layers, *ends]).save(path)
    return path


def test_a_network_that_litert_cannot_run_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save(tmp_path / "small.keras", keras.layers.SimpleRNN(4), shape=(28, 28))
    assert compile_command.main([str(model)]) == 1
    assert not model.with_suffix(".tflite").exists()
    told = "LiteRT cannot run this network: it lacks the operation TensorListReserve."
    assert told in capsys.readouterr().err
    assert compile_command.main([str(model), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "UncompilableError"


@pytest.mark.parametrize("error", [ValueError("tf.Foo is wrong.\nA dump"), None])
def test_a_compiled_network_with_other_answers_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    other = save(tmp_path / "other.keras")
    assert compile_command.main([str(other)]) == 0

    def convert(*arguments: object) -> bytes:
        if error:
            raise error
        return other.with_suffix(".tflite").read_bytes()

    monkeypatch.setattr(compile_command, "convert", convert)
    told = "tf.Foo is wrong" if error else "its probabilities differ from those of Keras"
    with pytest.raises(UncompilableError, match=told):
        compile_command.compile_file(save(tmp_path / "a.keras"), tmp_path / "a.tflite")


def test_a_full_disk_is_no_fault_of_the_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(*arguments: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(compile_command, "convert", convert)
    assert compile_command.main([str(save(tmp_path / "a.keras")), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "CompileError"


def test_models_of_other_people_are_adapted_and_their_user_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save(tmp_path / "bytes.keras", keras.layers.Rescaling(1 / 255), shape=(28, 28))
    warning = "It holds a Rescaling layer: it receives 0 to 255."
    assert compile_command.main([str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"warnings": [warning]}
    assert compile_command.main([str(model)]) == 0
    assert capsys.readouterr().err == f"digits.training.compile: warning: {warning}\n"
    image = np.random.default_rng(0).random((1, 28, 28, 1), np.float32)
    compiled = CompiledModel(model.with_suffix(".tflite").read_bytes(), name=model)
    expected = keras.models.load_model(model).predict(image[..., 0] * 255, verbose=0)
    np.testing.assert_allclose(compiled.predict(image)[0], expected, atol=1e-5)


def test_gradients_that_do_not_compile_cost_the_explanation_alone(tmp_path: Path) -> None:
    model = save(tmp_path / "gelu.keras", keras.layers.Dense(4, "gelu"))
    assert compile_command.main([str(model)]) == 0
    compiled = CompiledModel(model.with_suffix(".tflite").read_bytes(), name=model)
    assert not compiled.can_explain


@pytest.mark.parametrize("arguments", [[], ["a.keras", "--output", "a.onnx"]])
def test_a_wrong_call_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_status:
        compile_command.main(arguments)
    assert exit_status.value.code == 2


def test_help_imports_no_tensorflow(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from digits.training.compile import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )
