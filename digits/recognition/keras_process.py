"""Run a model in Keras, in a process of its own: for what LiteRT cannot run.

    model = KerasProcess(content, card, path=Path("recurrent.keras"))
    probabilities, in_distribution_probability = model.predict(images)

This process loads no TensorFlow. The other one takes ten seconds to start and 700 MB.
"""

import subprocess
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from digits.files import first_line
from digits.preprocessing.normalization import INPUT_SHAPE, ModelInput
from digits.recognition.compiled_model import check_probabilities
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.errors import IncompatibleModelError, ModelProcessError, make_error
from digits.recognition.model_card import ModelCard
from digits.recognition.model_file import copy_model
from digits.recognition.pipe_messages import Message, read_message, write_message
from digits.recognition.training_process import command, environment

START_LIMIT = 120  # seconds; ours take 10 on a busy machine
CALL_LIMIT = 60  # seconds for a chunk
KERAS_CHUNK_SIZE = 256  # images a call
SLOWER = "LiteRT cannot run it, so Keras does: that takes more time and memory."


class KerasProcess:
    """A model that another process runs. Threads and visitors share it, one call at a time.

    A process that has ended is started again by the next call. It ends with this object.

    Attributes:
        name: of the model, for messages.
        num_classes: how many probabilities it gives for an image.
        can_explain: whether `explain` works.
        warnings: sentences about the network, for its user.
    """

    def __init__(self, content: bytes, card: ModelCard | None, *, path: Path) -> None:
        """Start the process, and see that the model runs.

        Args:
            content: of a `.keras` or `.h5` file.
            card: its calibration; None for temperature 1, without rejection.
            path: of the model file, for messages.

        Raises:
            BrokenModelError, UnsafeModelError, IncompatibleModelError: if the model cannot
                be used.
            ModelProcessError: if the process cannot be started.
        """
        self.name = path
        self._content, self._card = content, card
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Any = None  # the finalizer that ends the process
        with self._lock:
            ready = self._start()
        self.num_classes = int(ready["num_classes"])
        self.can_explain = bool(ready["can_explain"])
        self.warnings = (*map(str, ready["warnings"]), SLOWER)
        check_probabilities(self.predict(np.zeros((1, *INPUT_SHAPE), np.float32)), path)

    def predict(self, images: ModelInputs) -> Answers:
        """Predict what images show; arguments and results as of `CompiledModel.predict`.

        Raises:
            ModelProcessError: if the process ends meanwhile, or does not answer in time.
        """
        starts = range(0, len(images), KERAS_CHUNK_SIZE)
        parts = [self._ask(images=images[start : start + KERAS_CHUNK_SIZE]) for start in starts]
        if not parts:
            return np.empty((0, self.num_classes), np.float32), np.empty(0, np.float32)
        probabilities, shares = zip(*parts, strict=True)
        return np.concatenate(probabilities), np.concatenate(shares)

    def explain(self, image: ModelInput, *, label: int, rival: int) -> Answers:
        """Explain why an image shows one class and not another; see `CompiledModel.explain`.

        Raises:
            IncompatibleModelError: unless `can_explain`.
            ModelProcessError: if the process ends meanwhile, or does not answer in time.
        """
        if not self.can_explain:
            raise IncompatibleModelError(
                f"'{self.name}' cannot be explained: its layers have no gradients."
            )
        return self._ask(image=image, label=label, rival=rival)

    def close(self) -> None:
        """End the process; a call that waits for it fails, and a later one starts another."""
        if self._end is not None:
            self._end()

    def _ask(self, **question: Any) -> Answers:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            answer = self._exchange(question, limit=CALL_LIMIT)
        return answer["first"], answer["second"]

    def _start(self) -> Message:
        """Start the process, and return what it says of the model."""
        self.close()
        try:
            with copy_model(self.name, self._content, self._card) as copy:
                self._process = subprocess.Popen(
                    [*command("keras_worker"), str(copy)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment(),
                )
                self._end = weakref.finalize(self, end_process, self._process)
                return self._exchange(None, limit=START_LIMIT, copy=copy)
        except OSError as error:
            raise ModelProcessError(
                f"'{self.name}' cannot be run in Keras: {first_line(error)}."
            ) from error

    def _exchange(
        self, question: dict[str, Any] | None, *, limit: float, copy: Path | None = None
    ) -> Message:
        """Ask, unless `question` is None, and return the answer.

        After a failure the process is ended: what it would write next is not known.
        """
        process = cast("subprocess.Popen[bytes]", self._process)
        began = time.monotonic()
        alarm = threading.Timer(limit, process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            if question is not None:
                write_message(cast(BinaryIO, process.stdin), **question)
            answer = read_message(cast(BinaryIO, process.stdout))
        except BaseException as error:
            self.close()
            if not isinstance(error, Exception):
                raise
            if time.monotonic() - began >= limit:
                said = f"did not answer within {limit:g} seconds. Use a smaller network."
            else:
                said = "ended. It may need more memory."
            raise ModelProcessError(f"The process that runs '{self.name}' {said}") from error
        finally:
            alarm.cancel()
        if "error" in answer:
            message = str(answer["message"])
            told = message.replace(str(copy), str(self.name)) if copy else message
            raise make_error(str(answer["error"]), told)
        return answer


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """End a process, and close its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError, ValueError):  # bytes that were not written
                pipe.close()
