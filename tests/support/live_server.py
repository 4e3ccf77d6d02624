"""A running server.py or other server, and what waits for it: tests and benchmarks share them."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psutil

from tests.support.paths import PROJECT

HEALTH = "/api/health"
START_SECONDS = 120  # on a busy machine


class ServerError(Exception):
    """A server did not start."""


def find_free_port() -> int:
    """Find a port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serve(*command: str, log: Path | None = None) -> Iterator[str]:
    """Run a command that serves the API at the port called PORT; give its address when it answers.

    Args:
        command: words after `python -m`.
        log: where its lines go. Defaults to nowhere.
    """
    nowhere = nullcontext(subprocess.DEVNULL)
    with log.open("wb") if log else nowhere as lines, run_server(*command, lines=lines) as url:
        yield url


@contextmanager
def run_server(
    *command: str,
    lines: IO[bytes] | int | None = None,
    health: str = HEALTH,
    python: str | Path = sys.executable,
) -> Iterator[str]:
    """Run a command that serves at the port called PORT; give its address when it answers.

    Args:
        command: words after `python -m`.
        lines: where its lines go, as Popen takes it. Defaults to where ours go.
        health: a path that is answered, whatever is said, once the server runs.
        python: runs it. Defaults to the one that runs us.
    """
    port = str(find_free_port())
    words = [python, "-m", *(word.replace("PORT", port) for word in command)]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(words, cwd=PROJECT, stdout=lines, stderr=lines)
    try:
        wait_until(lambda: status_of(url + health) != 0, server)
        yield url
    finally:
        server.kill()
        server.wait(timeout=20)


def wait_until_ready(url: str) -> None:
    """Wait until the model answers."""
    wait_until(lambda: status_of(url + HEALTH) == 200)


def wait_until(answers: Callable[[], bool], server: subprocess.Popen[bytes] | None = None) -> None:
    """Ask again and again; raise ServerError when that takes too long or the server has ended."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if server is not None and server.poll() is not None:
            raise ServerError(f"the server ended with status {server.returncode}")
        if time.monotonic() > deadline:
            raise ServerError(f"the server did not answer within {START_SECONDS} seconds")
        time.sleep(0.1)


def status_of(address: str) -> int:
    """Return the status that an address answers with, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def memory_of(url: str) -> float:
    """Return the memory of the server at an address, in MB."""
    for child in psutil.Process().children():
        if f"--port={urlsplit(url).port}" in child.cmdline():
            return float(child.memory_info().rss / 2**20)
    return 0.0
