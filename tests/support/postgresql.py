"""A PostgreSQL of the tests' own: on loopback, at a free port, its data in a temporary folder.

with PostgreSQL.serve(find_postgresql()) as server:
    store = DrawingStore(server.make_database())
"""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from tests.support.live_server import find_free_port

INSTALLED = Path("/usr/lib/postgresql")  # where Debian puts it, a folder a version
ACCOUNT = "postgres"  # it refuses to run as root; Debian's package brings this user
USER, PASSWORD = "digits", "open sesame"
# Nothing has to survive the loss of this machine's power.
OPTIONS = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": "''"}


def find_postgresql() -> Path | None:
    """Find the folder of PostgreSQL's programs, the latest of those installed."""
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class PostgreSQL:
    """A server that can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        """Make its data in a folder that belongs to whom it runs as."""
        self.programs = programs
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = find_free_port()
        self._numbers = itertools.count(1)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if is_root():
            for path in (folder, secret):
                shutil.chown(path, ACCOUNT)
        how = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--no-sync"]
        self._run("initdb", f"--pgdata={self.data}", "--locale=C", "--encoding=UTF8", *how)

    @classmethod
    @contextmanager
    def serve(cls, programs: Path) -> Iterator["PostgreSQL"]:
        """Run one, and remove all of it in the end."""
        # Not pytest's own folder, which is closed to the user that this runs as.
        with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
            server = cls(programs, Path(folder))
            server.start()
            try:
                yield server
            finally:
                server.stop()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {"port": self.port, **OPTIONS}
        words = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run(*self._control("start"), f"--options={words}", f"--log={self.log}")

    def stop(self) -> None:
        """End it at once, as a crash does: nobody is waited for, nothing is tidied up."""
        self._run(*self._control("stop"), "--mode=immediate")

    def make_database(self) -> str:
        """Make an empty database; return its address as `DrawingStore` takes it."""
        name = f"drawings_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def address(
        self, database: str, *, user: str = USER, password: str = PASSWORD, port: int | None = None
    ) -> str:
        """Write an address of SQLAlchemy's form."""
        address = URL.create(
            "postgresql+psycopg", user, password, "127.0.0.1", port or self.port, database
        )
        return address.render_as_string(hide_password=False)

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the server's owner, outside a transaction; return its rows."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=USER,
            password=PASSWORD,
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _control(self, what: str) -> list[str]:
        return ["pg_ctl", what, f"--pgdata={self.data}", "--wait", "--silent"]

    def _run(self, program: str, *words: str) -> None:
        account: dict[str, Any] = {}
        if is_root():
            account = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []}
        # What it starts goes on running: a pipe to it would never end.
        with (self.data.parent / "said").open("w+") as said:
            done = subprocess.run(
                [self.programs / program, *words], cwd="/", stdout=said, stderr=said, **account
            )
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} ended with {done.returncode}: {said.read()}")


def is_root() -> bool:
    """Whether this runs with all rights."""
    return os.getuid() == 0
