"""A bounded number of requests at work or waiting; the next is turned away at once.

with admission.acquire():
    async with admission.sending():
        data = await request.body()          # who is slow must go when others wait
    answer = await admission.run(prepare, data)   # in a thread; others wait for one
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import ParamSpec, TypeVar

from digits.serving.api.problems import Problem

P = ParamSpec("P")
Result = TypeVar("Result")

RETRY_SECONDS = 1  # pictures in all slots are predicted in less
SLOW_SECONDS = 1  # of sending, after which a slot is given to who has none; most need 0.1


class Admission:
    """Slots for requests, and fewer threads that do their work, first come first served.

    A slot is taken before a request's body is read: what waits is bounded in memory too.
    All but `run`'s work happens on the event loop, which needs no lock.
    """

    def __init__(self, *, slots: int, threads: int, on_refusal: Callable[[], None]) -> None:
        """Set the bounds.

        Args:
            slots: requests inside, at work or waiting.
            threads: that work at once.
            on_refusal: is called when one is turned away.
        """
        self.slots = slots
        self.taken = 0
        self._on_refusal = on_refusal
        self._senders: dict[asyncio.Timeout, float] = {}  # since when; the longest first
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reading")

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Hold a slot, a slow sender's if need be; else raise a Problem: when to return."""
        if self.taken >= self.slots and not self._evict_slowest():
            raise self._refuse(f"All {self.slots} places are taken.")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Wait for what the holder of a slot sends, as long as nobody else needs the slot.

        Else as many as there are slots, each with a byte now and then, would keep all out.
        """
        try:
            async with asyncio.timeout(None) as patience:
                self._senders[patience] = asyncio.get_running_loop().time()
                try:
                    yield
                finally:
                    self._senders.pop(patience, None)
        except TimeoutError as error:
            raise self._refuse("All places are taken, and your picture came slowly.") from error

    def _refuse(self, why: str) -> Problem:
        """Count a refusal, and say when to return."""
        self._on_refusal()
        return Problem(503, f"{why} Try again in a second.", retry_after=RETRY_SECONDS)

    def _evict_slowest(self) -> bool:
        """Give up whoever has been sending longest; False if all of them began just now."""
        now = asyncio.get_running_loop().time()
        for patience, since in self._senders.items():
            if now - since < SLOW_SECONDS:
                break
            del self._senders[patience]
            patience.reschedule(now)
            return True
        return False

    async def run(self, work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """Do work in a thread; if this is cancelled before its turn, never."""
        future = self._pool.submit(work, *args, **kwargs)
        return await asyncio.wrap_future(future)
