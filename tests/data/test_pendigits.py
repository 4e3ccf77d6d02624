"""UCI's pen digits are fetched, unpacked and split by writer; broken archives are named."""

import json
import zipfile
from pathlib import Path

import pytest

from digits.data import pendigits
from digits.data.dataset import DatasetError
from digits.data.pendigits import load_pendigits, split_pendigits
from digits.files import sha256_of
from tests.data.conftest import ServedFiles
from tests.support.digit_drawings import DIGITS


def write_strokes(path: Path, *, writers: int) -> None:
    records = [
        {"label": digit, "writer": f"pendigits:train:{writer}", "strokes": strokes}
        for writer in range(1, writers + 1)
        for digit, strokes in DIGITS.items()
    ]
    path.write_text("\n".join(json.dumps(record) for record in records))


def test_pen_digits_are_split_by_writer(tmp_path: Path) -> None:
    write_strokes(tmp_path / "pens.jsonl", writers=30)
    fitted, held_out = split_pendigits(load_pendigits(tmp_path / "pens.jsonl"))
    assert {digit.writer for digit in held_out} == {"28", "29", "30"}
    assert (len(fitted), len(held_out)) == (270, 30)


def test_letters_are_no_pen_digits(tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    path.write_text('{"label": "k", "strokes": [[[0, 0], [5, 5]]]}')
    with pytest.raises(DatasetError, match="labels from 0 to 9 .* Received: 'k'"):
        load_pendigits(path)


UNIPEN_DIGIT = '.SEGMENT DIGIT 0 ? "7"\n.COMMENT 7 3 1\n.PEN_DOWN\n 0 9\n 9 9\n 4 0\n.PEN_UP\n'


@pytest.fixture
def archive(served: ServedFiles, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Serve a small archive in the place of UCI's."""
    path = served.folder / "pens.zip"
    with zipfile.ZipFile(path, "w") as members:
        members.writestr(pendigits.PENDIGITS_MEMBER, lzw(UNIPEN_DIGIT.encode()))
    monkeypatch.setattr(pendigits, "PENDIGITS_URL", f"{served.url}/pens.zip")
    monkeypatch.setattr(pendigits, "PENDIGITS_SHA256", sha256_of(path))
    return path


def lzw(data: bytes) -> bytes:
    """Compress as `compress` does: every byte is a code of nine bits, none is joined.

    The codes' table may hold 511 entries, so that their width stays nine bits.
    """
    bits = "".join(format(byte, "09b")[::-1] for byte in data)
    padded = bits + "0" * (-len(bits) % 8)
    body = bytes(int(padded[i : i + 8][::-1], 2) for i in range(0, len(padded), 8))
    return b"\x1f\x9d\x09" + body


@pytest.mark.usefixtures("archive")
def test_pen_digits_are_fetched_and_unpacked() -> None:
    (seven,) = load_pendigits()
    assert (seven.label, seven.writer) == ("7", "3")


def test_a_cut_archive_is_not_taken_for_whole(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-9])
    with pytest.raises(DatasetError, match="The pen digits .* checksum .*--pendigits FILE"):
        load_pendigits()


def test_failed_pen_download_names_the_option(archive: Path) -> None:
    archive.unlink()
    with pytest.raises(DatasetError, match="--pendigits FILE"):
        load_pendigits()
