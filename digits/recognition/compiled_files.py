"""Find the compiled form of a model file, or have it made: no TensorFlow in this process.

    model = load_compiled(Path("letters.keras"), card)

It is looked for next to the model, where its card must name it, and then in the user's cache
folder. Where neither has it, a process of its own compiles the model into the cache, which
takes about ten seconds. The cache also keeps what cannot be compiled, and why. A network
that LiteRT cannot run is run by Keras, in another process.
"""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from digits.files import atomic_write, first_line, sha256_of
from digits.locations import cache_folder
from digits.recognition.compiled_model import CompiledModel
from digits.recognition.engine import Engine
from digits.recognition.errors import CompileError, UncompilableError, make_error
from digits.recognition.keras_process import KerasProcess
from digits.recognition.model_card import ModelCard
from digits.recognition.model_file import check_format, copy_model, read_model_file
from digits.recognition.training_process import has_tensorflow, run_training

CACHE = "compiled"  # its folder
SIGNATURES_VERSION = 1  # to be raised when what is compiled in changes
MAX_CACHED = 20  # models; of ours each has 1 MB
SUFFIX = ".compiled"  # of a file in the cache
PLACEHOLDER = "<model>"  # in a message of the cache: the user's file, whose path may change
# They come again each time; others may be for want of memory or time.
KEPT_ERRORS = ("UncompilableError", "UnsafeModelError", "IncompatibleModelError")
MAX_COMPILED_BYTES = 1 << 30  # of a compiled model
TIME_LIMIT = 180  # seconds for compiling; our networks take 10 on a busy machine

_compiling = threading.Lock()  # visitors who open one model at once compile it once


@dataclass(frozen=True)
class CacheEntry:
    """What came of compiling a model.

    Attributes:
        report: `warnings` about the model; or the kind of an `error` and its `message`.
        compiled: the compiled model; empty after an error.
    """

    report: dict[str, Any]
    compiled: bytes = b""

    def raise_error(self, path: Path) -> None:
        """Raise the error, if there is one, with the path of the user's file."""
        if "error" in self.report:
            message = self.report["message"].replace(PLACEHOLDER, str(path))
            raise make_error(self.report["error"], message)


def load_compiled(path: Path, card: ModelCard | None) -> Engine:
    """Load the compiled form of a model file, or run the model in Keras in another process.

    Args:
        path: of the model file that was trained.
        card: its card; None for calibration at temperature 1, without rejection.

    Returns:
        A `CompiledModel`; a `KerasProcess` if LiteRT cannot run the network.

    Raises:
        ModelNotFoundError: if there is no such model file.
        CompileError: if it has to be compiled, and that is not possible here.
        ModelProcessError: if Keras cannot run it in another process.
        BrokenModelError, UnsafeModelError, IncompatibleModelError: if the file cannot be
            used.
    """
    content = read_model_file(path)
    compiled = read_pair(path, content, card)
    if compiled is not None:
        return CompiledModel(compiled, name=path)
    check_format(content, path)
    try:
        entry = find_entry(path, content, card)
    except UncompilableError:
        return KerasProcess(content, card, path=path)
    return CompiledModel(entry.compiled, name=path, warnings=(*entry.report["warnings"],))


def find_entry(path: Path, content: bytes, card: ModelCard | None) -> CacheEntry:
    """Return the entry of the cache for a model, or make it.

    Raises:
        RecognizerError: if the model cannot be compiled.
    """
    key = cache_key(content, card)
    with _compiling:
        entry = read_cached(key)
        if entry is None:
            entry = compile_apart(path, content, card)
            if entry.report.get("error") in KEPT_ERRORS or entry.compiled:
                keep(key, entry)
    entry.raise_error(path)
    return entry


def read_pair(path: Path, content: bytes, card: ModelCard | None) -> bytes | None:
    """Return the compiled model next to a model, if the card names both; else None."""
    if card is None or not card.compiled_sha256 or card.sha256 != sha256_of(content):
        return None
    return read_checked(path.with_suffix(".tflite"), card.compiled_sha256)


