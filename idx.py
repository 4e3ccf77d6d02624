"""Read IDX files, the format in which MNIST and its relatives are published.

images, labels = read_idx_pair(Path("mnist"), "train")
"""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

MAX_BYTES = 2 << 30  # of a file, unpacked; EMNIST's largest has half a gigabyte
UNSIGNED_BYTE = 8  # the format's number for the only type that MNIST uses


class IdxError(Exception):
    """IDX files that are missing or damaged; its text says what was expected."""


def read_idx_pair(folder: Path, part: str) -> tuple[Bytes, Bytes]:
    """Read `<part>-images-idx3-ubyte[.gz]` and its labels from a folder."""
    return (
        read_idx(find_idx(folder, f"{part}-images", "idx3-ubyte")),
        read_idx(find_idx(folder, f"{part}-labels", "idx1-ubyte")),
    )


def find_idx(folder: Path, name: str, kind: str) -> Path:
    """Find an IDX file under any of its usual names, or raise IdxError."""
    candidates = [folder / f"{name}{mark}{kind}{ending}" for mark in "-." for ending in ("", ".gz")]
    for path in candidates:
        if path.is_file():
            return path
    raise IdxError(f"Expected '{name}-{kind}' or '{name}-{kind}.gz' in '{folder}'.")


def read_idx(path: Path) -> Bytes:
    """Read an IDX file of unsigned bytes (format: yann.lecun.com/exdb/mnist).

    Raises:
        IdxError: if it is damaged, cut short, or of another type.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES >> 30} GB, unpacked")
        zeros, kind, dimensions = struct.unpack_from(">HBB", data)
        shape = struct.unpack_from(f">{dimensions}I", data, 4)
        values = np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions)
        if zeros or kind != UNSIGNED_BYTE:
            raise ValueError("another kind of file")
        return values.reshape(shape)
    except (OSError, EOFError, ValueError, OverflowError, zlib.error, struct.error) as error:
        raise IdxError(
            f"Expected an IDX file of bytes in '{path}'. Found: {error or type(error).__name__}"
        ) from error
