"""Run a model with Keras for another process, which asks through pipes.

    python -P -m digits.training.keras_worker letters.keras

The first message on standard output says what the model is, or why it is not loaded. Then
each message on standard input is answered by one on standard output; see `pipe_messages`.
The process ends with its standard input.

`digits.recognition.keras_process` starts it, for networks that LiteRT cannot run.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from digits.files import first_line
from digits.preprocessing.normalization import INPUT_SHAPE
from digits.recognition.errors import BrokenModelError, RecognizerError
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.pipe_messages import Message, read_message, write_message
from digits.training.tensorflow_log import silence_tensorflow

if TYPE_CHECKING:  # TensorFlow is loaded once the pipes are safe from what it prints
    from digits.training.keras_engine import KerasEngine


def main(argv: Sequence[str] | None = None) -> int:
    """Load a model and answer until standard input ends; return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
    """
    parser = argparse.ArgumentParser(prog="digits.training.keras_worker", description=__doc__)
    parser.add_argument("model", type=Path, metavar="MODEL.keras", help="the model to run")
    path = parser.parse_args(argv).model
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the one who asks, who ends this
    questions, answers = take_pipes()
    try:
        engine = load_engine(path)
        can_explain = is_explainable(engine)
    except RecognizerError as error:
        write_error(answers, error)
        return 1
    write_message(
        answers,
        num_classes=engine.num_classes,
        can_explain=can_explain,
        warnings=np.array(engine.warnings, dtype=str),
    )
    with suppress(EOFError, BrokenPipeError):
        while True:
            reply(engine, read_message(questions), answers)
    return 0


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return standard input and output; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def load_engine(path: Path) -> "KerasEngine":
    """Load a model with the calibration of its card, if it has one."""
    silence_tensorflow()
    from digits.training.keras_engine import load_keras

    card = None
    with suppress(CardError):
        card = ModelCard.load(path)
    return load_keras(path, card)


def is_explainable(engine: "KerasEngine") -> bool:
    """Whether the network has gradients; trying it makes the first explanation fast."""
    try:
        engine.explain(np.zeros(INPUT_SHAPE, np.float32), label=0, rival=1)
    except Exception:  # Keras and TensorFlow raise many kinds
        return False
    return True


def reply(engine: "KerasEngine", question: Message, answers: BinaryIO) -> None:
    """Answer one question."""
    try:
        if "label" in question:
            label, rival = int(question["label"]), int(question["rival"])
            first, second = engine.explain(question["image"], label=label, rival=rival)
        else:
            first, second = engine.predict(question["images"])
    except Exception as error:  # Keras and TensorFlow raise many kinds
        write_error(answers, BrokenModelError(f"The network cannot be run: {first_line(error)}."))
        return
    write_message(answers, first=first, second=second)


def write_error(answers: BinaryIO, error: RecognizerError) -> None:
    """Tell the one who asks what is wrong."""
    write_message(answers, error=type(error).__name__, message=str(error))


if __name__ == "__main__":
    sys.exit(main())
