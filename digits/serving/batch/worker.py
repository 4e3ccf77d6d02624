"""One worker of a job: a model of its own, that reads shards and writes their rows.

    work = Worker(options, ModelFiles.load(options.model).make_recognizer)
    work({"number": 3, "shard": pickle.dumps(shard)})  # writes part-0000003.parquet

Pictures go through the same functions as on one machine, in the same batches, so that a worker
gives the same answers.
"""

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from digits.preprocessing.image_io import ImageError, load_image
from digits.preprocessing.loader import PreparedFile, in_batches, set_up_process
from digits.preprocessing.normalization import preprocess_candidates
from digits.recognition.compiled_files import load_compiled
from digits.recognition.compiled_model import CompiledModel
from digits.recognition.engine import Engine
from digits.recognition.model_card import ModelCard, card_path
from digits.recognition.picture_files import predict_prepared
from digits.recognition.recognizer import BATCH_SIZE, Recognizer
from digits.recognition.result_rows import BOX, Row, column_names, number_rows, to_row
from digits.recognition.row_model import RowModel
from digits.serving.batch.inputs import Shard
from digits.serving.batch.job import STATUSES, shard_name
from digits.serving.batch.options import BatchOptions
from digits.serving.batch.pictures import Picture, pictures_of
from digits.serving.batch.storage import open_folder

FETCHES = 16  # pictures asked of an object store at once: each takes some hundredths of a second


@dataclass(frozen=True)
class ModelFiles:
    """A model and its card as bytes: workers need not share a disk with them.

    Attributes:
        name: of the model file.
        model: its content.
        card: content of its card, if there is one.
        compiled: the compiled model, so that a worker needs no TensorFlow; None for a
            network that runs in Keras.
        warning: what the user should know about the model.
        rows: the compiled row reader and its card; None without one.
    """

    name: str
    model: bytes
    card: bytes | None
    compiled: bytes | None
    warning: str
    rows: tuple[bytes, ModelCard] | None

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load and compile a model; errors as of `Recognizer.load`."""
        recognizer, card = Recognizer.load(path), card_path(path)
        engine = recognizer.engine
        return cls(
            path.name,
            path.read_bytes(),
            card.read_bytes() if card.is_file() else None,
            engine.content if isinstance(engine, CompiledModel) else None,
            recognizer.warning,
            (recognizer.rows.content, recognizer.rows.card) if recognizer.rows else None,
        )

    def make_recognizer(self) -> Recognizer:
        """Make a recognizer of them."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.name
            path.write_bytes(self.model)
            if self.card is not None:
                card_path(path).write_bytes(self.card)
            recognizer = Recognizer.load(path, load_engine=self.load_engine)
            recognizer.rows = RowModel(*self.rows, name="the row reader") if self.rows else None
            return recognizer

    def load_engine(self, path: Path, card: ModelCard | None) -> Engine:
        """Load the compiled model that was sent."""
        if self.compiled is None:
            return load_compiled(path, card)
        return CompiledModel(self.compiled, name=self.name)


class Worker:
    """What Ray keeps in each of its processes: a model, and where to write."""

    def __init__(self, options: BatchOptions, load: Callable[[], Recognizer]) -> None:
        """Load the model, where it will be used."""
        set_up_process()
        self.options = options
        self.output = open_folder(options.output)
        self.recognizer = load()
        self.names = self.recognizer.card.class_names
        self.schema = make_schema(self.names, several=options.several)

    def __call__(self, task: dict[str, Any]) -> dict[str, Any]:
        """Predict the pictures of one shard and write its file.

        Args:
            task: `number` of the shard, and `shard`, pickled.

        Returns:
            `number` of the shard, `pictures`, and how many rows have each status.

        Raises:
            OSError: if the file cannot be written, or a store does not answer.
        """
        shard: Shard = pickle.loads(task["shard"])
        rows = self.predict(shard)
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows, self.schema), sink, compression="zstd")
        self.output.write_whole(shard_name(task["number"]), sink.getvalue().to_pybytes())
        statuses = Counter(row["status"] for row in rows)
        counts = {status: statuses[status] for status in STATUSES}
        return {"number": task["number"], "pictures": len(shard)} | counts

    def predict(self, shard: Shard) -> list[Row]:
        """Predict the pictures of a shard to rows, in their order."""
        predict = self.predict_numbers if self.options.several else self.predict_digits
        are_far = not shard.column and any(file.root for file in shard.files)
        rows: list[Row] = []
        with ThreadPoolExecutor(FETCHES if are_far else 1) as pool:
            for batch in in_batches(pictures_of(shard, base=self.options.base), BATCH_SIZE):
                for picture, found in zip(batch, predict(batch, pool), strict=True):
                    rows += [row | {row_name(self.options.several): picture.row} for row in found]
        return rows

    def predict_digits(self, batch: Sequence[Picture], pool: Executor) -> Iterator[list[Row]]:
        """Predict each picture as one digit, to one row."""
        files = predict_prepared(self.recognizer, list(pool.map(self.prepare, batch)))
        for picture, file in zip(batch, files, strict=True):
            yield [to_row(picture.file, file.prediction, self.names, file.message)]

    def prepare(self, picture: Picture) -> PreparedFile:
        """Decode and preprocess one picture, or say why that cannot be."""
        path = Path(picture.file)
        try:
            image = load_image(picture.fetch())
        except ImageError as error:
            return PreparedFile(path, message=str(error))
        return PreparedFile(path, preprocess_candidates(image, options=self.options.ink))

    def predict_numbers(self, batch: Sequence[Picture], pool: Executor) -> Iterator[list[Row]]:
        """Predict each picture as numbers, to one row a digit; one row without any."""
        return pool.map(self.predict_number, batch)

    def predict_number(self, picture: Picture) -> list[Row]:
        """Predict one picture as numbers."""
        try:
            number = self.recognizer.predict_number(picture.fetch(), options=self.options.ink)
        except ImageError as error:
            return number_rows(picture.file, None, self.names, str(error))
        return number_rows(picture.file, number, self.names)


def row_name(several: bool) -> str:
    """Name the column for the row of a Parquet file: with `--several`, `row` is a cell's."""
    return "file_row" if several else "row"


def make_schema(class_names: Sequence[str], *, several: bool) -> pa.Schema:
    """Name and type the columns: those of `predict.py`, and after the file its row."""
    place = [("number", pa.string()), ("index", pa.int32()), *((side, pa.int32()) for side in BOX)]
    line = [
        ("text", pa.string()),
        ("row", pa.int32()),
        ("column", pa.int32()),
        ("number_status", pa.string()),
        ("number_confidence", pa.float64()),
    ]
    return pa.schema(
        [
            ("file", pa.string()),
            (row_name(several), pa.int64()),
            *(place if several else []),
            ("status", pa.string()),
            ("digit", pa.string()),
            ("confidence", pa.float64()),
            *((f"p{name}", pa.float64()) for name in column_names(class_names)),
            ("message", pa.string()),
            *(line if several else []),
        ]
    )
