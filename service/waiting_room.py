"""A bounded number of requests at work or waiting; the next is turned away at once.

with room.place():
    answer = await room.run(prepare, data)   # in a thread; others wait for one
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from service.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")

RETRY_SECONDS = 1  # a full room of pictures is read in less


class WaitingRoom:
    """Places for requests, and fewer threads that do their work, first come first served.

    A place is taken before a request's body is read: what waits is bounded in memory too.
    All but `run`'s work happens on the event loop, which needs no lock.
    """

    def __init__(self, *, places: int, threads: int, on_refusal: Callable[[], None]) -> None:
        """Set the bounds.

        Args:
            places: requests inside, at work or waiting.
            threads: that work at once.
            on_refusal: is called when one is turned away.
        """
        self.places = places
        self.taken = 0
        self._on_refusal = on_refusal
        self.refused = 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reading")

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place; without a free one, raise a Problem that says when to return."""
        if self.taken >= self.places:
            self._on_refusal()
            raise Problem(
                503,
                f"All {self.places} places are taken. Try again in a second.",
                retry_after=RETRY_SECONDS,
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work in a thread; if this is cancelled before its turn, never."""
        future = self._pool.submit(work, *args, **kwargs)
        return await asyncio.wrap_future(future)
