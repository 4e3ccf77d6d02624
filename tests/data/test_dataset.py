"""Digits are loaded from files as they are, and broken files are named."""

import functools
import gzip
import http.server
import io
import json
import struct
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pytest

from digits.data import dataset
from digits.data.dataset import (
    REJECT_LABEL,
    DatasetError,
    draw_digits,
    load_pendigits,
    load_pictures,
    read_kept,
)
from digits.data.mnist import load_mnist
from digits.data.splits import split_mnist, split_pendigits
from tests.support.digit_drawings import DIGITS, draw

COUNT = 40
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 28, 28)).astype(np.uint8)
LABELS = (np.arange(COUNT) % 10).astype(np.uint8)
ARRAYS = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:20], "y_test": LABELS[:20]}


def idx(values: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """Encode an array as an IDX file of unsigned bytes."""
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return head + values.tobytes()


def write_idx_folder(folder: Path, *, gzipped: bool) -> None:
    for part, name in (("train", "train"), ("t10k", "test")):
        for kind, key in (("images-idx3", "x"), ("labels-idx1", "y")):
            data = idx(ARRAYS[f"{key}_{name}"])
            path = folder / f"{part}-{kind}-ubyte"
            if gzipped:
                path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data))
            else:
                path.write_bytes(data)


@pytest.mark.parametrize("kind", ["npz", "idx", "idx.gz"])
def test_mnist_is_loaded_from_npz_and_idx(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mnist.npz" if kind == "npz" else tmp_path
    if kind == "npz":
        np.savez(path, **ARRAYS)  # type: ignore[arg-type]
    else:
        write_idx_folder(tmp_path, gzipped=kind.endswith("gz"))
    mnist = load_mnist(path)
    np.testing.assert_array_equal(mnist.train.images, IMAGES)
    np.testing.assert_array_equal(mnist.test.labels, LABELS[:20])


def test_broken_mnist_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    for data in (b"", b"no archive", b"PK\x03\x04 cut short"):
        path.write_bytes(data)
        with pytest.raises(DatasetError, match=r"Expected MNIST in .*mnist\.npz"):
            load_mnist(path)
    np.savez(path, x_train=IMAGES)
    with pytest.raises(DatasetError, match="y_train"):
        load_mnist(path)
    np.savez(path, **{**ARRAYS, "y_train": LABELS[:-1]})  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="Received: uint8 \\(40, 28, 28\\) and \\(39,\\)"):
        load_mnist(path)
    np.savez(path, **{**ARRAYS, "y_test": LABELS[:20] + 5})  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="labels from 0 to 9"):
        load_mnist(path)


def test_broken_idx_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="train-images-idx3-ubyte"):
        load_mnist(tmp_path)
    write_idx_folder(tmp_path, gzipped=False)
    images = tmp_path / "train-images-idx3-ubyte"
    for data in (b"\x00", images.read_bytes()[:-9], b"\x00\x00\x0d\x01" + bytes(4)):
        images.write_bytes(data)
        with pytest.raises(DatasetError, match="Expected an IDX file of bytes in .*train-images"):
            load_mnist(tmp_path)


def test_failed_mnist_download_names_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise Exception("URL fetch failure")  # noqa: TRY002

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(DatasetError, match="--mnist PATH"):
        load_mnist()


def test_mnist_validation_is_stratified_and_always_the_same() -> None:
    train = dataset.LabelledImages(
        np.repeat(IMAGES, 5, axis=0), np.repeat(LABELS, 5).astype(np.int64)
    )
    fitted, held_out = split_mnist(train)
    assert (len(fitted), len(held_out)) == (160, 40)
    assert np.bincount(held_out.labels).tolist() == [4] * 10
    np.testing.assert_array_equal(split_mnist(train)[1].images, held_out.images)


def write_strokes(path: Path, *, writers: int = 1, count: int | None = None) -> None:
    records = [
        {"label": digit, "writer": f"pendigits:train:{writer}", "strokes": strokes}
        for writer in range(1, writers + 1)
        for digit, strokes in DIGITS.items()
    ]
    path.write_text("\n".join(json.dumps(record) for record in records[:count]))


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
        members.writestr(dataset.PENDIGITS_MEMBER, ncompressed)
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
    monkeypatch.setattr(dataset, "PENDIGITS_URL", f"http://127.0.0.1:{server.server_port}/pens.zip")
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
    monkeypatch.setattr(dataset, "PENDIGITS_COUNT", 1)
    (seven,) = load_pendigits()
    assert (seven.label, seven.writer) == ("7", "3")


def test_a_cut_archive_is_not_taken_for_whole(archive: Path) -> None:
    with pytest.raises(DatasetError, match="Expected 7494 pen digits .*, found 1"):
        load_pendigits()


def test_failed_pen_download_names_the_option(archive: Path) -> None:
    archive.unlink()
    with pytest.raises(DatasetError, match="--pendigits FILE"):
        load_pendigits()


def test_drawings_are_loaded_from_strokes_and_from_folders(tmp_path: Path) -> None:
    write_strokes(tmp_path / "own.jsonl")
    drawn = draw_digits(read_kept(tmp_path / "own.jsonl"), seed=0)
    folder = tmp_path / "own"
    for digit in DIGITS:
        (folder / str(digit)).mkdir(parents=True)
        cv2.imwrite(str(folder / str(digit) / "a.png"), draw(digit)[..., 0])
    pictures = load_pictures(folder)
    for digits in (drawn, pictures):
        assert digits.images.shape == (10, 28, 28)
        assert sorted(digits.labels) == list(range(10))
    difference = np.abs(drawn.images.astype(int) - pictures.images)
    assert difference.mean() < 20  # of 255: the same digits with other brushes


def test_kept_drawings_may_show_no_digit_but_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text('{"label": "none", "strokes": [[[0, 0], [9, 4], [3, 8]]]}\n')
    assert draw_digits(read_kept(path), seed=0).labels.tolist() == [REJECT_LABEL]
    path.write_text('{"label": "k", "strokes": [[[0, 0], [9, 4], [3, 8]]]}\n')
    with pytest.raises(DatasetError, match="from 0 to 9, or \"none\", .* Received: 'k'"):
        read_kept(path)


def test_folders_without_digits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="folders named by label"):
        load_pictures(tmp_path)
    (tmp_path / "seven").mkdir()
    cv2.imwrite(str(tmp_path / "seven" / "a.png"), draw(7)[..., 0])
    with pytest.raises(DatasetError, match="folders named 0 to 9"):
        load_pictures(tmp_path)
    (tmp_path / "seven" / "a.png").write_bytes(b"broken")
    with pytest.raises(DatasetError, match=r"a\.png"):
        load_pictures(tmp_path)
