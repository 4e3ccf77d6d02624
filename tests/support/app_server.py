"""A running app and a Chromium to visit it; tests, screenshots and benchmarks share them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.live_server import run_server

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
NO_CHROMIUM = "Chromium is not on the PATH: 'apt-get install chromium' brings it."


def find_chromium() -> str | None:
    """Find Chromium on the PATH."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def demand_chromium() -> str:
    """Find Chromium on the PATH; without it the test is skipped, in CI that is a failure."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    return path


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
    words = ["streamlit", "run", "app.py", "--server.headless=true", "--server.port=PORT"]
    with tempfile.TemporaryDirectory() as folder:
        secrets = Path(folder) / "secrets.toml"
        database = f"sqlite:///{(Path(folder) / 'kept.db').as_posix()}"
        secrets.write_text(f'[drawings]\ndatabase = "{database}"\n{settings}\n')
        options = [f"--server.address={address}", f"--secrets.files={secrets}"]
        with run_server(*words, *options, health="/_stcore/health") as url:
            yield url
