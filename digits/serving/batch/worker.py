"""One worker of a job: a model of its own, that reads parts and writes them.

    load = ModelFiles.read(path).load
    work = Worker(Reading(output="/shared/results", base="/home/anna"), load)
    work({"number": 3, "part": pickle.dumps(part)})  # writes part-0000003.parquet

Pictures go through the same functions as on one machine, in the same batches, so that a worker
gives the same answers.
"""

import os
import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is no news

import pyarrow as pa
import pyarrow.parquet as pq

from digits.preprocessing.image_io import ImageError, load_image
from digits.preprocessing.ink import FOUND, InkOptions
from digits.preprocessing.loader import in_batches, set_up_process
from digits.preprocessing.normalization import ModelInput, preprocess
from digits.recognition.model_card import card_path
from digits.recognition.recognizer import BATCH_SIZE, Recognizer
from digits.recognition.result_rows import BOX, Row, column_names, number_rows, to_row
from digits.serving.batch.inputs import Part, PictureFiles
from digits.serving.batch.job import STATUSES, part_name
from digits.serving.batch.pictures import Picture, pictures_of
from digits.serving.batch.storage import open_folder

FETCHES = 16  # pictures asked of an object store at once: each takes some hundredths of a second


@dataclass(frozen=True)
class Reading:
    """How parts are read, and where their rows go.

    Attributes:
        output: address of the folder.
        base: where relative paths of pictures begin.
        several: whether a picture may show several digits. Defaults to False.
        options: what is known of the pictures. Defaults to nothing.
    """

    output: str
    base: str
    several: bool = False
    options: InkOptions = FOUND


@dataclass(frozen=True)
class ModelFiles:
    """A model and its card as bytes: workers need not share a disk with them."""

    name: str
    model: bytes
    card: bytes | None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read both; there need not be a card."""
        card = card_path(path)
        return cls(path.name, path.read_bytes(), card.read_bytes() if card.is_file() else None)

    def load(self) -> Recognizer:
        """Make a recognizer of them."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.name
            path.write_bytes(self.model)
            if self.card is not None:
                card_path(path).write_bytes(self.card)
            return Recognizer.load(path)


class Worker:
    """What Ray keeps in each of its processes: a model, and where to write."""

    def __init__(self, reading: Reading, load: Callable[[], Recognizer]) -> None:
        """Load the model, where it will be used."""
        set_up_process()
        self.reading = reading
        self.output = open_folder(reading.output)
        self.recognizer = load()
        self.names = self.recognizer.card.class_names
        self.schema = make_schema(self.names, several=reading.several)

    def __call__(self, task: dict[str, Any]) -> dict[str, Any]:
        """Read one part and write its file.

        Args:
            task: `number` of the part, and `part`, pickled.

        Returns:
            `number` of the part, `pictures`, and how many rows have each status.

        Raises:
            OSError: if the file cannot be written, or a store does not answer.
        """
        part: Part = pickle.loads(task["part"])
        rows = self.read(part)
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows, self.schema), sink, compression="zstd")
        self.output.write_whole(part_name(task["number"]), sink.getvalue().to_pybytes())
        statuses = Counter(row["status"] for row in rows)
        counts = {status: statuses[status] for status in STATUSES}
        return {"number": task["number"], "pictures": len(part)} | counts

    def read(self, part: Part) -> list[Row]:
        """Read the pictures of a part to rows, in their order."""
        read = self.read_numbers if self.reading.several else self.read_digits
        are_far = isinstance(part, PictureFiles) and any(file.place for file in part.files)
        rows: list[Row] = []
        with ThreadPoolExecutor(FETCHES if are_far else 1) as pool:
            for batch in in_batches(pictures_of(part, base=self.reading.base), BATCH_SIZE):
                for picture, found in zip(batch, read(batch, pool), strict=True):
                    rows += [row | {"row": picture.row} for row in found]
        return rows

    def read_digits(self, batch: Sequence[Picture], pool: Executor) -> Iterable[list[Row]]:
        """Read each picture as one digit, to one row."""
        prepared = list(pool.map(self.prepare, batch))
        readable = [model_input for model_input, message in prepared if not message]
        predictions = iter(self.recognizer.predict_inputs(readable))
        for picture, (_, message) in zip(batch, prepared, strict=True):
            prediction = None if message else next(predictions)
            yield [to_row(picture.file, prediction, self.names, message)]

    def prepare(self, picture: Picture) -> tuple[ModelInput | None, str]:
        """Decode and preprocess one picture, or say why that cannot be."""
        try:
            return preprocess(load_image(picture.fetch()), options=self.reading.options), ""
        except ImageError as error:
            return None, str(error)

    def read_numbers(self, batch: Sequence[Picture], pool: Executor) -> Iterable[list[Row]]:
        """Read each picture as numbers, to one row a digit; one row without any."""
        return pool.map(self.predict_number, batch)

    def predict_number(self, picture: Picture) -> list[Row]:
        """Read one picture as numbers."""
        try:
            image = load_image(picture.fetch())
        except ImageError as error:
            return number_rows(picture.file, None, self.names, str(error))
        reading = self.recognizer.predict_number(image, options=self.reading.options)
        return number_rows(picture.file, reading, self.names)


def make_schema(class_names: Sequence[str], *, several: bool) -> pa.Schema:
    """Name and type the columns: those of `predict.py`, and after the file its row."""
    place = [("number", pa.string()), ("index", pa.int32()), *((side, pa.int32()) for side in BOX)]
    return pa.schema(
        [
            ("file", pa.string()),
            ("row", pa.int64()),
            *(place if several else []),
            ("status", pa.string()),
            ("digit", pa.string()),
            ("confidence", pa.float64()),
            *((f"p{name}", pa.float64()) for name in column_names(class_names)),
            ("message", pa.string()),
        ]
    )
