"""Kill trainings at random moments, and see what they leave behind.

    python -m benchmarks.robustness.killed_training --count 20 --seed 0

Each training is killed (SIGKILL) once: every second one at a random time, the others while
a checkpoint is being written. What lies there tells whether the kill fell into a write.
Then the earlier model must load as it was, or the new one be whole, and `--resume` must
finish with what the training would have given that was not killed: the same weights, to
rounding, and no other files than that one left. Learns from scikit-learn's digits in
MNIST's layout; about 20 s a kill.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import keras
import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

from digits.arguments import positive_int
from digits.locations import MODEL_PATH
from digits.recognition.errors import RecognizerError
from digits.recognition.model_card import CardError, ModelCard, card_path
from digits.training.checkpoints import ARGUMENTS, KEPT_STATES, PARTIAL_STATE, list_states
from digits.training.keras_file import load_model

PROJECT = Path(__file__).parents[2]
EPOCHS = 4
DIGITS = 600  # to learn from; an epoch of them takes a second
TOLERANCE = 1e-3  # of a weight: sums differ in their last digits from run to run
MOST_CHANGES = 12  # of the weights' files; some twenty are seen while a checkpoint is written
LAST_SHARE = 0.9  # of a run's time, in which it is killed: the next run may be faster
MOST_TRIES = 5  # for a training that ends before it is killed
MOST_SECONDS = 300.0  # for one training, on a busy machine
RIGHT = "as it should be"


@dataclass(frozen=True)
class WholeRun:
    """A training that was not killed.

    Attributes:
        model: that came of it.
        seconds: from the first file of its state to its end.
    """

    model: Path
    seconds: float


@dataclass(frozen=True)
class Moment:
    """When a training was killed, and what had come of it.

    Attributes:
        seconds: since its first file was written.
        is_hit: whether it was still running.
        cut: what of a checkpoint was just being written; "" when none was.
    """

    seconds: float
    is_hit: bool
    cut: str


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each kill; 1 when anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=positive_int, default=20, help="kills (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    arguments = parser.parse_args(argv)
    rng = np.random.default_rng(arguments.seed)
    faults: Counter[str] = Counter()
    cuts: Counter[str] = Counter()  # of checkpoints, by aim
    missed = 0
    with tempfile.TemporaryDirectory() as scratch:
        data = write_mnist(Path(scratch))
        whole = train_whole(Path(scratch) / "whole" / "model.keras", data)
        print(f"not killed: {whole.seconds:.1f} s from first file to last", flush=True)
        for number in range(arguments.count):
            output = Path(scratch) / str(number) / "model.keras"
            aim = "checkpoint" if number % 2 else "time"
            for _ in range(MOST_TRIES):
                moment = kill_once(output, data, whole, aim=aim, rng=rng)
                if moment.is_hit:
                    break
                missed += 1
                shutil.rmtree(output.parent)
            else:
                raise SystemExit(f"{MOST_TRIES} trainings ended before they could be killed.")
            found = check(output, data, whole.model) or RIGHT
            faults[found] += 1
            cuts[aim] += bool(moment.cut)
            print(
                f"{number + 1:3}  {aim:10}  after {moment.seconds:5.2f} s"
                f"  {moment.cut or 'no write cut short'}: {found}",
                flush=True,
            )
            shutil.rmtree(output.parent)
    aimed = arguments.count // 2
    print(f"{arguments.count} kills: " + ", ".join(f"{n} {what}" for what, n in faults.items()))
    print(
        f"Of {aimed} aimed at a checkpoint {cuts['checkpoint']} fell into its writing, and"
        f" {cuts['time']} of the {arguments.count - aimed} others; {missed} more trainings had"
        " ended before their kill, and were repeated."
    )
    return 0 if set(faults) <= {RIGHT} else 1


def write_mnist(folder: Path) -> Path:
    """Write some of scikit-learn's digits as 28 x 28 images in MNIST's layout."""
    digits = load_digits()
    size = (28, 28)
    images = np.stack(
        [cv2.resize((i * 15).astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
         for i in digits.images[: DIGITS + 100]]
    )  # fmt: skip
    labels = digits.target[: DIGITS + 100]
    path = folder / "mnist.npz"
    np.savez(path, x_train=images[:DIGITS], y_train=labels[:DIGITS],
             x_test=images[DIGITS:], y_test=labels[DIGITS:])  # fmt: skip
    return path


def start(output: Path, data: Path, *more: str) -> "subprocess.Popen[bytes]":
    """Start a training as a person would."""
    command = [sys.executable, "train.py", "--mnist", str(data), "--no-pendigits"]
    command += ["--architecture", "classic", "--epochs", str(EPOCHS), "--output", str(output)]
    with output.with_suffix(".log").open("ab") as log:
        return subprocess.Popen([*command, *more], cwd=PROJECT, stdout=log, stderr=log)


def train_whole(output: Path, data: Path) -> WholeRun:
    """Train without a kill, and take its times."""
    output.parent.mkdir()
    run, state = start(output, data), output.with_suffix(".training")
    wait_until(run, (state / ARGUMENTS).exists)
    started = time.monotonic()
    if run.wait(MOST_SECONDS):
        raise SystemExit(f"The training failed: {output.with_suffix('.log').read_text()}")
    seconds = time.monotonic() - started
    return WholeRun(output, seconds)


def kill_once(
    output: Path, data: Path, whole: WholeRun, *, aim: str, rng: np.random.Generator
) -> Moment:
    """Train beside an earlier model, and kill.

    Args:
        output: of the training; an earlier model is put there first.
        data: MNIST's layout.
        whole: a training that was not killed, for its times.
        aim: "checkpoint" kills while one is being written, "time" anywhere.
        rng: chooses which of the checkpoints, and when.
    """
    output.parent.mkdir()
    shutil.copy(MODEL_PATH, output)
    shutil.copy(card_path(MODEL_PATH), card_path(output))
    state = output.with_suffix(".training")
    run = start(output, data)
    wait_until(run, (state / ARGUMENTS).exists)
    started = time.monotonic()
    epoch, changes = int(rng.integers(EPOCHS)), int(rng.integers(MOST_CHANGES)) + 1
    if aim == "checkpoint":
        wait_until(run, lambda: count_epochs(state) >= epoch)
        for _ in range(changes):
            before = stamp(state)
            wait_until(run, lambda before=before: stamp(state) != before)  # type: ignore[misc]
    else:
        moment = started + rng.uniform(0, LAST_SHARE * whole.seconds)
        wait_until(run, lambda: time.monotonic() > moment)
    run.kill()
    lived = time.monotonic() - started
    is_hit = run.wait() == -signal.SIGKILL
    return Moment(lived, is_hit, find_cut(state))


def count_epochs(state: Path) -> int:
    """Return how many epochs the newest state tells of; 0 without any."""
    return max((int(path.name[len("epoch-") :][:6]) for path in list_states(state)), default=0)


def stamp(state: Path) -> tuple[tuple[str, int, int], ...]:
    """Tell what of the weights lies there, with sizes and times: it changes while written."""
    found = []
    for path in sorted(state.glob("*.weights.h5")):
        with suppress(FileNotFoundError):  # moved or removed meanwhile
            status = path.stat()
            found.append((path.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def find_cut(state: Path) -> str:
    """Say what of a checkpoint a kill cut short; "" where all of it lay whole and at rest."""
    if (state / PARTIAL_STATE).exists():
        return "a state that was being written"
    return "an old state, not yet removed" if len(list_states(state)) > KEPT_STATES else ""


def wait_until(run: "subprocess.Popen[bytes]", happened: Callable[[], bool]) -> None:
    """Wait for something, or for the end of a training."""
    deadline = time.monotonic() + MOST_SECONDS
    while not happened() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)


def check(output: Path, data: Path, whole: Path) -> str:
    """Say what is wrong after a kill, and after resuming; "" when nothing is."""
    is_earlier = output.read_bytes() == MODEL_PATH.read_bytes()
    can_resume = (output.with_suffix(".training") / ARGUMENTS).exists()
    # An earlier model means that there is work to go on with; a new one is finished already,
    # whether the rest of its files are there or not.
    if is_earlier and not can_resume:
        return "the earlier model is there, but nothing to resume"
    if not is_earlier and (fault := check_finished(output, whole, has_card=not can_resume)):
        return f"a new model took the earlier one's place, but {fault}"
    if is_earlier and card_path(output).read_bytes() != card_path(MODEL_PATH).read_bytes():
        return "the earlier model is there, but not its card"
    if can_resume:
        status = start(output, data, "--resume").wait(MOST_SECONDS)
        log = output.with_suffix(".log").read_text()
        if status or "Traceback" in log:
            return f"resuming failed: {log.splitlines()[-1]}"
    if fault := check_finished(output, whole):
        return f"after resuming {fault}"
    names = {path.name for path in output.parent.iterdir()} - {"model.log"}
    return (
        ""
        if names == {"model.keras", "model.json", "model.tflite", "reports"}
        else f"left over: {names}"
    )


def check_finished(output: Path, whole: Path, *, has_card: bool = True) -> str:
    """Say how a model differs from what came of the run that was not killed; "" if it does not.

    Args:
        output: the model.
        whole: that of the other run.
        has_card: whether its card must be there too. Defaults to True; a kill between
            the moves of the two is mended by resuming.
    """
    try:
        difference = compare(output, whole)
        if has_card:
            ModelCard.load(output)
    except RecognizerError as error:
        return f"the model does not load: {error}"
    except CardError as error:
        return f"the card does not fit: {error}"
    return f"weights differ by {difference:.2g}" if difference > TOLERANCE else ""


def compare(first: Path, second: Path) -> float:
    """Return the largest difference between weights of two models."""
    a, b = (weights_of(path) for path in (first, second))
    if [x.shape for x in a] != [y.shape for y in b]:
        return float("inf")
    return float(max(np.abs(x - y).max() for x, y in zip(a, b, strict=True)))


def weights_of(path: Path) -> list[npt.NDArray[np.float32]]:
    """Read all weights of a model file."""
    model: keras.Model = load_model(path)
    return list(model.get_weights())


if __name__ == "__main__":
    sys.exit(main())
