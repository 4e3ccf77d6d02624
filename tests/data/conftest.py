"""A server in the place of those that have the data sets."""

import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digits.data import downloads


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class ServedFiles:
    """Files on a server of this machine.

    Attributes:
        folder: that is served.
        url: of the folder, without a slash at its end.
        cache: where downloads are kept; it does not exist yet.
    """

    folder: Path
    url: str
    cache: Path


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedFiles]:
    """Serve an empty folder, and keep downloads in a cache of the test's own."""
    folder, cache = tmp_path / "served", tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(downloads, "cache_folder", lambda name: cache / name)
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield ServedFiles(folder, f"http://127.0.0.1:{server.server_port}", cache)
        server.shutdown()
