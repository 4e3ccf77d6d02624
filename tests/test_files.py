"""Files are written whole or not at all, and what went wrong is said in a line."""

import errno
import fcntl
import hashlib
import os
from pathlib import Path

import pytest

from digits.files import (
    MAX_MESSAGE_CHARS,
    atomic_write,
    check_writable,
    explain_failure,
    first_line,
    sha256_of,
)


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    path.write_text("before")
    with atomic_write(path) as partial:
        partial.write_text("after")
        assert path.read_text() == "before" and partial.parent == tmp_path
    assert path.read_text() == "after" and list(tmp_path.iterdir()) == [path]


def test_after_a_failure_the_file_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    path.write_text("before")

    def fail() -> None:
        with atomic_write(path) as partial:
            partial.write_text("half")
            raise KeyboardInterrupt

    pytest.raises(KeyboardInterrupt, fail)
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_files_are_synced_by_a_handle_that_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to sync what is open for reading alone; a folder it does not open."""
    synced = []

    def fsync(handle: int) -> None:
        mode = fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE
        synced.append((mode, os.path.isdir(f"/proc/self/fd/{handle}")))

    monkeypatch.setattr(os, "fsync", fsync)
    with atomic_write(tmp_path / "a") as partial:
        partial.write_text("a")
    assert synced == [(os.O_RDWR, False), (os.O_RDONLY, True)]


def test_a_folder_that_cannot_be_synced_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with atomic_write(tmp_path / "a") as partial:
        partial.write_text("a")
    assert (tmp_path / "a").exists()


def test_a_file_that_another_program_holds_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where an open file cannot be replaced."""

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "Access is denied", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    path = tmp_path / "digits.csv"
    path.write_text("before")
    with pytest.raises(PermissionError) as caught, atomic_write(path) as partial:
        partial.write_text("after")
    assert explain_failure(caught.value, "digits.csv") == (
        "'digits.csv' cannot be written: Access is denied; another program may have it open."
        " What was there before is as it was."
    )
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_a_place_is_tried_before_long_work(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError):
        check_writable(tmp_path / "gone" / "a.csv")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first.\nsecond"), "first"),
        (ValueError("\n  spaced. \r\nmore"), "spaced"),
        (ValueError(), "ValueError"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/secret/path"), "No such file"),
        (OSError("plain words"), "plain words"),
        (ValueError("x" * 1000), "x" * MAX_MESSAGE_CHARS),
    ],
)
def test_an_error_is_said_in_its_first_line(error: Exception, line: str) -> None:
    assert first_line(error) == line


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"seven")
    assert sha256_of(tmp_path / "a") == sha256_of(b"seven") == hashlib.sha256(b"seven").hexdigest()
