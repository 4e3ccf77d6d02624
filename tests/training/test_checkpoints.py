"""Training state that was cut short is stepped over, not stumbled upon."""

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from digits.training.checkpoints import (
    DivergedError,
    ResumeError,
    TrainingBackup,
    check_resumable,
    remove,
    start_anew,
)

STEPS = 2
WEIGHTS, METADATA = "latest.weights.h5", "training_metadata.json"  # as Keras calls them


def make_model() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    # Eagerly: a graph takes longer to build than these few steps.
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    return model


def fit(folder: Path, *, epochs: int, model: keras.Model | None = None) -> keras.callbacks.History:
    """Train a tiny model, and return which epochs were run."""
    x, y = np.eye(3, dtype=np.float32)[np.arange(8) % 3], np.arange(8) % 2
    return make_model().fit(
        x,
        y,
        batch_size=4,
        epochs=epochs,
        callbacks=[TrainingBackup(folder, steps_per_epoch=STEPS)],
        shuffle=False,
        verbose=0,
    )


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a run after two epochs; beside it, that after the first."""
    state = tmp_path_factory.mktemp("run") / "state"
    start_anew(state, arguments={"seed": 0})
    fit(state, epochs=1)
    shutil.copytree(state, state.with_name("first"))
    fit(state, epochs=2)
    return state


@pytest.fixture
def folder(two_epochs: Path, tmp_path: Path) -> Path:
    """The state of a run after two epochs, for the test to change."""
    shutil.copytree(two_epochs.with_name("first"), tmp_path / "first")
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


def cut_short(before: Path, after: Path, folder: Path) -> Iterator[str]:
    """Make the folder what a kill leaves at each point of the writing of a checkpoint.

    Keras copies weights and number of the epoch before, then writes both anew; each
    file is emptied first.
    """
    writes = [
        (f"{WEIGHTS}.bkp", before / WEIGHTS),
        (f"{METADATA}.bkp", before / METADATA),
        (WEIGHTS, after / WEIGHTS),
        (METADATA, after / METADATA),
    ]
    for number, (name, source) in enumerate(writes):
        for share in (0, 0.01, 0.5, 0.99, 1):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(before, folder)
            for done, content in writes[:number]:
                shutil.copy(content, folder / done)
            whole = source.read_bytes()
            (folder / name).write_bytes(whole[: math.ceil(share * len(whole))])
            yield f"{share:.0%} of {name}"


def test_a_kill_at_any_point_of_a_write_costs_at_most_an_epoch(
    folder: Path, tmp_path: Path
) -> None:
    later, killed = tmp_path / "later", tmp_path / "killed"
    shutil.copytree(folder, later)
    fit(later, epochs=3)
    known = dict(map(restore, (folder.with_name("first"), folder, later)))
    assert list(known) == [1, 2, 3]
    points = 0
    for point in cut_short(folder, later, killed):
        epoch, values = restore(killed)
        assert epoch >= 1, point
        for value, expected in zip(values, known[epoch], strict=True):
            np.testing.assert_array_equal(value, expected, err_msg=point)
        points += 1
    assert points == 20


def restore(state: Path) -> tuple[int, list[np.ndarray]]:
    """Load a state into a new network; return its epoch, weights and optimizer."""
    model = make_model()
    model.optimizer.build(model.trainable_variables)
    backup = TrainingBackup(state, steps_per_epoch=STEPS)
    backup.set_model(model)
    backup.on_train_begin()
    variables = [*model.variables, *model.optimizer.variables]
    return model._initial_epoch, [np.array(variable) for variable in variables]


def test_a_network_whose_loss_is_no_number_is_not_written(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DivergedError, match="lower --learning-rate"):
        TrainingBackup(folder, steps_per_epoch=STEPS).on_train_batch_end(0, {"loss": math.nan})
    with pytest.raises(DivergedError, match="val_loss = inf"):
        TrainingBackup(folder, steps_per_epoch=STEPS).on_epoch_end(2, {"val_loss": math.inf})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_state_that_is_half_removed_can_be_resumed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "history.csv").write_text("epoch,loss\n0,0.5\n1,0.4\n")
    names = [path.name for path in folder.iterdir()]
    removed: list[str] = []
    unlink = Path.unlink

    def note(path: Path) -> None:
        removed.append(path.name)
        unlink(path)

    monkeypatch.setattr(Path, "unlink", note)
    remove(folder)
    assert removed[-2:] == ["history.csv", "arguments.json"]
    assert sorted(removed) == sorted(names) and not folder.exists()
    remove(folder)


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
