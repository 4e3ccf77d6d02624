"""UCI's pen digits are fetched, unpacked and split by writer; broken archives are named."""

import functools
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

from digits.data import pendigits
from digits.data.dataset import DatasetError
from digits.data.pendigits import load_pendigits, split_pendigits
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
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a small archive in the place of UCI's."""
    ncompressed = lzw(UNIPEN_DIGIT.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as members:
        members.writestr(pendigits.PENDIGITS_MEMBER, ncompressed)
    served = tmp_path / "served"
    served.mkdir()
    (served / "pens.zip").write_bytes(buffer.getvalue())

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, directory=str(served), **options)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(
        pendigits, "PENDIGITS_URL", f"http://127.0.0.1:{server.server_port}/pens.zip"
    )
    (tmp_path / "keras").mkdir()  # Keras would else take a folder that tests share
    into_scratch = functools.partial(keras.utils.get_file, cache_dir=str(tmp_path / "keras"))
    monkeypatch.setattr(keras.utils, "get_file", into_scratch)
    yield served / "pens.zip"
    server.shutdown()
    server.server_close()


def lzw(data: bytes) -> bytes:
    """Compress as `compress` does: every byte is a code of nine bits, none is joined.

    The codes' table may hold 511 entries, so that their width stays nine bits.
    """
    bits = "".join(format(byte, "09b")[::-1] for byte in data)
    padded = bits + "0" * (-len(bits) % 8)
    body = bytes(int(padded[i : i + 8][::-1], 2) for i in range(0, len(padded), 8))
    return b"\x1f\x9d\x09" + body


def test_pen_digits_are_fetched_and_unpacked(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pendigits, "PENDIGITS_COUNT", 1)
    (seven,) = load_pendigits()
    assert (seven.label, seven.writer) == ("7", "3")


def test_a_cut_archive_is_not_taken_for_whole(archive: Path) -> None:
    with pytest.raises(DatasetError, match="Expected 7494 pen digits .*, found 1"):
        load_pendigits()


def test_failed_pen_download_names_the_option(archive: Path) -> None:
    archive.unlink()
    with pytest.raises(DatasetError, match="--pendigits FILE"):
        load_pendigits()
