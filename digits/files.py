"""Files: written whole or not at all, told apart by digest; what went wrong with them.

    with atomic_write(Path("digits.csv")) as partial:
        partial.write_text(table)

A full disk, a kill or a closed folder leaves the file as it was, or leaves none.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MAX_MESSAGE_CHARS = 200  # of what a library says, in a sentence of ours


@contextmanager
def atomic_write(path: Path, *, partial: Path | None = None) -> Iterator[Path]:
    """Yield a path to write to, which takes the place of `path` if nothing fails.

    Args:
        path: of the file, which may exist.
        partial: where to write, in the same folder; whoever may write one file at once
            each needs another. Defaults to its name and ".partial".

    Yields:
        A path in the same folder. When anything is raised it is removed, and `path` is
        as it was.
    """
    partial = partial or path.with_name(f"{path.name}.partial")
    try:
        yield partial
        with partial.open("r+b") as file:  # Windows syncs what is open for writing alone
            os.fsync(file.fileno())
        replace(partial, path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def replace(partial: Path, path: Path) -> None:
    """Move a finished file to its place, and wait until the folder knows it."""
    try:
        partial.replace(path)
    except PermissionError as error:  # on Windows, while anybody has the old file open
        reason = f"{error.strerror}; another program may have it open"
        raise PermissionError(error.errno, reason, str(path)) from error
    with suppress(OSError):  # Windows opens no folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def sha256_of(content: Path | bytes) -> str:
    """Return the SHA-256 of a file, or of bytes, in hexadecimal."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def first_line(error: BaseException) -> str:
    """Return the first line of what a library or the system says, cut, without its full stop.

    The system's own words stand without number and file name. An error that says nothing
    is named by its type.
    """
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = said.strip().partition("\n")[0].strip()
    return line[:MAX_MESSAGE_CHARS].rstrip(".") or type(error).__name__


def explain_failure(error: OSError, what: object) -> str:
    """Say in one sentence what could not be written and why, and what is left."""
    return f"'{what}' cannot be written: {first_line(error)}. What was there before is as it was."


def check_writable(path: Path) -> None:
    """Raise OSError if a file cannot be written there: better known before long work than after."""
    partial = path.with_name(f"{path.name}.partial")
    partial.open("ab").close()
    partial.unlink()
