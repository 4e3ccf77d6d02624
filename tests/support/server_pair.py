"""Two `streamlit run server.py` that share their settings; either can be killed and started again.

with serve_pair(settings='database = "postgresql+psycopg://..."') as (one, two):
    one.kill()
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.live_server import find_free_port, wait_until_ready
from tests.support.paths import PROJECT


@dataclass
class Server:
    """One of the two, at a port of its own."""

    secrets: Path
    port: int = field(default_factory=find_free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, without waiting for its model."""
        command = [sys.executable, "-m", "streamlit", "run", "server.py"]
        options = [
            "--server.headless=true",
            f"--server.port={self.port}",
            "--server.address=127.0.0.1",
            f"--secrets.files={self.secrets}",
        ]
        nowhere = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command + options, cwd=PROJECT, stdout=nowhere, stderr=nowhere
        )

    def kill(self) -> None:
        """End it as kill -9 does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None


@contextmanager
def serve_pair(*, settings: str) -> Iterator[tuple[Server, Server]]:
    """Start both at once, and wait until their models answer.

    Args:
        settings: lines of [drawings] in the secrets file of both.
    """
    with tempfile.TemporaryDirectory() as folder:
        secrets = Path(folder) / "secrets.toml"
        secrets.write_text(f"[drawings]\n{settings}\n")
        pair = Server(secrets), Server(secrets)
        try:
            for server in pair:
                server.start()
            for server in pair:
                wait_until_ready(server.url)
            yield pair
        finally:
            for server in pair:
                server.kill()
