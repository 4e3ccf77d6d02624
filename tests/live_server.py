"""A running server.py, for clients in other programs and languages."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[1]
START_SECONDS = 120  # for TensorFlow to load on a busy machine


def find_free_port() -> int:
    """Find a port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serve(*command: str, log: Path | None = None) -> Iterator[str]:
    """Run a command that serves at the port called PORT; give its address when it answers.

    Args:
        command: words after `python -m`.
        log: where its lines go. Defaults to nowhere.
    """
    port = find_free_port()
    words = [sys.executable, "-m", *(word.replace("PORT", str(port)) for word in command)]
    with tempfile.TemporaryFile() as nowhere, log.open("wb") if log else nowhere as lines:
        server = subprocess.Popen(words, cwd=PROJECT, stdout=lines, stderr=lines)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url, server)
            yield url
        finally:
            server.kill()
            server.wait(timeout=20)


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until /api/health answers, whatever it says."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if health(url):
            return
        time.sleep(0.1)
    raise TimeoutError(f"the server did not answer within {START_SECONDS} seconds")


def wait_until_ready(url: str) -> None:
    """Wait until the model answers."""
    deadline = time.monotonic() + START_SECONDS
    while health(url) != 200:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the model did not answer within {START_SECONDS} seconds")
        time.sleep(0.2)


def health(url: str) -> int:
    """Return the status of /api/health, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
