"""An environment of its own, with nothing in it but what is named."""

import os
import subprocess
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_environment(*packages: str) -> Iterator[Path]:
    """Make an environment, and give the folder of its programs; it is removed afterwards.

    Args:
        packages: what pip installs there, as its command line takes it.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([programs / "pip", "install", "--quiet", *packages], check=True)
        yield programs
