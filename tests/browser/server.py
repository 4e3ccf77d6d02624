"""A running app and a Chromium to visit it; tests, screenshots and benchmarks share them."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
START_SECONDS = 90  # for TensorFlow to load on a busy machine


class ServerError(Exception):
    """The app did not start."""


def find_chromium() -> str | None:
    """Find Chromium on the PATH."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def open_chromium(path: str) -> Iterator[Browser]:
    """Start the Chromium at `path`, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def server_process(url: str) -> int:
    """Find the number of the process that listens at an address of this machine."""
    port = int(url.rsplit(":", 1)[1])
    children = psutil.Process().children(recursive=True)
    listeners = [
        child.pid
        for child in children
        for connection in child.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    ]
    return listeners[0]


@contextmanager
def serve_app(*, address: str = "127.0.0.1", settings: str = "") -> Iterator[str]:
    """Serve the app on a free port, as `streamlit run app.py` does; give its address.

    Args:
        address: that it is bound to.
        settings: lines of [drawings] in its secrets file, beside a database of its own.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.headless=true", f"--server.port={port}", f"--server.address={address}"]
    with tempfile.TemporaryDirectory() as folder:
        secrets = Path(folder) / "secrets.toml"
        database = f"sqlite:///{Path(folder) / 'kept.db'}"
        secrets.write_text(f'[drawings]\ndatabase = "{database}"\n{settings}\n')
        options.append(f"--secrets.files={secrets}")
        server = subprocess.Popen(command + options, cwd=PROJECT)
        try:
            wait_until_healthy(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_until_healthy(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers, or raise ServerError."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise ServerError(f"the app did not start within {START_SECONDS} seconds")
