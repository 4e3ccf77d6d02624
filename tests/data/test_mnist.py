"""MNIST is loaded from npz and IDX files as it is, and broken files are named."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.data import mnist
from digits.data.dataset import DatasetError
from digits.data.mnist import load_mnist
from digits.files import sha256_of
from tests.data.conftest import ServedFiles

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
    loaded = load_mnist(path)
    np.testing.assert_array_equal(loaded.train.images, IMAGES)
    np.testing.assert_array_equal(loaded.test.labels, LABELS[:20])


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


@pytest.mark.parametrize("classes", [None, ("a", "b")])
def test_labels_that_are_texts_are_refused(tmp_path: Path, classes: tuple[str, ...] | None) -> None:
    texts = {"y_train": np.array(["a"] * COUNT), "y_test": np.array(["b"] * 20)}
    np.savez(tmp_path / "mnist.npz", **(ARRAYS | texts))
    with pytest.raises(DatasetError, match="labels from 0 to "):
        load_mnist(tmp_path / "mnist.npz", classes=classes)


def test_broken_idx_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="train-images-idx3-ubyte"):
        load_mnist(tmp_path)
    write_idx_folder(tmp_path, gzipped=False)
    images = tmp_path / "train-images-idx3-ubyte"
    for data in (b"\x00", images.read_bytes()[:-9], b"\x00\x00\x0d\x01" + bytes(4)):
        images.write_bytes(data)
        with pytest.raises(DatasetError, match="Expected an IDX file of bytes in .*train-images"):
            load_mnist(tmp_path)


def serve_npz(served: ServedFiles, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Serve a small set in the place of MNIST, and return its file."""
    path = served.folder / "mnist.npz"
    np.savez(path, **ARRAYS)  # type: ignore[arg-type]
    monkeypatch.setattr(mnist, "MNIST_URL", f"{served.url}/mnist.npz")
    monkeypatch.setattr(mnist, "MNIST_SHA256", sha256_of(path))
    return path


def test_mnist_is_downloaded_once(
    served: ServedFiles, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = serve_npz(served, monkeypatch)
    assert len(load_mnist().train) == COUNT
    path.unlink()
    assert len(load_mnist().test) == 20
    assert [path.name for path in served.cache.rglob("*") if path.is_file()] == ["mnist.npz"]
    assert capfd.readouterr() == ("", "")


def test_a_damaged_copy_is_downloaded_again(
    served: ServedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_npz(served, monkeypatch)
    load_mnist()
    (copy,) = served.cache.rglob("mnist.npz")
    copy.write_bytes(copy.read_bytes()[:-99])
    assert len(load_mnist().train) == COUNT


@pytest.mark.parametrize("fault", ["not there", "another file", "no place to write"])
def test_failed_mnist_download_names_the_option_and_leaves_nothing(
    served: ServedFiles, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = serve_npz(served, monkeypatch)
    reason = ""
    if fault == "not there":
        path.unlink()
    elif fault == "another file":
        path.write_bytes(path.read_bytes()[:-99])
        reason = ": the file's checksum is not the expected one"
    else:
        served.cache.write_bytes(b"a file where a folder should be")
        reason = ": Not a directory"
    with pytest.raises(DatasetError) as refused:
        load_mnist()
    assert str(refused.value) == f"MNIST could not be downloaded{reason}. {mnist.DOWNLOAD_ADVICE}"
    assert not [path for path in served.cache.rglob("*") if path.is_file()]
