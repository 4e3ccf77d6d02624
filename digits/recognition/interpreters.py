"""Run LiteRT's interpreters from any number of threads, without a line on the screen.

    pool = RunnerPool(start, limit=2)
    with pool.borrow() as run:
        answers = run(image=image)

An interpreter is not thread-safe: threads that share one get wrong answers without an
error. So each call takes one from a pool, and puts it back.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from digits.native_output import hide_native_output

Runner = Callable[..., dict[str, npt.NDArray[np.float32]]]  # a signature of an interpreter
Result = TypeVar("Result")

_is_quiet = threading.Event()  # set once LiteRT has written its line


def run_quietly(call: Callable[[], Result]) -> Result:
    """Call what runs an interpreter, and hide the line that LiteRT writes on its first run.

    It announces the delegate that it uses, once a process.
    """
    if _is_quiet.is_set():
        return call()
    with hide_native_output(b"XNNPACK delegate"):
        result = call()
    _is_quiet.set()
    return result


class RunnerPool:
    """Interpreters of one signature, made on demand up to a limit, and then waited for."""

    def __init__(self, start: Callable[[], Runner], *, limit: int) -> None:
        self._start = start
        self._places = threading.Semaphore(limit)
        self._idle: list[Runner] = []  # append and pop are atomic

    @contextmanager
    def borrow(self) -> Iterator[Runner]:
        """Take an interpreter from the pool for one call.

        After an error it is not put back: its state is not known.
        """
        with self._places:
            try:
                runner = self._idle.pop()  # the last one used has the right batch size
            except IndexError:
                runner = self._start()
            yield runner
            self._idle.append(runner)