def read_checked(path: Path, sha256: str) -> bytes | None:
    """Return a file's content if it has this digest; else None."""
    with suppress(OSError), path.open("rb") as file:
        content = file.read(MAX_COMPILED_BYTES)
        if sha256_of(content) == sha256:
            return content
    return None


def cache_key(content: bytes, card: ModelCard | None) -> str:
    """Return a digest of all that a compiled model depends on."""
    parts = [
        sha256_of(content),
        card.temperature if card else 1.0,
        card.reject_logit if card else None,
        *map(find_version, ("tensorflow", "keras", "ai-edge-litert")),
        SIGNATURES_VERSION,
    ]
    return sha256_of(json.dumps(parts).encode())


def find_version(package: str) -> str:
    """Return the version of a package; "" if none of this name is installed.

    TensorFlow has other names too, such as tensorflow-cpu.
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def read_cached(key: str) -> CacheEntry | None:
    """Return an entry of the cache, unless it is damaged.

    The name of a file is its key and the digest of its content: a line of JSON, and the
    compiled model.
    """
    for path in cache_folder(CACHE).glob(f"{key}-*{SUFFIX}"):
        content = read_checked(path, path.stem.partition("-")[2])
        with suppress(OSError):
            if content is not None:
                os.utime(path)  # those used last are kept
                report, _, compiled = content.partition(b"\n")
                return CacheEntry(json.loads(report), compiled)
            path.unlink()
    return None


def keep(key: str, entry: CacheEntry) -> None:
    """Put an entry in the cache, if that can be written; the oldest ones go."""
    folder = cache_folder(CACHE)
    content = json.dumps(entry.report).encode() + b"\n" + entry.compiled
    path = folder / f"{key}-{sha256_of(content)}{SUFFIX}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        # Two processes may write the same file at once.
        with atomic_write(path, partial=path.with_suffix(f".{os.getpid()}.partial")) as partial:
            partial.write_bytes(content)
        for old in sorted(list_by_age(folder))[:-MAX_CACHED]:
            old[1].unlink(missing_ok=True)


def list_by_age(folder: Path) -> Iterator[tuple[float, Path]]:
    """Yield when each file of the cache was last used; one that goes meanwhile is left out."""
    for path in folder.iterdir():
        with suppress(OSError):
            yield path.stat().st_mtime, path


def compile_apart(path: Path, content: bytes, card: ModelCard | None) -> CacheEntry:
    """Compile a model in a process of its own.

    Raises:
        CompileError: if nothing came of it, for a reason that may go away.
    """
    if not has_tensorflow():
        raise CompileError(
            f"'{path}' has no compiled form, and TensorFlow is needed to make one: run 'pip"
            " install -r requirements.txt', or put the '.tflite' and '.json' files that"
            " 'python train.py' wrote next to it."
        )
    try:
        with copy_model(path, content, card) as copy:
            run = run_training("compile", copy, "--json", seconds=TIME_LIMIT)
            report = parse_report(run.stdout, copy, path)
            return CacheEntry(
                report, b"" if run.returncode else copy.with_suffix(".tflite").read_bytes()
            )
    except subprocess.TimeoutExpired as error:
        raise CompileError(
            f"'{path}' was not compiled within {TIME_LIMIT} seconds. Use a smaller network."
        ) from error
    except OSError as error:
        raise CompileError(f"'{path}' cannot be compiled: {first_line(error)}.") from error


def parse_report(output: bytes, copy: Path, path: Path) -> dict[str, Any]:
    """Return what the other process wrote to its standard output as JSON.

    A placeholder stands where a message names the copy of the model.
    """
    try:
        report: dict[str, Any] = json.loads(output)
        if "error" in report:
            report["message"] = report["message"].replace(str(copy), PLACEHOLDER)
            make_error(report["error"], report["message"])
        else:
            report["warnings"] = [str(warning) for warning in report["warnings"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # killed, for one
        raise CompileError(
            f"'{path}' cannot be compiled: the process that does it ended early. It may need"
            " more memory."
        ) from error
    return report
