"""A short real training: what it writes, and what a kill or bad data leave behind."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from digits.classes import DIGIT_CLASSES
from digits.commands import train
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition import compiled_files
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.model_report.files import read_history
from digits.recognition.recognizer import Recognizer
from digits.training import compile as compile_command
from digits.training import config, trainer
from digits.training import finished as finished_files
from digits.training.architectures import BUILDERS
from digits.training.checkpoints import list_states
from digits.training.config import FINE_TUNE, TrainConfig
from digits.training.keras_engine import load_keras
from digits.training.keras_file import save_small
from digits.training.options import TrainOptions
from tests.conftest import copy_model
from tests.support.paths import PROJECT

QUICK = ["--architecture", "classic"]  # what is not about a network learns with the smallest
LAST_LINE = r"test accuracy 0\.\d{4}  test loss \d+\.\d{4}  1 epochs  \d+ s  seed 0"


def test_training_writes_model_card_compiled_form_and_reports(
    data: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = tmp_path / "quick.keras"
    assert train.main([*data, "--epochs", "1", "--output", str(output)]) == 0
    assert re.fullmatch(LAST_LINE, capsys.readouterr().out.splitlines()[-1])
    names = {f"quick.{ending}" for ending in ("keras", "json", "tflite")}
    assert {path.name for path in tmp_path.iterdir()} == names | {"reports"}
    folder = tmp_path / "reports" / "quick"
    (epoch,) = read_history(folder, sha256=sha256_of(output))
    assert epoch.epoch == 1 and 0 <= epoch.val_accuracy <= 1 and epoch.loss > 0
    pictures = {path.name for path in folder.glob("*.png")}
    assert pictures == {
        "training_curves.png",
        "confusion_matrix.png",
        "samples.png",
        "mistakes.png",
    }
    for name in pictures:
        with Image.open(folder / name) as picture:
            assert picture.width > 500
    model = keras.models.load_model(output)
    assert not model.compiled
    outputs = np.asarray(model(np.zeros((1, 28, 28, 1), np.float32)))
    assert outputs.shape == (1, 10) and outputs.sum() == pytest.approx(1, abs=1e-5)
    card = ModelCard.load(output)
    assert {"mnist_validation_accuracy", "pendigits_validation_accuracy"} < set(card.figures)
    digits = 480 + 270 * TrainConfig().renders_per_drawing
    assert card.training["images"] == digits + round(TrainConfig().outliers * digits)
    assert card.reject_logit == 0
    monkeypatch.setattr(compiled_files, "find_entry", None)  # the pair is there
    recognizer = Recognizer.load(output)
    assert recognizer.warning == ""
    blank = np.zeros((1, 28, 28, 1), np.float32)
    for one, other in zip(
        recognizer.engine.predict(blank), load_keras(output, card).predict(blank), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)

    monkeypatch.setattr("digits.training.plots.write_reports", lambda folder, **about: None)
    before = output.with_suffix(".tflite").read_bytes()
    tune = ["--from", str(output), "--output", str(output), "--epochs", "1"]
    assert train.main([*data[:2], "--no-pendigits", *tune]) == 0
    assert Recognizer.load(output).card.training["learnt_on"]["sha256"] == card.sha256
    assert output.with_suffix(".tflite").read_bytes() != before


@pytest.mark.usefixtures("no_pictures")
def test_a_network_that_cannot_be_compiled_is_still_written(
    data: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*arguments: object) -> None:
        raise ValueError("no such kernel")

    monkeypatch.setattr(compile_command, "convert", refuse)
    output = tmp_path / "new.keras"
    output.with_suffix(".tflite").write_bytes(b"of an earlier model")
    arguments = [*data[:2], "--no-pendigits", *QUICK, "--epochs", "1", "--output", str(output)]
    assert train.main(arguments) == 0
    printed = capsys.readouterr()
    assert re.fullmatch(LAST_LINE, printed.out.splitlines()[-1])
    assert printed.err.count("train.py: ") == 1
    assert "no compiled form" in printed.err and "no such kernel" in printed.err
    assert ModelCard.load(output).compiled_sha256 == ""
    assert not output.with_suffix(".tflite").exists()


@pytest.mark.parametrize("moves", [0, 1, 2, 3])
def test_a_kill_between_the_files_leaves_no_wrong_pair(
    moves: int, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    finished = copy_model(state / "finished.keras")
    network = finished.read_bytes() + b" "
    finished.write_bytes(network)
    finished.with_suffix(".tflite").write_bytes(b"the new one")
    card = ModelCard.load(model)
    dataclasses.replace(
        card, sha256=sha256_of(network), compiled_sha256=sha256_of(b"the new one")
    ).write(finished)
    left = iter(range(moves))

    def move(source: Path, place: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        source.replace(place)

    monkeypatch.setattr(finished_files, "replace", move)
    with suppress(KeyboardInterrupt):
        finished_files.replace_model(finished, model)
    content = model.read_bytes()
    written: ModelCard | None = None
    with suppress(CardError):
        written = ModelCard.load(model)
    pair = compiled_files.read_pair(model, content, written)
    earlier = MODEL_PATH.with_suffix(".tflite").read_bytes()
    assert pair == {0: earlier, 1: None, 2: None, 3: b"the new one"}[moves]


@pytest.mark.usefixtures("no_pictures", "not_compiled")
def test_the_seed_reproduces_a_run_and_another_does_not(data: list[str], tmp_path: Path) -> None:
    options = [*data[:2], *QUICK, "--epochs", "1", "--no-pendigits"]
    weights = []
    for name, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        output = tmp_path / f"{name}.keras"
        assert train.main([*options, "--seed", seed, "--output", str(output)]) == 0
        arrays = keras.models.load_model(output).get_weights()
        weights.append(np.concatenate([array.ravel() for array in arrays]))
    np.testing.assert_allclose(weights[0], weights[1], atol=1e-4)
    assert np.abs(weights[0] - weights[2]).max() > 1e-2


@pytest.mark.usefixtures("no_pictures", "not_compiled")
def test_a_killed_run_is_resumed_where_its_last_epoch_ended(
    data: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "killed.keras"
    arguments = [*data, *QUICK, "--epochs", "3", "--output", str(output)]
    command = [sys.executable, "train.py", *arguments]
    state = tmp_path / "killed.training"
    run = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list_states(state) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert list_states(state) and not output.exists()
    history = state / "history.csv"
    finished = len(history.read_text().splitlines()) - 1 if history.exists() else 0
    assert finished < 3

    assert train.main([*arguments, "--seed", "5", "--resume"]) == 1  # other arguments
    assert train.main([*arguments, "--resume"]) == 0
    assert ModelCard.load(output).training["config"]["epochs"] == 3
    assert not state.exists()


def test_ctrl_c_leaves_the_earlier_model_untouched(
    data: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "kept.keras"
    output.write_bytes(b"the earlier model")

    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "train_network", interrupt)
    assert train.main([*data[:2], "--no-pendigits", "--output", str(output)]) == 130
    assert output.read_bytes() == b"the earlier model"
    assert "--resume" in capsys.readouterr().err


def test_training_starts_from_another_model_of_the_same_kind(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = trainer.make_model("classic", DIGIT_CLASSES)
    save_small(start, tmp_path / "start.keras")
    copy = trainer.make_model("classic", DIGIT_CLASSES, start=tmp_path / "start.keras")
    for original, copied in zip(start.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(original, copied)
    output = str(tmp_path / "new.keras")
    arguments = [*data[:2], "--no-pendigits", "--no-augmentation"]
    arguments += ["--from", str(tmp_path / "start.keras")]
    assert train.main([*arguments, "--output", output]) == 1
    assert "Expected a 'compact' model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--mnist", "{tmp}/broken.npz"], 1, "Expected MNIST in"),
        (["--mnist", "gone.npz"], 2, "there is no 'gone.npz'"),
        (["--epochs", "0"], 2, "above 0, received '0'"),
        (["--epochs", "many"], 2, "invalid whole number value: 'many'"),
        (["--learning-rate", "nan"], 2, "above 0, received 'nan'"),
        (["--output", "model.h5"], 2, "ending in .keras"),
        (["--architecture", "resnet"], 2, "invalid choice: 'resnet'"),
        (["--resume", "--output", "{tmp}/new.keras"], 1, "no run to resume"),
        (["--no-pendigits", "--pendigits", "{tmp}/broken.npz"], 2, "not allowed with argument"),
    ],
)
def test_bad_calls_and_data_get_one_sentence(
    arguments: list[str],
    status: int,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "broken.npz").write_bytes(b"broken")
    filled = [argument.format(tmp=tmp_path) for argument in arguments]
    if status == 2:
        with pytest.raises(SystemExit) as stop:
            train.main(filled)
        assert stop.value.code == 2
    else:
        assert train.main(filled) == status
    error = capsys.readouterr().err
    assert sentence in error and "Traceback" not in error


def test_help_and_wrong_calls_need_no_tensorflow() -> None:
    check = (
        "import sys; from digits.commands.train import main\n"
        "try: main(['--epochs', '0'])\n"
        "except SystemExit: print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.stdout == "[]\n" and "above 0, received '0'" in done.stderr


def test_networks_and_optimizers_have_the_names_of_the_options() -> None:
    assert set(config.ARCHITECTURES) == set(BUILDERS)
    for name in config.OPTIMIZERS:
        trainer.make_optimizer(TrainConfig(optimizer=name), steps=10)


@pytest.mark.usefixtures("no_pictures")
def test_a_training_that_learns_nothing_leaves_the_earlier_model(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "kept.keras"
    output.write_bytes(b"the earlier model")
    options = [*data[:2], "--no-pendigits", *QUICK, "--learning-rate", "1e4", "--batch-size", "4"]
    assert train.main([*options, "--epochs", "1", "--output", str(output)]) == 1
    assert output.read_bytes() == b"the earlier model"
    assert "lower --learning-rate" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("name", ["epochs", "learning_rate", "renders_per_drawing"])
def test_the_help_tells_what_changes_when_fine_tuning(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        train.main(["--help"])
    default, tuned = (getattr(one, name) for one in (TrainConfig(), FINE_TUNE))
    assert f"(default: {default}; {tuned} with --from)" in " ".join(capsys.readouterr().out.split())


def test_options_that_are_given_prevail_when_fine_tuning(data: list[str]) -> None:
    words = [*data, "--from", str(MODEL_PATH), "--epochs", "7"]
    assert TrainOptions.parse(words).config == dataclasses.replace(FINE_TUNE, epochs=7)
