"""Where pictures lie and results go: folders of this machine, or of an object store.

    folder = open_folder("s3://bucket/results")
    folder.write_whole("part-00000.parquet", data)

An address is a path, s3://BUCKET/... or gs://BUCKET/... What the latter need beside (region,
endpoint, credentials) comes from the machine's settings, or stands behind a `?`, as pyarrow
has it: s3://bucket/scans?region=eu-north-1.
"""

import os
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyarrow import fs

from digits.files import atomic_write, first_line

SCHEMES = ("s3", "gs")
PARTIAL_SUFFIX = ".partial"  # ends the name of what is being written


class StorageError(Exception):
    """An address that leads nowhere; its text says why in one sentence."""


@dataclass(frozen=True)
class Folder:
    """A folder, wherever it is.

    Attributes:
        address: as it was named; a path is absolute.
        system: what reads and writes there.
        path: of the folder, for `system`.
    """

    address: str
    system: fs.FileSystem
    path: str

    @property
    def is_local(self) -> bool:
        """Whether it is one of this machine's."""
        return not is_address(self.address)

    def names(self) -> set[str]:
        """List what lies in the folder itself; nothing when there is no such folder."""
        selector = fs.FileSelector(self.path, allow_not_found=True)
        return {found.base_name for found in self.system.get_file_info(selector)}

    def read(self, name: str) -> bytes:
        """Read a file of the folder."""
        with self.system.open_input_stream(f"{self.path}/{name}") as file:
            return file.read()

    def write_whole(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all, however many write it at once.

        Raises:
            OSError: if it cannot be written.
        """
        if not self.is_local:  # an object is there when all of it has been sent
            with self.system.open_output_stream(f"{self.path}/{name}") as file:
                file.write(data)
            return
        # A name of its own: a worker that was taken for lost may be writing the same.
        beside = Path(self.path) / f".{name}.{uuid.uuid4().hex}{PARTIAL_SUFFIX}"
        with atomic_write(Path(self.path) / name, partial=beside) as partial:
            partial.write_bytes(data)

    def sweep(self) -> None:
        """Remove what killed workers left half-written."""
        if self.is_local:
            for partial in Path(self.path).glob(f".*{PARTIAL_SUFFIX}"):
                partial.unlink(missing_ok=True)


def is_address(text: str) -> bool:
    """Whether a text names a place by its scheme, as s3://bucket does."""
    return "://" in text


@cache  # a store is asked where it is once, and its connections are kept
def open_folder(address: str) -> Folder:
    """Find what reads and writes at an address.

    Raises:
        StorageError: if there is no such kind of place, or what it needs is missing.
    """
    if not is_address(address):
        path = os.path.abspath(address)
        return Folder(path, fs.LocalFileSystem(), path)
    if address.partition("://")[0] not in SCHEMES:
        raise StorageError(f"Expected a path, s3://... or gs://..., received '{redact(address)}'.")
    try:
        system, path = fs.FileSystem.from_uri(address)
    except (OSError, ValueError) as error:  # Arrow's own errors are of these kinds
        raise StorageError(
            f"'{redact(address)}' cannot be reached: {first_line(error)}."
        ) from error
    return Folder(address, system, path.rstrip("/"))


def redact(address: str) -> str:
    """Leave out what stands behind a `?` or before an `@`: it may be secret."""
    if not is_address(address):
        return address
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"
