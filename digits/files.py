"""Write files whole or not at all: beside their place first, then moved there.

    with atomic_write(Path("digits.csv")) as partial:
        partial.write_text(table)

A full disk, a kill or a closed folder leaves the file as it was, or leaves none.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
        sync(partial)
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def sync(path: Path) -> None:
    """Wait until a file lies on the disk: only then may it take another one's place."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def explain_failure(error: OSError, what: object) -> str:
    """Say in one sentence what could not be written and why, and what is left."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"'{what}' cannot be written: {reason}. What was there before is as it was."


def check_writable(path: Path) -> None:
    """Raise OSError if a file cannot be written there: better known before long work than after."""
    partial = path.with_name(f"{path.name}.partial")
    partial.open("ab").close()
    partial.unlink()
