"""Keep the API busy with good and hostile clients at once: are the good ones still served?

    python -m benchmarks.robustness.api_soak --minutes 10 --seed 0
    python -m benchmarks.robustness.api_soak --seconds 30            # a quick look

Starts a server of its own on this machine. Good clients send drawings whose digit is known;
hostile_clients.py does the rest. Exit status: 1 when a good drawing was read wrong or got
no answer, when nobody was let in for long, at a fault of the server's, or when memory grew.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np

from benchmarks.robustness.hostile_clients import (
    BUSY,
    CUT_OFF,
    GIVEN_UP,
    HABITS,
    UNANSWERED,
    Habit,
    exchange,
    head,
)
from benchmarks.speed.api_load import memory_of
from digits.arguments import positive_int
from tests.support.digit_drawings import DIGITS, draw, encode_png
from tests.support.live_server import serve, wait_until_ready

CLIENTS = 4  # good ones
PAUSE = 0.1  # seconds of a good client between one drawing and the next
AWAY = 1.0  # seconds after a refusal: what Retry-After says
WARM_UP = 60.0  # seconds, until what is loaded or kept once is there
MOST_GAP = 15.0  # seconds, in which no good drawing is read


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


def main(argv: Sequence[str] | None = None) -> int:
    """Print the counts; 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--minutes", type=positive_int, default=10, help="that it takes (default: 10)")
    add("--seconds", type=positive_int, help="in place of --minutes")
    add("--seed", type=int, default=0, help="of what is sent (default: 0)")
    add("--growth", type=positive_int, default=50, help="MB that memory may grow (default: 50)")
    arguments = parser.parse_args(argv)
    seconds = arguments.seconds or 60 * arguments.minutes
    with serve("uvicorn", "server:app", "--port=PORT") as url:
        wait_until_ready(url)
        soak = asyncio.run(run(url, seconds=seconds, seed=arguments.seed))
    return report(soak, seconds=seconds, growth=arguments.growth)


async def run(url: str, *, seconds: float, seed: int) -> Soak:
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


def report(soak: Soak, *, seconds: float, growth: int) -> int:
    """Print all counts, and what is not as it should be; return the exit status."""
    sent = len(soak.waits) + soak.refused + len(soak.wrong)
    middle, late = np.percentile(soak.waits or [0], [50, 99])
    print(
        f"good: {sent} sent, {len(soak.waits)} right, {soak.refused} refused with 503,"
        f" {len(soak.wrong)} wrong or unanswered; p50 {middle:.0f} ms, p99 {late:.0f} ms,"
        f" longest time without one read {soak.gap:.1f} s"
    )
    names = ("all", "2xx", "4xx", "503", "other 5xx", "unanswered", "cut off", "hung up")
    print(f"{'hostile':26}" + "".join(f"{name:>12}" for name in names))
    total: Counter[int] = sum(soak.hostile.values(), Counter())
    for name, counts in {**soak.hostile, "all": total}.items():
        fine, refused, failed = (
            sum(count for status, count in counts.items() if status // 100 == kind)
            for kind in (2, 4, 5)
        )
        figures = (counts.total(), fine, refused, counts[BUSY], failed - counts[BUSY])
        others = (counts[one] for one in (UNANSWERED, CUT_OFF, GIVEN_UP))
        print(f"{name:26}" + "".join(f"{figure:12}" for figure in (*figures, *others)))
    window = min(WARM_UP, seconds / 5)
    before = median(soak, window, 2 * window)
    after = median(soak, seconds - window, seconds)
    most = max(size for _, size in soak.memory)
    print(
        f"memory: {before:.0f} MB after a warm-up of {window:.0f} s, {after:.0f} MB at the end"
        f" ({after - before:+.0f}; medians of {window:.0f} s), at most {most:.0f} MB"
    )
    faults = [*soak.wrong, *soak.faults]
    if not soak.waits or soak.gap > MOST_GAP:
        faults.append(f"no good drawing was read for {soak.gap:.0f} s")
    if after - before > growth:
        faults.append(f"memory grew by more than {growth} MB")
    for fault in faults[:20]:
        print(f"not as it should be: {fault}")
    return 1 if faults else 0


def median(soak: Soak, start: float, end: float) -> float:
    """Return the median memory between two times, or what was noted nearest to them."""
    nearest = min(soak.memory, key=lambda noted: abs(noted[0] - (start + end) / 2))
    return float(np.median([size for at, size in soak.memory if start <= at <= end] or nearest[1]))


if __name__ == "__main__":
    sys.exit(main())
