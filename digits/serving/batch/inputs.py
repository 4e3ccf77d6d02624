"""What a job reads: pictures and rows of Parquet files, cut into shards once and for all.

    inputs = find_inputs(["scans/", "s3://bucket/more.parquet"], shard_size=1024)
    inputs.shards, inputs.pictures, inputs.digest

The same inputs give the same shards in the same order, and the digest tells them from others.
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
from digits.preprocessing.loader import in_batches
from digits.preprocessing.picture_folders import PICTURE_ENDINGS, find_pictures
from digits.serving.batch.storage import Folder, StorageError, is_address, open_folder, redact

TABLE_ENDINGS = frozenset((".parquet",))
THREADS = 16  # that read what stands at the end of Parquet files: an object store lets wait
USUAL_COLUMN = "image"  # of data sets; looked for first


@dataclass(frozen=True, slots=True)  # there may be millions
class Input:
    """A file as it was found: with another size or time it is another input.

    Attributes:
        root: what it was found under: the address that was named, "" on this machine.
        path: of the file, for whoever reads there.
        size: bytes; -1 for what is no file.
        modified: nanoseconds since 1970; 0 where that is not known.
    """

    root: str
    path: str
    size: int
    modified: int

    @property
    def name(self) -> str:
        """What the results call it: the path as found, or the whole address."""
        return f"{self.root.partition('://')[0]}://{self.path}" if self.root else self.path

    @property
    def system(self) -> fs.FileSystem:
        """What reads it."""
        return open_folder(self.root).system

    @property
    def ending(self) -> str:
        """What tells a picture from a Parquet file, in small letters."""
        return PurePosixPath(self.path).suffix.lower()


@dataclass(frozen=True)
class Shard:
    """Pictures that are read and written as a whole: files, or rows of a Parquet file.

    Attributes:
        files: the picture files; or the Parquet file alone.
        count: of the pictures.
        column: of the Parquet file, which holds the pictures; "" for picture files.
        groups: numbers of its row groups.
        first: number of the first row, from 0.
    """

    files: tuple[Input, ...]
    count: int
    column: str = ""
    groups: tuple[int, ...] = ()
    first: int = 0

    def __len__(self) -> int:
        """Count the pictures."""
        return self.count


@dataclass(frozen=True)
class Inputs:
    """All that a job reads.

    Attributes:
        shards: in their order.
        digest: SHA-256 of names, sizes, times and shards.
    """

    shards: tuple[Shard, ...]
    digest: str

    @property
    def pictures(self) -> int:
        """How many pictures there are."""
        return sum(map(len, self.shards))


def find_inputs(named: Iterable[str], *, shard_size: int, column: str | None = None) -> Inputs:
    """Find the pictures, and cut them into shards: first files, then rows of Parquet files.

    Args:
        named: files and folders, as paths or addresses. In a folder the pictures and
            Parquet files are found by their endings; a named file that does not end in
            .parquet is a picture.
        shard_size: pictures a shard. Of Parquet, as many whole row groups as reach it.
        column: of Parquet files. Defaults to "image", or the only one that holds bytes.

    Raises:
        StorageError: if something cannot be reached, or is no Parquet file with pictures.
    """
    files = [file for path in named for file in list_inputs(path)]
    pictures = [file for file in files if file.ending not in TABLE_ENDINGS]
    tables = [file for file in files if file.ending in TABLE_ENDINGS]
    shards = [Shard(tuple(group), len(group)) for group in in_batches(pictures, shard_size)]
    with ThreadPoolExecutor(THREADS) as pool:
        for rows in pool.map(lambda file: cut_table(file, shard_size, column), tables):
            shards += rows
    return Inputs(tuple(shards), identify_inputs(shards))


def list_inputs(named: str) -> Iterator[Input]:
    """List a named file, or what a folder holds, in a stable order."""
    if not is_address(named):
        path = Path(named)
        endings = PICTURE_ENDINGS | TABLE_ENDINGS
        yield from map(stat_file, find_pictures(path, endings) if path.is_dir() else [path])
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
        raise StorageError(f"'{redact(named)}' cannot be listed: {first_line(error)}.") from error
    inputs = (to_input(folder, one) for one in listed if one.type == fs.FileType.File)
    yield from (one for one in inputs if one.ending in PICTURE_ENDINGS | TABLE_ENDINGS)


def stat_file(path: Path) -> Input:
    """Describe a file of this machine; whoever reads it says what is wrong with it."""
    try:
        found = path.stat()
    except OSError:
        return Input("", str(path), -1, 0)
    return Input("", str(path), found.st_size, found.st_mtime_ns)


def to_input(folder: Folder, found: fs.FileInfo) -> Input:
    """Describe a file of an object store."""
    return Input(folder.address, found.path, found.size, found.mtime_ns or 0)


def cut_table(file: Input, shard_size: int, column: str | None) -> list[Shard]:
    """Cut a Parquet file into shards of whole row groups."""
    try:
        with open_table(file) as table:
            name = find_column(file, table.schema_arrow, column)
            groups = range(table.num_row_groups)
            sizes = [table.metadata.row_group(group).num_rows for group in groups]
    except (OSError, pa.ArrowException) as error:
        said = first_line(error)
        raise StorageError(f"'{file.name}' cannot be read as Parquet: {said}.") from error
    firsts = [0, *accumulate(sizes)]  # number of each group's first row
    shards = []
    for _, together in groupby(groups, key=lambda group: firsts[group] // shard_size):
        chosen = tuple(together)
        first, end = firsts[chosen[0]], firsts[chosen[-1] + 1]
        shards.append(Shard((file,), end - first, name, chosen, first))
    return shards


def open_table(file: Input, *, base: str = "") -> pq.ParquetFile:
    """Open a Parquet file, wherever it lies; `base` is where a relative path begins."""
    path = file.path if file.root else os.path.join(base, file.path)
    return pq.ParquetFile(file.system.open_input_file(path))


def find_column(file: Input, schema: pa.Schema, column: str | None) -> str:
    """Choose the column of a Parquet file that holds pictures, or raise StorageError."""
    fitting = [field.name for field in schema if holds_bytes(field.type)]
    listed = ", ".join(f"'{name}'" for name in fitting) or "none"
    if column is None:
        column = USUAL_COLUMN if USUAL_COLUMN in fitting or len(fitting) != 1 else fitting[0]
    if column not in fitting:
        raise StorageError(
            f"'{file.name}': expected a column '{column}' of bytes, as picture files have them;"
            f" columns of bytes are: {listed}. Name one with --image-column."
        )
    return column


def holds_bytes(kind: pa.DataType) -> bool:
    """Whether a column holds files: as bytes, or beside their names, as Hugging Face has them."""
    if pa.types.is_struct(kind):
        index = kind.get_field_index("bytes")
        return index >= 0 and holds_bytes(kind.field(index).type)
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def identify_inputs(shards: Sequence[Shard]) -> str:
    """Tell these shards of these inputs from all others."""
    sha256 = hashlib.sha256()
    for shard in shards:
        head = f"{shard.column} {shard.groups} {shard.count}" if shard.column else "pictures"
        sha256.update(f"{head}\n".encode())
        for file in shard.files:
            sha256.update(os.fsencode(f"{file.name}\0{file.size}\0{file.modified}\n"))
    return sha256.hexdigest()
