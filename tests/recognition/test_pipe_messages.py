"""Messages between processes arrive as they were sent, and hold no code."""

import io
from typing import Any

import numpy as np
import pytest

from digits.recognition.pipe_messages import LENGTH, read_message, write_message


def test_messages_arrive_one_after_the_other() -> None:
    pipe = io.BytesIO()
    images = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    write_message(pipe, images=images, label=3, message="'é.keras' is wrong.")
    write_message(pipe, warnings=np.array([], dtype=str))
    pipe.seek(0)
    first, second = read_message(pipe), read_message(pipe)
    np.testing.assert_array_equal(first["images"], images)
    assert first["images"].dtype == np.float32
    assert (int(first["label"]), str(first["message"])) == (3, "'é.keras' is wrong.")
    assert second["warnings"].tolist() == []
    with pytest.raises(EOFError):
        read_message(pipe)


def test_a_pipe_that_ends_early_is_an_error() -> None:
    pipe = io.BytesIO()
    write_message(pipe, label=1)
    for count in (1, LENGTH.size, len(pipe.getvalue()) - 1):
        with pytest.raises(EOFError):
            read_message(io.BytesIO(pipe.getvalue()[:count]))


def test_objects_are_neither_written_nor_read() -> None:
    thing: Any = object()
    with pytest.raises(ValueError, match="allow_pickle"):
        write_message(io.BytesIO(), thing=thing)
    content = io.BytesIO()
    np.savez(content, thing=np.array(thing))
    pipe = io.BytesIO(LENGTH.pack(content.tell()) + content.getvalue())
    with pytest.raises(ValueError, match="allow_pickle"):
        read_message(pipe)
