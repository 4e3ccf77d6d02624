"""The model as the API uses it: pictures that wait together go through it together.

batcher = model.get_batcher()             # a Problem while there is none
predictions = await batcher.predict(inputs)
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import ModelInput
from digits.recognition.background_loader import start_loading
from digits.recognition.errors import RecognizerError
from digits.recognition.predictions import Prediction
from digits.serving.api.problems import Problem
from digits.serving.api.schemas import NAME_DIGITS

if TYPE_CHECKING:  # TensorFlow takes seconds to load: a thread of its own does it
    from digits.recognition.recognizer import Recognizer

Answer = asyncio.Future[list[Prediction]]

LOADING_SECONDS = 5  # to wait for a model that is being loaded
BROKEN_SECONDS = 60  # to wait for one that somebody must repair


class Batcher:
    """A recognizer behind a queue: while its network runs, what arrives is collected.

    A call of the network costs about as much for eight pictures as for one, so that
    many clients share its cost, and a single one waits for nobody.
    """

    def __init__(self, recognizer: "Recognizer") -> None:
        """Wrap a recognizer."""
        self.recognizer = recognizer
        self.name = recognizer.sha256[:NAME_DIGITS]  # in answers
        self._waiting: list[tuple[Sequence[ModelInput | None], Answer]] = []
        self._network = ThreadPoolExecutor(1, thread_name_prefix="network")
        self._task: asyncio.Task[None] | None = None

    async def predict(self, inputs: Sequence[ModelInput | None]) -> list[Prediction]:
        """Predict preprocessed pictures, with those of others; None stands for a blank one."""
        answer: Answer = asyncio.get_running_loop().create_future()
        self._waiting.append((inputs, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            together = [model_input for inputs, _ in group for model_input in inputs]
            predict = self.recognizer.predict_inputs
            try:
                predictions = iter(await loop.run_in_executor(self._network, predict, together))
            except Exception as error:
                for _, answer in group:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for inputs, answer in group:
                own = [next(predictions) for _ in inputs]
                if not answer.done():  # its request may have run out of time
                    answer.set_result(own)


class ServedModel:
    """The model file that is served; loaded in the background, and again when it changes."""

    def __init__(self, path: Path = MODEL_PATH) -> None:
        """Name the file; `get_batcher` begins to load it."""
        self.path = path
        self._batcher: Batcher | None = None

    def get_batcher(self) -> Batcher:
        """Return what predicts; while a changed file is loaded, the earlier model.

        Raises:
            Problem: 503, while the first is loaded or when it cannot be.
        """
        loading = start_loading(self.path)
        if loading.done():
            try:
                recognizer = loading.result()
            except RecognizerError as error:
                raise Problem(503, str(error), retry_after=BROKEN_SECONDS) from error
            if self._batcher is None or self._batcher.recognizer is not recognizer:
                self._batcher = Batcher(recognizer)
        if self._batcher is None:
            detail = "The model is being loaded. Try again in some seconds."
            raise Problem(503, detail, retry_after=LOADING_SECONDS)
        return self._batcher

    def is_ready(self) -> bool:
        """Whether it predicts."""
        try:
            self.get_batcher()
        except Exception:  # whatever is wrong, it does not
            return False
        return True
