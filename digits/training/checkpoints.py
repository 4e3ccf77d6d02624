"""Training state on disk, so that a killed run goes on where its last epoch ended."""

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

MARGIN = 1 << 20  # bytes beside the weights: heads, the log, the finished model


class ResumeError(Exception):
    """A run that cannot be resumed as asked; its text says what to do."""


class DivergedError(Exception):
    """A network whose numbers are no longer finite; its text says what to do."""


class TrainingBackup(keras.callbacks.BackupAndRestore):  # type: ignore[misc]
    """Keras' BackupAndRestore, which survives being cut short while it writes.

    Keras does not write its two files at once. When they are damaged or do not belong
    together, the state one epoch before is taken; when that is damaged too, training
    starts afresh and says so. A network that has diverged is not written at all.
    """

    def __init__(self, folder: Path, *, steps_per_epoch: int) -> None:
        super().__init__(str(folder), double_checkpoint=True, delete_checkpoint=False)
        self.folder = folder
        self.steps_per_epoch = steps_per_epoch

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Load the newest state that is whole."""
        untrained = self.model.get_weights()
        for go_back in (False, True):
            try:
                if go_back:
                    self.use_previous()
                self.load_consistent_state()
                return
            # JSON errors are ValueErrors; HDF5 has KeyErrors and RuntimeErrors.
            except (OSError, ValueError, KeyError, TypeError, RuntimeError):
                continue
        print("The saved state is damaged: training starts anew.", file=sys.stderr)
        self.model.set_weights(untrained)
        for variable in self.model.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        self.model._initial_epoch = 0

    def load_consistent_state(self) -> None:
        """Load weights, optimizer and epoch; raise ValueError if they disagree."""
        self.model._initial_epoch = 0
        self._load_model()
        steps = int(self.model.optimizer.iterations.numpy())
        if steps != self.model._initial_epoch * self.steps_per_epoch:
            raise ValueError("the weights are of another epoch")

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop at once when the loss is no number: no later step makes it one again."""
        check_finite(logs)
        super().on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the state, unless training or validation has no finite loss."""
        check_finite(logs)
        super().on_epoch_end(epoch, logs)

    def _save_model(self) -> None:
        """Write the state, if there is room: on a full disk HDF5 crashes the program."""
        variables = [*self.model.variables, *self.model.optimizer.variables]
        check_room(self.folder, sum(math.prod(v.shape) * 4 for v in variables))
        super()._save_model()

    def use_previous(self) -> None:
        """Put the state of one epoch before in place of the damaged one."""
        shutil.copy(self._prev_weights_path, self._weights_path)
        shutil.copy(self._prev_training_metadata_path, self._training_metadata_path)


def check_finite(logs: dict[str, Any] | None) -> None:
    """Raise DivergedError if a loss that Keras tells of is NaN or infinite."""
    for name, value in (logs or {}).items():
        if name.endswith("loss") and not math.isfinite(value):
            raise diverged(f"{name} = {value}")


def diverged(received: str) -> DivergedError:
    """Make the error of a network that learns no more."""
    return DivergedError(
        f"Expected finite numbers from the network. Received: {received}. No model was written:"
        " train again with a lower --learning-rate, and after --from with a model that reads."
    )


def check_room(folder: Path, size: int) -> None:
    """Raise OSError unless a disk has room for a state of `size` bytes, and the one before."""
    if shutil.disk_usage(folder).free < 2 * size + MARGIN:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def repair_log(log: Path) -> None:
    """Take away a last line that was cut short, so that no other is written behind it."""
    if not log.exists():
        return
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    commas = lines[0].count(",") if lines else 0
    whole = [line for line in lines if line.endswith("\n") and line.count(",") == commas]
    if whole != lines:
        with atomic_write(log) as partial:
            partial.write_text("".join(whole), encoding="utf-8")


def start_anew(folder: Path, *, arguments: dict[str, Any]) -> None:
    """Empty the folder for a new run, and note the arguments that decide its result."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with atomic_write(folder / ARGUMENTS) as partial:
        partial.write_text(json.dumps(arguments), encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove the state of a run that is over; cut short, what is left can be resumed.

    Without its log or its arguments a state could not: they go last.
    """
    with suppress(OSError):
        for path in sorted(
            folder.iterdir(), key=lambda one: (one.name == ARGUMENTS, one.name == LOG)
        ):
            path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def check_resumable(folder: Path, *, arguments: dict[str, Any]) -> None:
    """Raise ResumeError unless `folder` holds a run with the same arguments."""
    try:
        earlier: dict[str, Any] = dict(json.loads((folder / ARGUMENTS).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ResumeError(
            f"There is no run to resume in '{folder}'. Start one without --resume."
        ) from error
    changed = sorted(name for name in arguments if earlier.get(name) != arguments[name])
    if changed:
        raise ResumeError(
            f"The run in '{folder}' had another {', '.join(changed)}. Resume it with the"
            " same arguments, or start anew without --resume."
        )
