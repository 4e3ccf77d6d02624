"""Run the row reader: the network that reads a line of writing without cutting it.

model = RowModel.load()
columns = model.read(fit_row(ink))  # log probabilities of the characters, column by column
search_beam(columns, width=8)
"""

from functools import cache, partial
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from digits.locations import ROWS_MODEL_PATH
from digits.preprocessing.row import ROW_HEIGHT, WIDTH_STEP, RowInput
from digits.recognition.compiled_files import read_checked
from digits.recognition.compiled_model import CORES
from digits.recognition.errors import BrokenModelError, ModelNotFoundError
from digits.recognition.interpreters import Runner, RunnerPool, run_quietly
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.row_decoding import CHARACTERS, LogProbabilities

READ = "read"  # signature
COLUMN_WIDTH = 2  # pixels of a row's picture for each column of the answer


class RowModel:
    """A compiled row reader. Threads and visitors share it."""

    def __init__(self, content: bytes, card: ModelCard, *, name: object) -> None:
        """Load a row reader, and see that it runs.

        Args:
            content: of the `.tflite` file that `digits.training.compile` made.
            card: of the model.
            name: of the model, for messages.

        Raises:
            BrokenModelError: if `content` is damaged, or its answers are no probabilities.
        """
        self.content = content
        self.card = card
        self._runners = RunnerPool(self._start, limit=max(CORES, 2))
        blank = np.zeros((ROW_HEIGHT, WIDTH_STEP), np.uint8)
        empty = RowInput(blank, np.arange(WIDTH_STEP + 1.0))
        try:
            columns = run_quietly(partial(self.read, empty))
        except Exception as error:  # LiteRT raises several kinds
            raise BrokenModelError(f"The network in '{name}' cannot be run.") from error
        sums = np.exp(columns.astype(np.float64)).sum(axis=1)
        if columns.shape[1] != len(CHARACTERS) + 1 or not np.allclose(sums, 1, atol=1e-3):
            raise BrokenModelError(
                f"Expected probabilities of {len(CHARACTERS)} characters from '{name}'. Received"
                " others: run 'python train.py --rows' to make a new model."
            )

    @classmethod
    def load(cls, path: Path = ROWS_MODEL_PATH) -> Self:
        """Load the compiled form of a row reader that its card names.

        Args:
            path: of the `.keras` file. Defaults to the shipped row reader.

        Raises:
            ModelNotFoundError: if one of its three files is missing, or of another model.
            BrokenModelError: as for `RowModel`.
        """
        try:
            card = ModelCard.load(path)
        except (CardError, OSError) as error:
            raise ModelNotFoundError(f"No row reader: {error}") from error
        content = read_checked(path.with_suffix(".tflite"), card.compiled_sha256)
        if card.kind != "rows" or content is None:
            raise ModelNotFoundError(
                f"No row reader: '{path}', its card and its '.tflite' file do not belong together."
                " Run 'python train.py --rows' to make them."
            )
        return cls(content, card, name=path)

    def read(self, row: RowInput) -> LogProbabilities:
        """Read a row.

        Returns:
            The log of the probability of each character and of none, calibrated, float32
            (width / 2, 19), column by column.
        """
        pixels: npt.NDArray[np.float32] = np.divide(row.pixels, 255, dtype=np.float32)
        with self._runners.borrow() as run:
            return run(row=pixels[np.newaxis, ..., np.newaxis])["log_probabilities"][0]

    def _start(self) -> Runner:
        return Interpreter(model_content=self.content, num_threads=1).get_signature_runner(READ)


@cache
def load_rows(path: Path = ROWS_MODEL_PATH) -> RowModel | None:
    """Load a row reader once a process; None without one: numbers are then cut alone."""
    try:
        return RowModel.load(path)
    except (ModelNotFoundError, BrokenModelError):
        return None
