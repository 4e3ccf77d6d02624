"""Compare the compiled model with Keras: answers, time to load, speed and memory.

    python -m benchmarks.speed.runtimes                           # load_digits
    python -m benchmarks.speed.runtimes --mnist mnist.npz
    python -m benchmarks.speed.runtimes --strokes dev_unipen.jsonl.gz

Each engine runs in a process of its own. Times are medians; memory is the resident set.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil

ENGINES = ("keras", "litert")
BATCH_SIZE = 256
SINGLES, BATCHES = 300, 15  # calls that are timed
MEGABYTE = 1e6

Inputs = npt.NDArray[np.float32]  # (n, 28, 28, 1), [0, 1], bright digit on black
Predict = Callable[[Inputs], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]


def main() -> int:
    """Run both engines, and print what differs."""
    parser = argparse.ArgumentParser(description="Compare the compiled model with Keras.")
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="MNIST, for its test images")
    parser.add_argument("--strokes", type=Path, metavar="FILE", help="a stroke file, drawn")
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--inputs", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine:
        measure(arguments.engine, arguments.inputs)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs.npy"
        np.save(inputs, load_inputs(arguments.mnist, arguments.strokes))
        results = {engine: run(engine, inputs) for engine in ENGINES}
        answers = {engine: np.load(inputs.with_name(f"{engine}.npz")) for engine in ENGINES}
    for engine, figures in results.items():
        print(engine, *(f"{name} {value:.4g}" for name, value in figures.items()), sep="   ")
    compare(answers["keras"], answers["litert"])
    return 0


def load_inputs(mnist: Path | None, strokes: Path | None) -> Inputs:
    """Load the model inputs of a set."""
    from digits.evaluation import eval_sets

    if mnist:
        examples = eval_sets.load_mnist_test(mnist)
    elif strokes:
        examples = eval_sets.load_strokes(strokes)
    else:
        examples = eval_sets.load_scikit_digits()
    return np.stack([each for each in examples.inputs if each is not None])


def run(engine: str, inputs: Path) -> dict[str, float]:
    """Measure an engine in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.speed.runtimes", "--engine", engine]
    done = subprocess.run(
        [*command, "--inputs", str(inputs)], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(engine: str, path: Path) -> None:
    """Load an engine, time it, and save its answers next to the inputs."""
    inputs = np.load(path)
    before = resident()
    started = time.perf_counter()
    predict = load_keras() if engine == "keras" else load_litert()
    predict(inputs[:1])
    figures = {"ready s": time.perf_counter() - started, "ready MB": resident() - before}
    figures["one image ms"] = 1000 * median(lambda n: predict(inputs[n : n + 1]), SINGLES)
    batch = inputs[np.arange(BATCH_SIZE) % len(inputs)]
    figures["batches images/s"] = BATCH_SIZE / median(lambda _: predict(batch), BATCHES)
    probabilities, shares = zip(
        *(predict(inputs[n : n + BATCH_SIZE]) for n in range(0, len(inputs), BATCH_SIZE)),
        strict=True,
    )
    figures["MB at the end"] = resident() - before
    np.savez(
        path.with_name(f"{engine}.npz"),
        probabilities=np.concatenate(probabilities),
        shares=np.concatenate(shares),
    )
    print(json.dumps(figures))


def load_keras() -> Predict:
    """Load the .keras file; its calibration is written here once more, as a reference."""
    import tensorflow as tf
    from scipy.special import softmax

    from digits.locations import MODEL_PATH
    from digits.recognition.model_card import ModelCard
    from digits.training.architectures import logits_of
    from digits.training.keras_file import load_model

    card = ModelCard.load(MODEL_PATH)
    network = logits_of(load_model(MODEL_PATH))
    assert network is not None
    call = tf.function(lambda images: network(images, training=False), reduce_retracing=True)

    def predict(images: Inputs) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        logits = call(tf.constant(images)).numpy().astype(np.float64) / card.temperature
        if card.reject_logit is None:
            return softmax(logits, axis=1), np.ones(len(logits), np.float32)
        nothing = np.full((len(logits), 1), card.reject_logit / card.temperature)
        together = softmax(np.hstack([logits, nothing]), axis=1)
        return softmax(logits, axis=1), 1 - together[:, -1]

    return predict


def load_litert() -> Predict:
    """Load the compiled model."""
    from digits.locations import MODEL_PATH
    from digits.recognition.compiled_files import load_compiled
    from digits.recognition.model_card import ModelCard

    return load_compiled(MODEL_PATH, ModelCard.load(MODEL_PATH)).predict


def median(call: Callable[[int], object], count: int) -> float:
    """Time calls, in seconds."""
    times = []
    for n in range(count):
        started = time.perf_counter()
        call(n)
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def resident() -> float:
    """Return the resident memory of this process in megabytes."""
    return float(psutil.Process().memory_info().rss / MEGABYTE)


def compare(keras: dict[str, Inputs], litert: dict[str, Inputs]) -> None:
    """Print how many labels and statuses differ, and by how much probabilities do."""
    from digits.locations import MODEL_PATH
    from digits.recognition.model_card import ModelCard

    threshold = ModelCard.load(MODEL_PATH).reject_threshold
    labels = [each["probabilities"].argmax(axis=1) for each in (keras, litert)]
    unsure = [
        each["shares"] * each["probabilities"].max(axis=1) < threshold for each in (keras, litert)
    ]
    largest = max(np.abs(keras[name] - litert[name]).max() for name in ("probabilities", "shares"))
    print(
        f"{len(labels[0]):,} images   other labels {(labels[0] != labels[1]).sum()}"
        f"   other statuses {(unsure[0] != unsure[1]).sum()}   largest difference {largest:.2g}"
    )


if __name__ == "__main__":
    sys.exit(main())
