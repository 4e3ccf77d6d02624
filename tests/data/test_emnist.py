"""EMNIST's files come out upright, centred and named; files that lie get one sentence."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.classes import DIGIT_CLASSES
from digits.commands import train
from digits.data.dataset import DatasetError
from digits.data.mnist import load_mnist
from digits.data.rendering import preprocess_all
from digits.evaluation.eval_sets import load_mnist_test
from tests.support.digit_drawings import draw
from tests.support.letters_model import LETTERS

Array = np.ndarray[Any, np.dtype[np.uint8]]

COUNT = 52
MAPPING = "".join(f"{i} {64 + i} {96 + i} \n" for i in range(1, 27))
# Digits in EMNIST's larger frame, each beside the middle: as upright as they are to come out.
UPRIGHT = np.stack(
    [
        np.pad(draw(i % 10, height=250, brush=30)[::12, ::12, 0], ((3, 1), (4, 0)))
        for i in range(COUNT)
    ]
)


def idx(values: Array, *, shape: tuple[int, ...] = (), kind: int = 8) -> bytes:
    """Encode bytes as an IDX file, whose head may lie about their shape and kind."""
    shape = shape or values.shape
    return struct.pack(f">HBB{len(shape)}I", 0, kind, len(shape), *shape) + values.tobytes()


def write_emnist(
    folder: Path,
    *,
    name: str = "letters",
    first: int = 1,
    classes: int = 26,
    mapping: str = MAPPING,
) -> Path:
    """Write a set as EMNIST does: transposed, zipped, labels from `first` on."""
    labels = (np.arange(COUNT) % classes + first).astype(np.uint8)
    for part in ("train", "test"):
        files = {"images-idx3": UPRIGHT.swapaxes(1, 2), "labels-idx1": labels}
        for kind, values in files.items():
            path = folder / f"emnist-{name}-{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(idx(np.ascontiguousarray(values))))
    if mapping:
        (folder / f"emnist-{name}-mapping.txt").write_text(mapping)
    return folder / f"emnist-{name}-train-images-idx3-ubyte.gz"


def test_emnist_letters_are_upright_centred_and_named(tmp_path: Path) -> None:
    write_emnist(tmp_path)
    letters = load_mnist(tmp_path)
    assert letters.class_names == LETTERS and letters.name == "emnist_letters"
    np.testing.assert_array_equal(letters.train.images, preprocess_all(UPRIGHT))
    assert letters.train.labels.tolist() == [i % 26 for i in range(COUNT)]
    rows, columns = (np.arange(28) @ letters.test.images.sum(axis=axis).T for axis in (2, 1))
    masses = letters.test.images.sum(axis=(1, 2), dtype=float)
    for middle in (rows / masses, columns / masses):
        assert np.abs(middle - 14).max() < 1
    examples = load_mnist_test(tmp_path)
    assert examples.name == "emnist_letters_test" and examples.labels[:3] == ("A", "B", "C")


def test_one_of_several_sets_is_named_by_its_file(tmp_path: Path) -> None:
    path = write_emnist(tmp_path)
    write_emnist(tmp_path, name="mnist", first=0, classes=10, mapping="")
    with pytest.raises(DatasetError, match="Expected one set in .*, found 2. Name the training"):
        load_mnist(tmp_path)
    assert load_mnist(path).class_names == LETTERS
    digits = load_mnist(tmp_path / "emnist-mnist-train-images-idx3-ubyte.gz")
    assert digits.class_names == DIGIT_CLASSES and digits.train.labels[:3].tolist() == [0, 1, 2]


def test_classes_can_be_named_where_the_data_do_not(tmp_path: Path) -> None:
    path = write_emnist(tmp_path, mapping="")
    with pytest.raises(DatasetError, match="labels from 0 to 9 .* named with --classes"):
        load_mnist(path)
    assert load_mnist(path, classes=LETTERS).train.labels[25] == 25
    with pytest.raises(DatasetError, match="Expected labels from 0 to 2 .* A, B, C"):
        load_mnist(path, classes=("A", "B", "C"))


def test_an_npz_file_names_its_classes(tmp_path: Path) -> None:
    path = tmp_path / "kana.npz"
    labels = np.arange(COUNT) % 3
    arrays: dict[str, Any] = {"x_train": UPRIGHT, "y_train": labels}
    arrays |= {"x_test": UPRIGHT, "y_test": labels}
    np.savez(path, classes=np.array(["ka", "ki", "ku"]), **arrays)
    kana = load_mnist(path)
    assert kana.class_names == ("ka", "ki", "ku") and kana.name == "kana"
    np.testing.assert_array_equal(kana.train.images, UPRIGHT)  # in MNIST's own form: left alone
    for classes in (["ka", "ka", "ku"], ["ka"]):
        np.savez(path, classes=np.array(classes), **arrays)
        with pytest.raises(DatasetError, match="'classes' in .*two different class names"):
            load_mnist(path)
    np.savez(path, classes=np.array(["a", object()], dtype=object), **arrays)
    with pytest.raises(DatasetError, match="Expected MNIST in"):
        load_mnist(path)


FLAT = UPRIGHT.swapaxes(1, 2)
LIES = {
    "more images than there are": idx(FLAT, shape=(60_000, 28, 28)),
    "more than memory holds": idx(FLAT, shape=(2**32 - 1, 2**32 - 1, 2**32 - 1)),
    "fewer dimensions": idx(FLAT, shape=(COUNT * 784,)),
    "many dimensions": idx(FLAT, shape=(1,) * 255),
    "smaller images": idx(FLAT, shape=(COUNT * 4, 14, 14)),
    "floats": idx(FLAT, kind=13),
    "none": idx(FLAT[:0]),
    "nothing at all": b"",
}


@pytest.mark.parametrize("lie", LIES)
def test_lying_headers_get_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lie: str
) -> None:
    path = write_emnist(tmp_path)
    path.write_bytes(gzip.compress(LIES[lie]))
    assert train.main(["--mnist", str(path), "--output", str(tmp_path / "l.keras")]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("train.py: Expected ") and not (tmp_path / "l.keras").exists()


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8b broken", gzip.compress(bytes(99))[:-9] + bytes(5)],
    ids=["nonsense", "changed"],
)
def test_damaged_archives_get_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = write_emnist(tmp_path)
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="Expected an IDX file of bytes in .*train-images"):
        load_mnist(path)
    with pytest.raises(DatasetError, match="Expected MNIST in .*mapping.txt': an npz file"):
        load_mnist(tmp_path / "emnist-letters-mapping.txt")


def test_labels_and_images_of_different_number_are_refused(tmp_path: Path) -> None:
    path = write_emnist(tmp_path)
    labels = np.ones(COUNT - 1, np.uint8)
    (tmp_path / "emnist-letters-train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    with pytest.raises(DatasetError, match="and n labels .* Received: uint8 \\(52, 28, 28\\)"):
        load_mnist(path)
