"""MNIST, and sets in its layout or EMNIST's: images of classes, with their names.

    mnist = load_mnist(Path("mnist.npz"))     # or None: downloaded
    letters = load_mnist(Path("gzip/emnist-letters-train-images-idx3-ubyte.gz"))
    print(len(letters.train), letters.class_names)

MNIST's images are used as they are. EMNIST's, which are larger in their frame and not
centred by mass, come through `preprocessing` as everything else does.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digits.classes import (
    DIGIT_CLASSES,
    ClassesError,
    ClassNames,
    check_names,
    list_names,
    load_mapping,
)
from digits.data.dataset import DatasetError, LabelledImages
from digits.data.downloads import fetch
from digits.data.idx import MAX_UNPACKED_BYTES, IdxSet, is_idx_name, load_idx_set
from digits.data.rendering import preprocess_all
from digits.files import first_line

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
DOWNLOAD_ADVICE = "Put mnist.npz or its IDX files on this machine and name them with --mnist PATH."

Arrays = Sequence[tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]]  # train and test


@dataclass(frozen=True)
class Mnist:
    """MNIST, or a set like it, as its authors split it.

    Attributes:
        train: MNIST has 60,000 images to train with.
        test: and 10,000 to test.
        class_names: what the labels stand for.
        name: of the set, for figures: "mnist", "emnist_letters".
    """

    train: LabelledImages
    test: LabelledImages
    class_names: ClassNames = DIGIT_CLASSES
    name: str = "mnist"


def load_mnist(path: Path | None = None, *, classes: ClassNames | None = None) -> Mnist:
    """Load MNIST or a set in its layout from files, or download MNIST.

    Args:
        path: an npz file in Keras' layout; or a folder with four IDX files, or the one
            with the training images, named as MNIST's or EMNIST's are, gzipped or not.
            Defaults to a download.
        classes: what the labels stand for. Defaults to what the npz file has under
            `classes` or EMNIST's mapping file says, and else to the ten digits.

    Raises:
        DatasetError: if it cannot be downloaded or is not of that form.
    """
    if path is None:
        path = fetch("MNIST", MNIST_URL, sha256=MNIST_SHA256, advice=DOWNLOAD_ADVICE)
    if path.is_file() and not is_idx_name(path):
        arrays, found = load_mnist_npz(path)
        names = classes or found or DIGIT_CLASSES
        name = "mnist" if names == DIGIT_CLASSES else path.stem
    else:
        files = load_idx_set(path)
        arrays = files.arrays
        names = classes or load_mapping_of(files) or DIGIT_CLASSES
        name = files.name if files.is_emnist or names == DIGIT_CLASSES else path.resolve().name
    train, test = to_labelled_images(arrays, path, names)
    if name.startswith("emnist"):
        train, test = (LabelledImages(preprocess_all(d.images), d.labels) for d in (train, test))
    return Mnist(train, test, names, name.replace("-", "_"))


def load_mnist_npz(path: Path) -> tuple[Arrays, ClassNames | None]:
    """Load x_train, y_train, x_test and y_test from an npz file, and classes if it has them."""
    try:
        if not path.is_file():  # a pipe would be waited for
            raise ValueError("no file")
        with zipfile.ZipFile(path) as archive:  # which a pickle is not, nor a single array
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise ValueError(f"more than {MAX_UNPACKED_BYTES >> 30} GB, unpacked")
        with np.load(path, allow_pickle=False) as data:
            arrays = [(data[f"x_{part}"], data[f"y_{part}"]) for part in ("train", "test")]
            names = [str(name) for name in data["classes"]] if "classes" in data else []
        return arrays, check_names(names) if names else None
    except ClassesError as error:
        raise DatasetError(f"'classes' in '{path}': {error}") from error
    except Exception as error:  # zip, its packings and NumPy raise many kinds
        raise DatasetError(
            f"Expected MNIST in '{path}': an npz file with x_train, y_train, x_test and"
            f" y_test, or a folder with its IDX files. Found: {first_line(error)}"
        ) from error


def load_mapping_of(files: IdxSet) -> ClassNames | None:
    """Load the class names of EMNIST's mapping file; None when there is no such file."""
    if files.mapping is None:
        return None
    try:
        return load_mapping(files.mapping)
    except ClassesError as error:
        raise DatasetError(str(error)) from error


def to_labelled_images(
    arrays: Arrays, path: Path, names: ClassNames
) -> tuple[LabelledImages, LabelledImages]:
    """Check arrays in MNIST's layout and give them their types.

    Labels of EMNIST's letters begin at 1: where the last of them is as high as there are
    classes, and none is 0, they are brought to begin at 0. Those of digits never are.
    """
    for images, labels in arrays:
        fits = images.ndim == 3 and images.shape[1:] == (28, 28) and images.dtype == np.uint8
        if not fits or labels.shape != images.shape[:1] or not len(images):
            raise DatasetError(
                f"Expected uint8 images (n, 28, 28) and n labels in '{path}'. Received:"
                f" {images.dtype} {images.shape} and {labels.shape}."
            )
    found = np.unique(np.concatenate([labels for _, labels in arrays]))
    first = int(names != DIGIT_CLASSES and found[0] == 1 and found[-1] == len(names))
    if not np.isin(found, range(first, first + len(names))).all():
        raise DatasetError(
            f"Expected labels from 0 to {len(names) - 1} in '{path}', for the classes"
            f" {list_names(names)}. Other classes are named with --classes."
        )
    train, test = (
        LabelledImages(images.astype(np.uint8), labels.astype(np.int64) - first)
        for images, labels in arrays
    )
    return train, test
