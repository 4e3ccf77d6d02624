"""Run a compiled model with LiteRT, from any number of threads.

model = CompiledModel(Path("digit_model.tflite").read_bytes(), name="digit_model.tflite")
probabilities, in_distribution_probability = model.predict(images)
attribution, scores = model.explain(images[0], label=4, rival=9)
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from digits.preprocessing.normalization import INPUT_SHAPE, ModelInput
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.errors import BrokenModelError, IncompatibleModelError
from digits.recognition.interpreters import Runner, RunnerPool, run_quietly

PREDICT, EXPLAIN = "predict", "explain"  # signatures
CHUNK_SIZE = 32  # images a call; what they need stays in the processor's cache
MAX_EXPLAINERS = 2  # interpreters, each of 9 MB
# Interpreters that predict run on one thread each: more of them serve several callers, and one
# large batch as well as LiteRT's own threads do.
CORES = os.cpu_count() or 1
EXPLAIN_THREADS = min(2, CORES)  # an explanation is one call, of 50 images, forward and backward


class CompiledModel:
    """A compiled model. Threads and visitors share it.

    Attributes:
        content: of the `.tflite` file.
        num_classes: how many probabilities it gives for an image.
        can_explain: whether `explain` works; not every network's gradients compile.
    """

    def __init__(self, content: bytes, *, name: object, warnings: tuple[str, ...] = ()) -> None:
        """Load a model, and see that it runs.

        Args:
            content: of a `.tflite` file that `digits.training.compile` made.
            name: of the model, for messages.
            warnings: sentences about the network, for its user.

        Raises:
            BrokenModelError: if `content` is damaged, or its answers are no probabilities.
            IncompatibleModelError: if it is another kind of `.tflite` file.
        """
        self.name = name
        self.warnings = warnings
        self.content = content
        self._predictors = RunnerPool(partial(self._start, PREDICT), limit=max(CORES, 2))
        self._explainers = RunnerPool(partial(self._start, EXPLAIN), limit=MAX_EXPLAINERS)
        self._threads = ThreadPoolExecutor(CORES, thread_name_prefix="predict")
        self.can_explain = EXPLAIN in self._check_signatures()
        self.num_classes = self._check_answer()

    def predict(self, images: ModelInputs) -> Answers:
        """Predict what images show.

        Args:
            images: float32 (n, 28, 28, 1) in [0, 1], bright digit on black; n may be 0.

        Returns:
            Calibrated probabilities of the classes, float32 (n, classes), whose rows sum
            to 1; and the probability that the image shows one of them, float32 (n,).
        """
        chunks = [images[start : start + CHUNK_SIZE] for start in range(0, len(images), CHUNK_SIZE)]
        if not chunks:
            return np.empty((0, self.num_classes), np.float32), np.empty(0, np.float32)
        if len(chunks) == 1:
            return self._predict_chunk(images)
        probabilities, shares = zip(*self._threads.map(self._predict_chunk, chunks), strict=True)
        return np.concatenate(probabilities), np.concatenate(shares)

    def explain(
        self, image: ModelInput, *, label: int, rival: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Explain why an image shows one class and not another, by integrated gradients.

        Args:
            image: float32 (28, 28, 1) in [0, 1], bright digit on black.
            label: index of the class to explain.
            rival: index of the class to compare it with.

        Returns:
            What each pixel added to the score, float32 (28, 28); and the scores of black
            paper and of the image, float32 (2,). The score is the logit of the label less
            that of the rival.

        Raises:
            IncompatibleModelError: unless `can_explain`.
        """
        if not self.can_explain:
            raise IncompatibleModelError(
                f"'{self.name}' cannot be explained: LiteRT cannot compute the gradients of its"
                " layers."
            )
        with self._explainers.borrow() as run:
            answers = run(image=image, label=np.int32(label), rival=np.int32(rival))
        return answers["attribution"], answers["scores"]

    def _predict_chunk(self, images: ModelInputs) -> Answers:
        with self._predictors.borrow() as run:
            answers = run(image=np.ascontiguousarray(images, np.float32))
        return answers["probabilities"], answers["in_distribution_probability"]

    def _start(self, signature: str) -> Runner:
        threads = EXPLAIN_THREADS if signature == EXPLAIN else 1
        interpreter = Interpreter(model_content=self.content, num_threads=threads)
        return interpreter.get_signature_runner(signature)

    def _check_signatures(self) -> dict[str, Any]:
        """Return the signatures of the file, once they are those that are needed."""
        try:
            found = Interpreter(model_content=self.content).get_signature_list()
        except Exception as error:  # LiteRT raises several kinds
            raise BrokenModelError(
                f"The compiled form of '{self.name}' is damaged. Delete it, and it is made again."
            ) from error
        outputs = found.get(PREDICT, {}).get("outputs", ())
        if {*outputs} != {"probabilities", "in_distribution_probability"}:
            raise IncompatibleModelError(
                f"Expected a model that 'python -m digits.training.compile' made. '{self.name}'"
                " has other signatures."
            )
        return found

    def _check_answer(self) -> int:
        """Predict an empty image, and return the number of classes."""
        blank = np.zeros((1, *INPUT_SHAPE), np.float32)
        try:
            answers = run_quietly(partial(self.predict, blank))
        except Exception as error:  # LiteRT raises several kinds
            raise BrokenModelError(f"The network in '{self.name}' cannot be run.") from error
        check_probabilities(answers, self.name)
        return answers[0].shape[1]


def check_probabilities(answers: Answers, name: object) -> None:
    """Raise BrokenModelError unless the answers for an image are probabilities.

    Args:
        answers: for one image.
        name: of the model.
    """
    probabilities, shares = answers
    (row,), (share,) = probabilities.astype(np.float64), shares
    if not ((row >= 0).all() and abs(row.sum() - 1) < 1e-3 and 0 <= share <= 1.001):
        raise BrokenModelError(
            f"Expected probabilities that sum to 1 from '{name}'. Received others: its"
            " weights are damaged. Run 'python train.py' to make a new model."
        )
