"""Training state that was cut short is stepped over, not stumbled upon."""

import math
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from digits.training.checkpoints import (
    Checkpoints,
    DivergedError,
    ResumeError,
    check_resumable,
    list_states,
    list_variables,
    remove_state,
    repair_log,
    reset,
    restore,
)

STEPS = 2


def make_model() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    # Eagerly: a graph takes longer to build than these few steps.
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    return model


def fit(folder: Path, *, epochs: int) -> keras.callbacks.History:
    """Train a tiny model, and return which epochs were run."""
    x, y = np.eye(3, dtype=np.float32)[np.arange(8) % 3], np.arange(8) % 2
    model = make_model()
    return model.fit(
        x,
        y,
        batch_size=4,
        initial_epoch=restore(model, folder, steps_per_epoch=STEPS),
        epochs=epochs,
        callbacks=[Checkpoints(folder)],
        shuffle=False,
        verbose=0,
    )


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a run after two epochs."""
    state = tmp_path_factory.mktemp("run") / "state"
    reset(state, arguments={"seed": "0"})
    fit(state, epochs=2)
    return state


@pytest.fixture
def folder(two_epochs: Path, tmp_path: Path) -> Path:
    """The state of a run after two epochs, for the test to change."""
    return shutil.copytree(two_epochs, tmp_path / "state")


def test_training_goes_on_after_the_last_epoch(folder: Path) -> None:
    assert fit(folder, epochs=4).epoch == [2, 3]


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_damaged_state_costs_one_epoch(share: float, folder: Path) -> None:
    newest, _ = list_states(folder)
    whole = newest.read_bytes()
    newest.write_bytes(whole[: math.ceil(share * len(whole))])
    assert fit(folder, epochs=4).epoch == [1, 2, 3]


def test_a_state_of_other_data_is_not_taken(folder: Path) -> None:
    model = make_model()
    assert restore(model, folder, steps_per_epoch=STEPS + 1) == 0
    assert int(model.optimizer.iterations.numpy()) == 0


def test_a_state_comes_back_as_it_was_saved(folder: Path, tmp_path: Path) -> None:
    without_stop = tmp_path / "whole"
    reset(without_stop, arguments={})
    fit(without_stop, epochs=3)
    fit(folder, epochs=3)
    states = []
    for state in (folder, without_stop):
        model = make_model()
        assert restore(model, state, steps_per_epoch=STEPS) == 3
        states.append([np.array(variable) for variable in list_variables(model)])
    for resumed, whole in zip(*states, strict=True):
        np.testing.assert_array_equal(resumed, whole)


def test_a_kill_while_a_state_is_written_leaves_two_whole_states(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_half_way(model: keras.Model, path: Path, **options: object) -> None:
        path.write_bytes(b"half of a state")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save_weights", stop_half_way)
        patch.setattr(Path, "unlink", lambda path: None)  # as after SIGKILL nothing is tidied
        with pytest.raises(KeyboardInterrupt):
            fit(folder, epochs=4)
    assert (folder / "partial.weights.h5").exists() and len(list_states(folder)) == 2
    assert fit(folder, epochs=4).epoch == [2, 3]
    names = [path.name for path in list_states(folder)]
    assert names == ["epoch-000004.weights.h5", "epoch-000003.weights.h5"]


def test_a_network_whose_loss_is_no_number_is_not_written(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DivergedError, match="lower --learning-rate"):
        Checkpoints(folder).on_train_batch_end(0, {"loss": math.nan})
    with pytest.raises(DivergedError, match="val_loss = inf"):
        Checkpoints(folder).on_epoch_end(2, {"val_loss": math.inf})
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
    remove_state(folder)
    assert removed[-2:] == ["history.csv", "arguments.json"]
    assert sorted(removed) == sorted(names) and not folder.exists()
    remove_state(folder)


def test_without_a_whole_state_training_starts_from_scratch(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in list_states(folder):
        path.write_bytes(b"cut")
    assert fit(folder, epochs=2).epoch == [0, 1]
    assert "starts from scratch" in capsys.readouterr().err


def test_a_new_run_empties_the_folder(folder: Path) -> None:
    reset(folder, arguments={"seed": "0"})
    assert [path.name for path in folder.iterdir()] == ["arguments.json"]


def test_resuming_needs_the_same_arguments(folder: Path, tmp_path: Path) -> None:
    check_resumable(folder, arguments={"seed": "0"})
    with pytest.raises(ResumeError, match="another seed"):
        check_resumable(folder, arguments={"seed": "1"})
    with pytest.raises(ResumeError, match="no run to resume"):
        check_resumable(tmp_path / "none", arguments={})


def test_a_log_that_was_cut_short_is_repaired(tmp_path: Path) -> None:
    log = tmp_path / "history.csv"
    log.write_text("epoch,loss\n0,0.5\n1,0.")
    repair_log(log)
    assert log.read_text() == "epoch,loss\n0,0.5\n"
    log.write_text("epoch,lo")
    repair_log(log)
    assert log.read_text() == ""
    repair_log(tmp_path / "none.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["history.csv"]
