"""What a job reads: pictures and rows of Parquet files, cut into parts once and for all.

    inputs = find_inputs(["scans/", "s3://bucket/more.parquet"], part_size=1024)
    inputs.parts, inputs.pictures, inputs.digest

The same inputs give the same parts in the same order, and the digest tells them from others.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from digits.files import first_line
from digits.preprocessing.image_io import PICTURE_ENDINGS
from digits.preprocessing.picture_folders import find_pictures
from digits.serving.batch.storage import Folder, PlaceError, hide, is_address, open_folder

TABLE_ENDINGS = frozenset((".parquet",))
THREADS = 16  # that read what stands at the end of Parquet files: an object store lets wait
USUAL_COLUMN = "image"  # of data sets; looked for first


@dataclass(frozen=True, slots=True)  # there may be millions
class Input:
    """A file as it was found: with another size or time it is another input.

    Attributes:
        place: what it was found under: the address that was named, "" on this machine.
        path: of the file, for whoever reads there.
        size: bytes; -1 for what is no file.
        modified: nanoseconds since 1970; 0 where that is not known.
    """

    place: str
    path: str
    size: int
    modified: int

    @property
    def name(self) -> str:
        """What the results call it: the path as found, or the whole address."""
        return f"{self.place.partition('://')[0]}://{self.path}" if self.place else self.path

    @property
    def system(self) -> fs.FileSystem:
        """What reads it."""
        return open_folder(self.place).system

    @property
    def ending(self) -> str:
        """What tells a picture from a Parquet file, in small letters."""
        return PurePosixPath(self.path).suffix.lower()


@dataclass(frozen=True)
class PictureFiles:
    """Some picture files, one after the other."""

    files: tuple[Input, ...]

    def __len__(self) -> int:
        """Count them."""
        return len(self.files)


@dataclass(frozen=True)
class TableRows:
    """Some row groups of a Parquet file, one after the other.

    Attributes:
        file: the file.
        column: which holds the pictures.
        groups: numbers of the row groups.
        first: number of the first row, from 0.
        count: of the rows.
    """

    file: Input
    column: str
    groups: tuple[int, ...]
    first: int
    count: int

    def __len__(self) -> int:
        """Count the rows."""
        return self.count


Part = PictureFiles | TableRows


@dataclass(frozen=True)
class Inputs:
    """All that a job reads.

    Attributes:
        parts: in their order; a part is read and written as a whole.
        digest: SHA-256 of names, sizes, times and parts.
    """

    parts: tuple[Part, ...]
    digest: str

    @property
    def pictures(self) -> int:
        """How many pictures there are."""
        return sum(map(len, self.parts))


def find_inputs(named: Iterable[str], *, part_size: int, column: str | None = None) -> Inputs:
    """Find the pictures, and cut them into parts: first files, then rows of Parquet files.

    Args:
        named: files and folders, as paths or addresses. In a folder the pictures and
            Parquet files are found by their endings; a named file that does not end in
            .parquet is a picture.
        part_size: pictures a part. Of Parquet, as many whole row groups as reach it.
        column: of Parquet files. Defaults to "image", or the only one that holds bytes.

    Raises:
        PlaceError: if something cannot be reached, or is no Parquet file with pictures.
    """
    files = [file for place in named for file in list_files(place)]
    pictures = [file for file in files if file.ending not in TABLE_ENDINGS]
    tables = [file for file in files if file.ending in TABLE_ENDINGS]
    parts: list[Part] = [
        PictureFiles(tuple(pictures[start : start + part_size]))
        for start in range(0, len(pictures), part_size)
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        for rows in pool.map(lambda file: cut(file, part_size, column), tables):
            parts += rows
    return Inputs(tuple(parts), digest(parts))


def list_files(named: str) -> Iterator[Input]:
    """List a named file, or what a folder holds, in a stable order."""
    if not is_address(named):
        path = Path(named)
        endings = PICTURE_ENDINGS | TABLE_ENDINGS
        yield from map(describe, find_pictures(path, endings) if path.is_dir() else [path])
        return
    folder = open_folder(named)
    try:
        found = folder.system.get_file_info(folder.path)
        if found.type == fs.FileType.File:
            yield to_input(folder, found)
            return
        selector = fs.FileSelector(folder.path, recursive=True)
        listed = sorted(folder.system.get_file_info(selector), key=lambda one: one.path)
    except OSError as error:
        raise PlaceError(f"'{hide(named)}' cannot be listed: {first_line(error)}.") from error
    inputs = (to_input(folder, one) for one in listed if one.type == fs.FileType.File)
    yield from (one for one in inputs if one.ending in PICTURE_ENDINGS | TABLE_ENDINGS)


def describe(path: Path) -> Input:
    """Describe a file of this machine; whoever reads it says what is wrong with it."""
    try:
        found = path.stat()
    except OSError:
        return Input("", str(path), -1, 0)
    return Input("", str(path), found.st_size, found.st_mtime_ns)


def to_input(folder: Folder, found: fs.FileInfo) -> Input:
    """Describe a file of an object store."""
    return Input(folder.address, found.path, found.size, found.mtime_ns or 0)


def cut(file: Input, part_size: int, column: str | None) -> list[TableRows]:
    """Cut a Parquet file into parts of whole row groups."""
    try:
        with open_table(file) as table:
            name = find_column(table.schema_arrow, column)
            groups = range(table.num_row_groups)
            sizes = [table.metadata.row_group(group).num_rows for group in groups]
    except (OSError, pa.ArrowException) as error:
        said = first_line(error)
        raise PlaceError(f"'{file.name}' cannot be read as Parquet: {said}.") from error
    except LookupError as error:
        raise PlaceError(f"'{file.name}': {error.args[0]}") from error
    firsts = [0, *accumulate(sizes)]  # number of each group's first row
    parts = []
    for _, together in groupby(groups, key=lambda group: firsts[group] // part_size):
        chosen = tuple(together)
        first, end = firsts[chosen[0]], firsts[chosen[-1] + 1]
        parts.append(TableRows(file, name, chosen, first, end - first))
    return parts


def open_table(file: Input, *, base: str = "") -> pq.ParquetFile:
    """Open a Parquet file, wherever it lies; `base` is where a relative path begins."""
    path = file.path if file.place else os.path.join(base, file.path)
    return pq.ParquetFile(file.system.open_input_file(path))


def find_column(schema: pa.Schema, column: str | None) -> str:
    """Choose the column that holds pictures, or raise LookupError with a sentence."""
    fitting = [field.name for field in schema if holds_bytes(field.type)]
    listed = ", ".join(f"'{name}'" for name in fitting) or "none"
    if column is None:
        column = USUAL_COLUMN if USUAL_COLUMN in fitting or len(fitting) != 1 else fitting[0]
    if column not in fitting:
        raise LookupError(
            f"expected a column '{column}' of bytes, as picture files have them; columns of"
            f" bytes are: {listed}. Name one with --image-column."
        )
    return column


def holds_bytes(kind: pa.DataType) -> bool:
    """Whether a column holds files: as bytes, or beside their names, as Hugging Face has them."""
    if pa.types.is_struct(kind):
        index = kind.get_field_index("bytes")
        return index >= 0 and holds_bytes(kind.field(index).type)
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def digest(parts: Sequence[Part]) -> str:
    """Tell these parts of these inputs from all others."""
    sha256 = hashlib.sha256()
    for part in parts:
        if isinstance(part, PictureFiles):
            files, head = part.files, "pictures"
        else:
            files, head = (part.file,), f"{part.column} {part.groups} {part.count}"
        sha256.update(f"{head}\n".encode())
        for file in files:
            sha256.update(os.fsencode(f"{file.name}\0{file.size}\0{file.modified}\n"))
    return sha256.hexdigest()
