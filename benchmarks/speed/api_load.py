"""Measure requests a second and waiting times of the API, and of a naive server.

    python -m benchmarks.speed.api_load                          # 1, 8 and 32 clients, in rounds
    python -m benchmarks.speed.api_load --seconds 3 --rounds 1   # a quick look

Both servers run on this machine, one measured after the other in each round, so that
what else the machine does hits both. Each client sends one drawing after another over
a connection of its own; all of it ends by itself.
"""

import argparse
import http.client
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np

from digits.arguments import positive_int
from tests.support.digit_drawings import DIGITS, draw, encode_png
from tests.support.live_server import memory_of, serve, wait_until_ready

CLIENTS = (1, 8, 32)
MOST = 20_000  # requests of one measurement
SERVERS = {
    "ours": ("uvicorn", "server:app", "--port=PORT"),
    "naive": ("uvicorn", "benchmarks.speed.baseline_server:app", "--port=PORT", "--no-access-log"),
}


@dataclass
class Load:
    """What came of some clients' requests.

    Attributes:
        waits: milliseconds of each request that was answered with 200.
        refused: requests that were answered with 503.
        seconds: that all of it took.
    """

    waits: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    def add(self, other: "Load") -> None:
        """Add another round."""
        self.waits += other.waits
        self.refused += other.refused
        self.seconds += other.seconds

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each server and number of clients."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--seconds", type=positive_int, default=5, help="of one measurement (default: 5)")
    add("--rounds", type=positive_int, default=3, help="of all (default: 3)")
    arguments = parser.parse_args(argv)
    loads = {(clients, name): Load() for clients in CLIENTS for name in SERVERS}
    with serve(*SERVERS["ours"]) as ours, serve(*SERVERS["naive"]) as naive:
        urls = {"ours": ours, "naive": naive}
        for url in urls.values():
            wait_until_ready(url)
            send(url, clients=2, seconds=2)  # the first calls are slower
        for _ in range(arguments.rounds):
            for (clients, name), load in loads.items():
                load.add(send(urls[name], clients=clients, seconds=arguments.seconds))
        memory = {name: memory_of(url) for name, url in urls.items()}
    report(loads, memory)
    return 0


def send(url: str, *, clients: int, seconds: float) -> Load:
    """Let clients send drawings for some seconds."""
    load = Load()
    pictures = [encode_png(draw(digit)) for digit in DIGITS]
    started = time.perf_counter()
    end = started + seconds
    threads = [
        threading.Thread(target=send_as_one, args=(url, pictures, end, MOST // clients, load))
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - started
    return load


def send_as_one(url: str, pictures: Sequence[bytes], end: float, most: int, load: Load) -> None:
    """Send one drawing after another, until the time is over."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    for number in range(most):
        sent = time.perf_counter()
        if sent > end:
            break
        connection.request("POST", "/api/predict", pictures[number % len(pictures)])
        response = connection.getresponse()
        answer = response.read()
        if response.status == 200:
            load.waits.append((time.perf_counter() - sent) * 1000)
        elif response.status == 503:
            load.refused += 1
        else:
            raise RuntimeError(f"expected 200 or 503, found {response.status}: {answer[:200]!r}")
    connection.close()


def report(loads: dict[tuple[int, str], Load], memory: dict[str, float]) -> None:
    """Print the table."""
    print("server  clients  answers/s  p50 ms  p99 ms  p99/p50  refused  answers")
    for (clients, name), load in loads.items():
        middle, late = np.percentile(load.waits, [50, 99])
        print(
            f"{name:6}  {clients:7}  {load.rate:9.1f}  {middle:6.1f}  {late:6.1f}"
            f"  {late / middle:7.1f}  {load.refused:7}  {len(load.waits):7}"
        )
    for clients in CLIENTS:
        ratio = loads[clients, "ours"].rate / loads[clients, "naive"].rate
        print(f"{clients} clients: {ratio:.1f} times the naive server's answers a second")
    print(", ".join(f"memory of {name}: {size:.0f} MB" for name, size in memory.items()))


if __name__ == "__main__":
    sys.exit(main())
