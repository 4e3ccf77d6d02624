"""Kill trainings at random moments, and see what they leave behind.

    python -m benchmarks.kills --count 20 --seed 0

Each training is killed (SIGKILL) once, half of them at a random time and half while a
checkpoint is being written. Then the earlier model must load as it was, or the new one be
whole, and `--resume` must finish with what the training would have given that was not
killed: the same weights, to rounding, and no other files than that one left. Learns from
scikit-learn's digits in MNIST's layout; about 20 s a kill.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import keras
import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

from arguments import positive_int
from model_card import MODEL_PATH, CardError, ModelCard, card_path
from model_file import RecognizerError, load_model

PROJECT = Path(__file__).parents[1]
EPOCHS = 4
DIGITS = 600  # to learn from; an epoch of them takes a second
TOLERANCE = 1e-3  # of a weight: sums differ in their last digits from run to run
CHECKPOINT = "latest.weights.h5"
MOST_SECONDS = 300.0  # for one training, on a busy machine


@dataclass(frozen=True)
class Moment:
    """When a training was killed, and what had come of it."""

    aim: str  # "time" or "checkpoint"
    seconds: float  # since its first file was written
    left: tuple[str, ...]  # names in the folder of its state


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each kill; 1 when anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=positive_int, default=20, help="kills (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    arguments = parser.parse_args(argv)
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        data = write_mnist(Path(scratch))
        whole = Path(scratch) / "whole" / "model.keras"
        seconds = train_whole(whole, data)
        print(f"not killed: {seconds:.1f} s from first file to last", flush=True)
        faults: Counter[str] = Counter()
        for number in range(arguments.count):
            output = Path(scratch) / str(number) / "model.keras"
            aim = "checkpoint" if number % 2 else "time"
            share = rng.uniform()
            moment = kill_once(output, data, aim=aim, share=share, seconds=seconds)
            found = check(output, data, whole)
            faults.update([found or "as it should be"])
            print(
                f"{number + 1:3}  {aim:10}  after {moment.seconds:5.2f} s"
                f"  {', '.join(moment.left) or 'no state'}: {found or 'as it should be'}",
                flush=True,
            )
            shutil.rmtree(output.parent)
    print(f"{arguments.count} kills: " + ", ".join(f"{n} {what}" for what, n in faults.items()))
    return 0 if set(faults) <= {"as it should be"} else 1


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


def train_whole(output: Path, data: Path) -> float:
    """Train without a kill; seconds from the first file of its state to the end."""
    output.parent.mkdir()
    run = start(output, data)
    wait_until(run, output.with_suffix(".training").exists)
    started = time.monotonic()
    if run.wait(MOST_SECONDS):
        raise SystemExit(f"The training failed: {output.with_suffix('.log').read_text()}")
    return time.monotonic() - started


def kill_once(output: Path, data: Path, *, aim: str, share: float, seconds: float) -> Moment:
    """Train beside an earlier model, and kill.

    Args:
        output: of the training; an earlier model is put there first.
        data: MNIST's layout.
        aim: "checkpoint" kills while one is being written, "time" anywhere.
        share: in [0, 1]: which of the checkpoints, or when.
        seconds: that a whole training takes from its first file on.
    """
    output.parent.mkdir()
    shutil.copy(MODEL_PATH, output)
    shutil.copy(card_path(MODEL_PATH), card_path(output))
    state = output.with_suffix(".training")
    run = start(output, data)
    wait_until(run, state.exists)
    started = time.monotonic()
    if aim == "checkpoint":
        for _ in range(1 + int(share * EPOCHS)):
            before = stamp(state)
            wait_until(run, lambda before=before: stamp(state) != before)  # type: ignore[misc]
        time.sleep(share * 0.02)  # a checkpoint takes some hundredths of a second
    else:
        wait_until(run, lambda: time.monotonic() - started > share * seconds)
    run.kill()
    lived = time.monotonic() - started
    run.wait()
    return Moment(aim, lived, tuple(sorted(path.name for path in state.glob("*"))))


def stamp(state: Path) -> tuple[tuple[str, int, int], ...]:
    """Tell what of the checkpoint lies there, with sizes and times: it changes while written."""
    found = []
    for path in sorted(state.glob(f"{CHECKPOINT}*")):
        try:
            status = path.stat()
        except OSError:  # it has just been moved
            continue
        found.append((path.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def wait_until(run: "subprocess.Popen[bytes]", happened: Callable[[], bool]) -> None:
    """Wait for something, or for the end of a training."""
    deadline = time.monotonic() + MOST_SECONDS
    while not happened() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)


def check(output: Path, data: Path, whole: Path) -> str:
    """Say what is wrong after a kill, and after resuming; "" when nothing is."""
    try:
        load_model(output)
        is_earlier = output.read_bytes() == MODEL_PATH.read_bytes()
        ModelCard.read(output)
    except RecognizerError as error:
        return f"the model does not load: {error}"
    except CardError as error:
        return f"the card does not fit: {error}"
    has_state = output.with_suffix(".training").exists()
    if is_earlier != has_state and is_earlier:
        return "the earlier model is there, but nothing to resume"
    if has_state:
        status = start(output, data, "--resume").wait(MOST_SECONDS)
        log = output.with_suffix(".log").read_text()
        if status or "Traceback" in log:
            return f"resuming failed: {log.splitlines()[-1]}"
    difference = compare(output, whole)
    if difference > TOLERANCE:
        return f"weights differ by {difference:.2g}"
    try:
        ModelCard.read(output)
    except CardError as error:
        return f"the card does not fit: {error}"
    names = {path.name for path in output.parent.iterdir()} - {"model.log"}
    return "" if names == {"model.keras", "model.json", "reports"} else f"left over: {names}"


def compare(first: Path, second: Path) -> float:
    """Return the largest difference between weights of two models."""
    a, b = (weights_of(path) for path in (first, second))
    return float(max(np.abs(x - y).max() for x, y in zip(a, b, strict=True)))


def weights_of(path: Path) -> list[npt.NDArray[np.float32]]:
    """Read all weights of a model file."""
    model: keras.Model = load_model(path)
    return list(model.get_weights())


if __name__ == "__main__":
    sys.exit(main())
