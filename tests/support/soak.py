"""Good and hostile clients that keep an API busy at the same time.

soak = await soak_api("http://127.0.0.1:8000", seconds=5, seed=0)

Good clients send drawings whose digit is known; hostile_clients.py does the rest.
"""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np

from tests.support.digit_drawings import DIGITS, draw, encode_png
from tests.support.hostile_clients import BUSY, HABITS, Habit, exchange, head
from tests.support.live_server import memory_of

CLIENTS = 4  # good ones
PAUSE = 0.1  # seconds of a good client between one drawing and the next
AWAY = 1.0  # seconds after a refusal: what Retry-After says


@dataclass
class Soak:
    """What came of all requests.

    Attributes:
        waits: milliseconds of each good drawing that was read right.
        refused: good drawings for which there was no place.
        wrong: what came in place of a good drawing's digit.
        gap: seconds, the longest without a good drawing read.
        hostile: how often each habit got each status.
        faults: of answers to hostile clients.
        memory: of the server in MB, by seconds since the start.
    """

    waits: list[float] = field(default_factory=list)
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    gap: float = 0.0
    last: float = field(default_factory=time.monotonic)
    hostile: dict[str, Counter[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    def note_right(self, seconds: float) -> None:
        """Count a good drawing, read right."""
        self.waits.append(seconds * 1000)
        self.note_gap()
        self.last = time.monotonic()

    def note_gap(self) -> None:
        """Measure the time since a good drawing was read."""
        self.gap = max(self.gap, time.monotonic() - self.last)


async def soak_api(url: str, *, seconds: float, seed: int) -> Soak:
    """Let all clients do what they do, for some seconds."""
    soak = Soak()
    port = urlsplit(url).port or 0
    end = time.monotonic() + seconds
    good = [asyncio.create_task(be_good(port, client, end, soak)) for client in range(CLIENTS)]
    doers = [habit for habit in HABITS for _ in range(habit.clients)]
    others = [
        asyncio.create_task(be_hostile(port, habit, np.random.default_rng([seed, place]), soak))
        for place, habit in enumerate(doers)
    ]
    watch = asyncio.create_task(watch_memory(url, soak))
    await asyncio.gather(*good)
    soak.note_gap()
    for task in (*others, watch):
        if task.done():
            task.result()  # raises what ended it
        task.cancel()
    await asyncio.gather(*others, watch, return_exceptions=True)
    return soak


async def be_good(port: int, client: int, end: float, soak: Soak) -> None:
    """Send one drawing after another; when there is no place, return later as told."""
    pictures = [encode_png(draw(digit)) for digit in DIGITS]
    digit = client
    while time.monotonic() < end:
        data = pictures[digit]
        sent = time.monotonic()
        answer = await exchange(port, [head("predict", len(data)), data])
        if answer.status == BUSY:
            soak.refused += 1
            await asyncio.sleep(AWAY)
            continue
        found = json.loads(answer.body)["digit"] if answer.status == 200 else answer
        if found == digit:
            soak.note_right(time.monotonic() - sent)
        else:
            soak.wrong.append(f"{digit}: {found}")
        digit = (digit + 1) % len(pictures)
        await asyncio.sleep(PAUSE)


async def be_hostile(port: int, habit: Habit, rng: np.random.Generator, soak: Soak) -> None:
    """Do one hostile thing again and again."""
    counts = soak.hostile.setdefault(habit.name, Counter())
    while True:
        await asyncio.sleep(habit.pause * 2 * rng.random())
        for answer in await habit.act(port, rng):
            counts[answer.status] += 1
            if answer.fault:
                soak.faults.append(f"{habit.name}: {answer.fault}")


async def watch_memory(url: str, soak: Soak) -> None:
    """Note the server's memory twice a second."""
    start = time.monotonic()
    while True:
        soak.memory.append((time.monotonic() - start, memory_of(url)))
        await asyncio.sleep(0.5)
