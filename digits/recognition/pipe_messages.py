"""Messages between two processes: named arrays and texts, through a pipe.

    write_message(pipe, images=images)
    read_message(pipe)["images"]

A message is its length, 8 bytes, and an `.npz` file. Nothing is unpickled.
"""

import io
import struct
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Message = dict[str, npt.NDArray[Any]]

LENGTH = struct.Struct("<Q")


def write_message(pipe: BinaryIO, **values: npt.ArrayLike) -> None:
    """Write arrays, numbers and texts.

    Raises:
        OSError: if nobody reads the pipe any more.
    """
    content = io.BytesIO()
    arrays = {name: np.asarray(value) for name, value in values.items()}
    np.savez(content, allow_pickle=False, **arrays)
    pipe.write(LENGTH.pack(content.tell()) + content.getvalue())
    pipe.flush()


def read_message(pipe: BinaryIO) -> Message:
    """Read what `write_message` wrote, as arrays.

    Raises:
        EOFError: if the pipe ends first.
    """
    (length,) = LENGTH.unpack(read_whole(pipe, LENGTH.size))
    with np.load(io.BytesIO(read_whole(pipe, length)), allow_pickle=False) as file:
        return dict(file)


def read_whole(pipe: BinaryIO, count: int) -> bytes:
    """Read `count` bytes."""
    content = pipe.read(count)
    if len(content) < count:
        raise EOFError
    return content
