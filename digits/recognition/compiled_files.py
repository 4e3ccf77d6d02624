"""Find the compiled form of a model file, or have it made: no TensorFlow in this process.

    model = load_compiled(Path("letters.keras"), card)

It is looked for next to the model, where its card must name it, and then in the user's cache
folder. Where neither has it, a process of its own compiles the model into the cache, which
takes about ten seconds.
"""

import dataclasses
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from digits.files import atomic_write, first_line, sha256_of
from digits.recognition import errors
from digits.recognition.compiled_model import CompiledModel
from digits.recognition.errors import BrokenModelError, CompileError, ModelNotFoundError
from digits.recognition.model_card import ModelCard
from digits.recognition.training_process import has_tensorflow, run_training

SIGNATURES_VERSION = 1  # to be raised when what is compiled in changes
MAX_CACHED = 20  # models; of ours each has 1 MB
MAX_BYTES = 1 << 30  # of a compiled model
TIME_LIMIT = 180  # seconds for compiling; our networks take 10 on a busy machine

_compiling = threading.Lock()  # visitors who open one model at once compile it once


def load_compiled(path: Path, card: ModelCard | None) -> CompiledModel:
    """Load the compiled form of a model file.

    Args:
        path: of the model file that was trained.
        card: its card; None for calibration at temperature 1, without rejection.

    Raises:
        ModelNotFoundError: if there is no such model file.
        CompileError: if it has to be compiled, and that is not possible here.
        BrokenModelError, UnsafeModelError, IncompatibleModelError: if the file cannot be
            used.
    """
    if not path.is_file():
        raise ModelNotFoundError(f"No model at '{path}'. Run 'python train.py' to make it.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenModelError(f"'{path}' cannot be read: {error.strerror}.") from error
    compiled = read_pair(path, content, card)
    if compiled is None:
        key = cache_key(content, card)
        with _compiling:
            compiled = read_cached(key)
            if compiled is None:
                compiled = compile_apart(path, content, card)
                keep(key, compiled)
    return CompiledModel(compiled, name=path)


def read_pair(path: Path, content: bytes, card: ModelCard | None) -> bytes | None:
    """Return the compiled model next to a model, if the card names both; else None."""
    if card is None or not card.compiled_sha256 or card.sha256 != sha256_of(content):
        return None
    return read_checked(path.with_suffix(".tflite"), card.compiled_sha256)


def read_checked(path: Path, sha256: str) -> bytes | None:
    """Return a file's content if it has this digest; else None."""
    with suppress(OSError), path.open("rb") as file:
        content = file.read(MAX_BYTES)
        if sha256_of(content) == sha256:
            return content
    return None


def cache_folder() -> Path:
    """Return the folder of compiled models; it may not exist yet."""
    return user_cache_path("digits", appauthor=False) / "compiled"


def cache_key(content: bytes, card: ModelCard | None) -> str:
    """Return a digest of all that a compiled model depends on."""
    parts = [
        sha256_of(content),
        card.temperature if card else 1.0,
        card.reject_logit if card else None,
        version("tensorflow") if has_tensorflow() else "",
        version("ai-edge-litert"),
        SIGNATURES_VERSION,
    ]
    return sha256_of(json.dumps(parts).encode())


def read_cached(key: str) -> bytes | None:
    """Return a compiled model of the cache, unless it is damaged.

    The name of a file is its key and the digest of its content.
    """
    for path in cache_folder().glob(f"{key}-*.tflite"):
        compiled = read_checked(path, path.stem.partition("-")[2])
        with suppress(OSError):
            if compiled is not None:
                os.utime(path)  # those used last are kept
                return compiled
            path.unlink()
    return None


def keep(key: str, compiled: bytes) -> None:
    """Put a compiled model in the cache, if that can be written; the oldest ones go."""
    folder = cache_folder()
    path = folder / f"{key}-{sha256_of(compiled)}.tflite"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        # Two processes may write the same file at once.
        with atomic_write(path, partial=path.with_suffix(f".{os.getpid()}.partial")) as partial:
            partial.write_bytes(compiled)
        for old in sorted(list_by_age(folder))[:-MAX_CACHED]:
            old[1].unlink(missing_ok=True)


def list_by_age(folder: Path) -> Iterator[tuple[float, Path]]:
    """Yield when each file of the cache was last used; one that goes meanwhile is left out."""
    for path in folder.iterdir():
        with suppress(OSError):
            yield path.stat().st_mtime, path


def compile_apart(path: Path, content: bytes, card: ModelCard | None) -> bytes:
    """Compile a model in a process of its own.

    The process gets copies, so that a file that is replaced meanwhile does no harm.
    """
    if not has_tensorflow():
        raise CompileError(
            f"'{path}' has no compiled form, and TensorFlow is needed to make one: run 'pip"
            " install -r requirements.txt', or put the '.tflite' and '.json' files that"
            " 'python train.py' wrote next to it."
        )
    try:
        with tempfile.TemporaryDirectory(prefix="digits-") as folder:
            copy = Path(folder) / f"model{path.suffix}"
            copy.write_bytes(content)
            if card is not None:
                dataclasses.replace(card, sha256=sha256_of(content)).write(copy)
            run = run_training("compile", copy, "--json", seconds=TIME_LIMIT)
            if run.returncode:
                raise_reported(run.stdout, str(copy), path)
            return copy.with_suffix(".tflite").read_bytes()
    except subprocess.TimeoutExpired as error:
        raise CompileError(
            f"'{path}' was not compiled within {TIME_LIMIT} seconds. Use a smaller network."
        ) from error
    except OSError as error:
        raise CompileError(f"'{path}' cannot be compiled: {first_line(error)}.") from error


def raise_reported(output: bytes, copy: str, path: Path) -> None:
    """Raise the error that the other process wrote to its standard output as JSON."""
    try:
        report = json.loads(output)
        kind, message = getattr(errors, report["error"]), report["message"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # killed, for one
        raise CompileError(
            f"'{path}' cannot be compiled: the process that does it ended early. It may need"
            " more memory."
        ) from error
    raise kind(message.replace(copy, str(path)))
