"""Load IDX files, the format in which MNIST and its relatives are published.

    files = load_idx_set(Path("mnist"))       # a folder with MNIST's four files
    files = load_idx_set(Path("gzip/emnist-letters-train-images-idx3-ubyte.gz"))
    images, labels = files.arrays[0]          # uint8 (n, 28, 28), upright, and (n,)

EMNIST's files have names that begin with the set's, such as `emnist-letters-`, and lie
beside each other in one folder; their images are transposed (Cohen, Afshar, Tapson and
van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017).
"""

import gzip
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digits.data.dataset import DatasetError
from digits.files import first_line

Bytes = npt.NDArray[np.uint8]

MAX_UNPACKED_BYTES = 2 << 30  # of a file; MNIST has 55 MB, EMNIST's largest half a gigabyte
UNSIGNED_BYTE = 8  # the format's number for the only type that MNIST uses


TRAINING_IMAGES = re.compile(r"(.*-)?train-images[-.]idx3-ubyte(\.gz)?")


@dataclass(frozen=True)
class IdxSet:
    """What four IDX files hold.

    Attributes:
        name: "mnist", or what EMNIST's file names begin with: "emnist-letters".
        arrays: images, uint8 (n, 28, 28), and their labels, (n,); of the training part, then
            of the test part.
        mapping: file that says what the labels stand for; None when there is none.
    """

    name: str
    arrays: list[tuple[Bytes, Bytes]]
    mapping: Path | None

    @property
    def is_emnist(self) -> bool:
        """Whether it is one of EMNIST's sets."""
        return self.name.startswith("emnist")


def load_idx_set(path: Path) -> IdxSet:
    """Load the four files of a set.

    Args:
        path: the folder that they lie in; or the file of the training images, where
            several sets share a folder.

    Raises:
        DatasetError: if one is missing or damaged, or the folder has several sets.
    """
    folder = path if path.is_dir() else path.parent
    prefix = find_prefix(folder) if path.is_dir() else path.name.partition("train-images")[0]
    parts = f"{prefix}train", f"{prefix}test" if prefix else "t10k"
    arrays = [load_idx_pair(folder, part) for part in parts]
    mapping = folder / f"{prefix}mapping.txt"
    return IdxSet(prefix.rstrip("-") or "mnist", arrays, mapping if mapping.exists() else None)


def find_prefix(folder: Path) -> str:
    """Find what names of training images in a folder begin with: "" for MNIST's."""
    found = {m[1] or "" for path in folder.iterdir() if (m := TRAINING_IMAGES.fullmatch(path.name))}
    if len(found) > 1:
        raise DatasetError(
            f"Expected one set in '{folder}', found {len(found)}. Name the training images of"
            f" one, such as '{folder / max(found)}train-images-idx3-ubyte.gz'."
        )
    return found.pop() if found else ""


def is_idx_name(path: Path) -> bool:
    """Whether a file is named as the training images of a set are."""
    return TRAINING_IMAGES.fullmatch(path.name) is not None


def load_idx_pair(folder: Path, part: str) -> tuple[Bytes, Bytes]:
    """Load `<part>-images-idx3-ubyte[.gz]` and its labels from a folder."""
    images = load_idx(find_idx(folder, f"{part}-images", "idx3-ubyte"))
    labels = load_idx(find_idx(folder, f"{part}-labels", "idx1-ubyte"))
    is_transposed = part.startswith("emnist") and images.ndim > 1
    return images.swapaxes(-1, -2) if is_transposed else images, labels


def find_idx(folder: Path, name: str, kind: str) -> Path:
    """Find an IDX file under any of its usual names, or raise DatasetError."""
    candidates = [folder / f"{name}{mark}{kind}{ending}" for mark in "-." for ending in ("", ".gz")]
    for path in candidates:
        if path.is_file():
            return path
    raise DatasetError(f"Expected '{name}-{kind}' or '{name}-{kind}.gz' in '{folder}'.")


def load_idx(path: Path) -> Bytes:
    """Load an IDX file of unsigned bytes (format: yann.lecun.com/exdb/mnist).

    Raises:
        DatasetError: if it is damaged, cut short, or of another type.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MAX_UNPACKED_BYTES + 1)
        if len(data) > MAX_UNPACKED_BYTES:
            raise ValueError(f"more than {MAX_UNPACKED_BYTES >> 30} GB, unpacked")
        zeros, kind, dimensions = struct.unpack_from(">HBB", data)
        shape = struct.unpack_from(f">{dimensions}I", data, 4)
        values = np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions)
        if zeros or kind != UNSIGNED_BYTE:
            raise ValueError("another kind of file")
        return values.reshape(shape)
    except (OSError, EOFError, ValueError, OverflowError, zlib.error, struct.error) as error:
        raise DatasetError(
            f"Expected an IDX file of bytes in '{path}'. Found: {first_line(error)}"
        ) from error
