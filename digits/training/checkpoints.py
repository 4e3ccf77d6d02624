"""Training state on disk, so that a killed run continues where its last epoch ended."""

import errno
import json
import math
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from digits.files import atomic_write

ARGUMENTS = "arguments.json"  # in the folder: what the run was started with
LOG = "history.csv"  # in the folder: a line an epoch
STATES = "epoch-*.weights.h5"  # in the folder: network and optimizer after so many epochs
PARTIAL_STATE = "partial.weights.h5"  # in the folder: a state that is being written
KEPT_STATES = 2

ROOM_MARGIN = 1 << 20  # bytes, in addition to the states: the log, the finished model


class TrainingError(Exception):
    """A run that cannot start or go on; its text says what to do in one sentence."""


class ResumeError(TrainingError):
    """There is no run to resume, or it was another."""


class DivergedError(TrainingError):
    """The network learns nothing, or its numbers are no longer finite."""


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the state after each epoch, whole or not at all, and keeps the last two.

    A network that has diverged is not written.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop at once when the loss is not finite: no later step makes it finite again."""
        check_finite(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the state, unless training or validation has no finite loss."""
        check_finite(logs)
        # On a full disk HDF5 crashes the program.
        check_room(self.folder, sum(math.prod(v.shape) * 4 for v in list_variables(self.model)))
        earlier = list_states(self.folder)
        path = self.folder / STATES.replace("*", f"{epoch + 1:06}")
        with atomic_write(path, partial=self.folder / PARTIAL_STATE) as partial:
            self.model.save_weights(partial, overwrite=True)
        for old in earlier[KEPT_STATES - 1 :]:
            old.unlink()


def restore(model: keras.Model, folder: Path, *, steps_per_epoch: int) -> int:
    """Load the newest state that is whole into a compiled model.

    Args:
        model: its weights and its optimizer are changed.
        folder: with the states; a damaged one is skipped.
        steps_per_epoch: a state of another number belongs to other data, and is skipped.

    Returns:
        The epochs that are done; 0 when there is no usable state, and the model is as it was.
    """
    model.optimizer.build(model.trainable_variables)
    variables = list_variables(model)
    untrained = [keras.ops.convert_to_numpy(variable) for variable in variables]
    states = list_states(folder)
    for path in states:
        epoch = int(path.name.split(".")[0].rpartition("-")[2])
        # JSON errors are ValueErrors; HDF5 has KeyErrors and RuntimeErrors.
        with suppress(OSError, ValueError, KeyError, TypeError, RuntimeError):
            model.load_weights(path)
            if int(model.optimizer.iterations.numpy()) == epoch * steps_per_epoch:
                return epoch
    if states:
        print("The saved state is damaged: training starts from scratch.", file=sys.stderr)
        for variable, value in zip(variables, untrained, strict=True):
            variable.assign(value)
    return 0


def list_states(folder: Path) -> list[Path]:
    """List the states of a run, the newest first."""
    return sorted(folder.glob(STATES), reverse=True)


def list_variables(model: keras.Model) -> list[Any]:
    """List the variables of a compiled model and of its optimizer."""
    return [*model.variables, *model.optimizer.variables]


def check_finite(logs: dict[str, Any] | None) -> None:
    """Raise DivergedError if a loss that Keras reports is NaN or infinite."""
    for name, value in (logs or {}).items():
        if name.endswith("loss") and not math.isfinite(value):
            raise diverged(f"{name} = {value}")


def diverged(received: str) -> DivergedError:
    """Make the error of a network that learns no more."""
    return DivergedError(
        f"Expected finite numbers from the network. Received: {received}. No model was written:"
        " train again with a lower --learning-rate, and after --from with a working model."
    )


def check_room(folder: Path, size: int) -> None:
    """Raise OSError unless a disk has room for a state of `size` bytes, and another."""
    if shutil.disk_usage(folder).free < 2 * size + ROOM_MARGIN:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def repair_log(log: Path) -> None:
    """Remove a last line that was cut short, so that no other is written behind it."""
    content = log.read_bytes() if log.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        with atomic_write(log) as partial:
            partial.write_bytes(whole)


def reset(folder: Path, *, arguments: dict[str, str]) -> None:
    """Empty the folder for a new run, and note the arguments that decide its result."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with atomic_write(folder / ARGUMENTS) as partial:
        partial.write_text(json.dumps(arguments), encoding="utf-8")


def remove_state(folder: Path) -> None:
    """Remove the state of a run that is over; cut short, what is left can be resumed.

    Without its log or its arguments a state could not: they go last.
    """
    with suppress(OSError):
        last = {LOG: 1, ARGUMENTS: 2}
        for path in sorted(folder.iterdir(), key=lambda one: last.get(one.name, 0)):
            path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def check_resumable(folder: Path, *, arguments: dict[str, str]) -> None:
    """Raise ResumeError unless `folder` holds a run with the same arguments."""
    try:
        earlier: dict[str, str] = dict(json.loads((folder / ARGUMENTS).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ResumeError(
            f"There is no run to resume in '{folder}'. Start one without --resume."
        ) from error
    changed = sorted(name for name in arguments if earlier.get(name) != arguments[name])
    if changed:
        raise ResumeError(
            f"The run in '{folder}' had another {', '.join(changed)}. Resume it with the same"
            " arguments and files, or start a new run without --resume."
        )
