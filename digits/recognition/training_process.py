"""Run a module of `digits.training` in a process of its own, with TensorFlow inside it.

run = run_training("compile", "letters.keras", "--json", seconds=180)
run.returncode, run.stdout
"""

import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digits import locations

if TYPE_CHECKING:
    from digits.recognition.model_report.schema import Block

LAYERS_SECONDS = 60  # for listing the layers of a model


def run_training(
    module: str, *arguments: str | Path, seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """Run `digits.training.<module>` and wait for its end.

    Raises:
        subprocess.TimeoutExpired: after `seconds`; the process has been killed.
        OSError: if no process can be started.
    """
    return subprocess.run(
        [*command(module), *map(str, arguments)],
        capture_output=True,
        timeout=seconds,
        env=environment(),
        check=False,
    )


def command(module: str) -> list[str]:
    """Return how to start a module of `digits.training`."""
    # -P: modules of the current folder are not imported.
    return [sys.executable, "-P", "-m", f"digits.training.{module}"]


def has_tensorflow() -> bool:
    """Whether TensorFlow is installed, without loading it."""
    return importlib.util.find_spec("tensorflow") is not None


def environment() -> dict[str, str]:
    """Return variables under which the process finds this package, installed or not."""
    root = str(locations.PACKAGE.parent)
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, before] if before else [root])}


def read_layers(model_path: Path) -> tuple["Block", ...]:
    """List the layers of a model file; none without TensorFlow, or if they cannot be listed."""
    # Not above: who predicts starts without Pydantic, half of the recognizer's import time.
    from pydantic import TypeAdapter, ValidationError

    from digits.recognition.model_report.schema import Block

    if has_tensorflow():
        with suppress(OSError, subprocess.TimeoutExpired, ValidationError):
            run = run_training("layers", model_path, seconds=LAYERS_SECONDS)
            return TypeAdapter(tuple[Block, ...]).validate_json(run.stdout)
    return ()
