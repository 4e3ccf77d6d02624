"""Training state that was cut short is stepped over, not stumbled upon."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from checkpoints import ResumeError, TrainingBackup, check_resumable, start_anew

STEPS = 2


def make_model() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def fit(folder: Path, *, epochs: int) -> keras.callbacks.History:
    """Train a tiny model, and return which epochs were run."""
    x, y = np.eye(3, dtype=np.float32)[np.arange(8) % 3], np.arange(8) % 2
    return make_model().fit(
        x,
        y,
        batch_size=4,
        epochs=epochs,
        callbacks=[TrainingBackup(folder, steps_per_epoch=STEPS)],
        verbose=0,
    )


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a run after two epochs, to be copied."""
    state = tmp_path_factory.mktemp("run") / "state"
    start_anew(state, arguments={"seed": 0})
    fit(state, epochs=2)
    return state


@pytest.fixture
def folder(two_epochs: Path, tmp_path: Path) -> Path:
    """The state of a run after two epochs, for the test to change."""
    return shutil.copytree(two_epochs, tmp_path / "state")


def test_training_goes_on_after_the_last_epoch(folder: Path) -> None:
    assert fit(folder, epochs=4).epoch == [2, 3]


@pytest.mark.parametrize("name", ["latest.weights.h5", "training_metadata.json"])
def test_a_cut_file_costs_one_epoch(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert fit(folder, epochs=4).epoch == [1, 2, 3]


def test_weights_newer_than_their_epoch_cost_one_epoch(folder: Path) -> None:
    """A kill between Keras' two writes leaves such a pair."""
    (folder / "training_metadata.json").write_text('{"epoch": 1, "batch": 0}')
    assert fit(folder, epochs=4).epoch == [1, 2, 3]


def test_all_files_cut_start_anew(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in folder.glob("latest*"):
        path.write_bytes(b"cut")
    assert fit(folder, epochs=2).epoch == [0, 1]
    assert "starts anew" in capsys.readouterr().err


def test_a_new_run_empties_the_folder(folder: Path) -> None:
    start_anew(folder, arguments={"seed": 0})
    assert [path.name for path in folder.iterdir()] == ["arguments.json"]


def test_resuming_needs_the_same_arguments(folder: Path, tmp_path: Path) -> None:
    check_resumable(folder, arguments={"seed": 0})
    with pytest.raises(ResumeError, match="another seed"):
        check_resumable(folder, arguments={"seed": 1})
    with pytest.raises(ResumeError, match="no run to resume"):
        check_resumable(tmp_path / "none", arguments={})
