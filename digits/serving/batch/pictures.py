"""The pictures of a shard, one after the other, wherever they lie.

for picture in pictures_of(shard, base="/home/anna"):
    image = load_image(picture.fetch())
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Never

import pyarrow as pa
import pyarrow.compute as pc

from digits.files import first_line
from digits.preprocessing.image_io import MAX_PICTURE_BYTES, ImageError, check_size
from digits.serving.batch.inputs import Input, Shard, open_table

ROWS = 256  # of a Parquet file in memory at once


@dataclass(frozen=True)
class Picture:
    """One picture on its way.

    Attributes:
        file: what its row says.
        row: of a Parquet file, from 0; None for a file of its own.
        fetch: returns its bytes or its path. Raises ImageError if there is no such
            picture, and OSError if that cannot be known: a store that does not answer.
    """

    file: str
    row: int | None
    fetch: Callable[[], bytes | Path]


def pictures_of(shard: Shard, *, base: str) -> Iterator[Picture]:
    """List the pictures of a shard in their order; `base` is where relative paths begin."""
    if shard.column:
        yield from pictures_in_rows(shard, base)
        return
    for file in shard.files:
        fetch = partial(download, file) if file.root else partial(Path, base, file.path)
        yield Picture(to_text(file.name), None, fetch)


def pictures_in_rows(shard: Shard, base: str) -> Iterator[Picture]:
    """List the pictures of a Parquet file's rows; what is damaged of it gives errors."""
    (file,) = shard.files
    name, row, end = to_text(file.name), shard.first, shard.first + shard.count
    try:
        for value in values_of(shard, base):
            fetch = partial(refuse, "Expected a picture, found none in this row.")
            yield Picture(name, row, fetch if value is None else partial(bytes, value))
            row += 1
    except (OSError, pa.ArrowException) as error:
        if file.root:  # it may be the store
            raise
        said = f"The row cannot be read: {first_line(error)}."
        for rest in range(row, end):
            yield Picture(name, rest, partial(refuse, said))


def values_of(shard: Shard, base: str) -> Iterator[bytes | None]:
    """Yield what the rows hold; None for nothing."""
    with open_table(shard.files[0], base=base) as table:
        is_struct = pa.types.is_struct(table.schema_arrow.field(shard.column).type)
        column = f"{shard.column}.bytes" if is_struct else shard.column
        for batch in table.iter_batches(ROWS, row_groups=shard.groups, columns=[column]):
            values = batch.column(0)
            if is_struct:  # as Hugging Face has them: bytes beside the file's name
                values = pc.struct_field(values, "bytes")
            for value in values:
                yield value.as_py()


def download(file: Input) -> bytes:
    """Read a picture of an object store."""
    check_size(file.size)
    try:
        with file.system.open_input_stream(file.path) as stream:
            return stream.read(MAX_PICTURE_BYTES + 1)
    except FileNotFoundError as error:
        raise ImageError("The file cannot be read: No such file or directory.") from error


def refuse(sentence: str) -> Never:
    """Raise ImageError."""
    raise ImageError(sentence)


def to_text(name: str) -> str:
    """Write what is no valid UTF-8 in a file's name as escapes: Parquet holds only text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
