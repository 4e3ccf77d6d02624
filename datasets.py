"""Labelled digits, from wherever they are, as 28 x 28 images ready for the network.

    mnist = load_mnist(Path("mnist.npz"))     # or None: downloaded by Keras
    pens = load_pendigits(Path("pendigits-orig.tra.gz"))  # or None: from UCI

MNIST's images are used as they are. All others, drawn, written or photographed,
come through `preprocessing`, as in the app.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split

import image_io
import preprocessing
from folders import find_pictures
from habits import vary
from idx import IdxError, read_idx_pair
from ink import find_ink
from strokes import (
    CANVAS_STYLE,
    NO_DIGIT_NAME,
    DrawingStyle,
    StrokeDigit,
    StrokeFileError,
    draw_at_random,
    read_strokes,
)

Images = npt.NDArray[np.uint8]  # (n, 28, 28), [0, 255], bright digit on black
Labels = npt.NDArray[np.int64]  # (n,)

PENDIGITS_URL = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
PENDIGITS_MEMBER = "pendigits-orig.tra.Z"
PENDIGITS_COUNT = 7494  # digits in the training part; fewer mean a cut file
VALIDATION_WRITERS = frozenset({"28", "29", "30"})  # of pendigits' 30
MNIST_VALIDATION_COUNT = 5000  # of MNIST's 60,000 training images
NO_DIGIT = 10  # label of what shows none
MAX_NPZ_BYTES = 2 << 30  # unpacked; MNIST has 55 MB
SPLIT_SEED = 0  # fixed: the validation part is the same in every run


class DatasetError(Exception):
    """Data that cannot be had or read; its text says what to do in one sentence."""


@dataclass(frozen=True)
class Digits:
    """Images and what they show."""

    images: Images
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.integer]) -> "Digits":
        """Return the digits at `indices`."""
        return Digits(self.images[indices], self.labels[indices])


@dataclass(frozen=True)
class Mnist:
    """MNIST as its authors split it: 60,000 images to train with, 10,000 to test."""

    train: Digits
    test: Digits


def load_mnist(path: Path | None = None) -> Mnist:
    """Load MNIST from a file or folder, or let Keras download it.

    Args:
        path: an npz file in Keras' layout, or a folder with the four IDX files,
            gzipped or not. Defaults to Keras' download.

    Raises:
        DatasetError: if it cannot be downloaded or is not of that form.
    """
    if path is None:
        arrays = download_mnist()
    elif path.is_dir():
        arrays = read_mnist_folder(path)
    else:
        arrays = read_mnist_npz(path)
    train, test = (to_digits(images, labels, path) for images, labels in arrays)
    return Mnist(train, test)


Arrays = list[tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]]


def download_mnist() -> Arrays:
    """Fetch MNIST with Keras, which keeps it for the next time."""
    try:
        train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception when a URL fails
        raise DatasetError(
            "MNIST could not be downloaded. Put mnist.npz or its IDX files on this"
            " machine and name them with --mnist PATH."
        ) from error
    return [train, test]


def read_mnist_npz(path: Path) -> Arrays:
    """Read x_train, y_train, x_test and y_test from an npz file."""
    try:
        if not path.is_file():  # a pipe would be waited for
            raise ValueError("no file")
        with zipfile.ZipFile(path) as archive:  # which a pickle is not, nor a single array
            if sum(member.file_size for member in archive.infolist()) > MAX_NPZ_BYTES:
                raise ValueError(f"more than {MAX_NPZ_BYTES >> 30} GB, unpacked")
        with np.load(path, allow_pickle=False) as data:
            return [(data[f"x_{part}"], data[f"y_{part}"]) for part in ("train", "test")]
    except Exception as error:  # zip, its packings and NumPy raise many kinds
        raise DatasetError(
            f"Expected MNIST in '{path}': an npz file with x_train, y_train, x_test and"
            f" y_test, or a folder with its IDX files. Found: {first_line(error)}"
        ) from error


def first_line(error: Exception) -> str:
    """Return how an error begins, or its kind where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120] or type(error).__name__


def read_mnist_folder(folder: Path) -> Arrays:
    """Read MNIST's four IDX files."""
    try:
        return [read_idx_pair(folder, part) for part in ("train", "t10k")]
    except IdxError as error:
        raise DatasetError(str(error)) from error


def to_digits(
    images: npt.NDArray[np.generic], labels: npt.NDArray[np.generic], path: Path | None
) -> Digits:
    """Check arrays in MNIST's layout and give them their types."""
    fits = images.ndim == 3 and images.shape[1:] == (28, 28) and images.dtype == np.uint8
    if not fits or labels.shape != images.shape[:1] or not len(images):
        raise DatasetError(
            f"Expected uint8 images (n, 28, 28) and n labels in '{path}'. Received:"
            f" {images.dtype} {images.shape} and {labels.shape}."
        )
    if not np.isin(labels, range(10)).all():
        raise DatasetError(f"Expected labels from 0 to 9 in '{path}'.")
    return Digits(images.astype(np.uint8), labels.astype(np.int64))


def load_pendigits(path: Path | None = None) -> list[StrokeDigit]:
    """Load UCI's pen digits from a file, or download them.

    Args:
        path: `.tra`, `.tra.gz`, `.tra.Z` or JSON lines. Defaults to UCI's archive,
            data set 81.

    Returns:
        Digits of 30 writers, named "1" to "30".

    Raises:
        DatasetError: if they cannot be downloaded or read.
    """
    digits = read_digits(path) if path else download_pendigits()
    return [StrokeDigit(d.label, d.writer.rpartition(":")[2], d.strokes) for d in digits]


def download_pendigits() -> list[StrokeDigit]:
    """Fetch the training part from UCI's archive; Keras keeps the zip."""
    try:
        archive = keras.utils.get_file("pendigits.zip", PENDIGITS_URL)
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as members:
            digits = read_digits(Path(members.extract(PENDIGITS_MEMBER, folder)))
    except DatasetError:
        raise
    except Exception as error:  # Keras raises a bare Exception when a URL fails
        raise DatasetError(
            "The pen digits could not be downloaded. Name a copy of"
            f" '{PENDIGITS_MEMBER}' with --pendigits FILE."
        ) from error
    if len(digits) != PENDIGITS_COUNT:
        raise DatasetError(
            f"Expected {PENDIGITS_COUNT} pen digits in '{archive}', found {len(digits)}."
            " Delete that file, so that it is fetched anew."
        )
    return digits


def read_characters(path: Path) -> list[StrokeDigit]:
    """Read a file of strokes with any labels, or raise DatasetError."""
    try:
        return read_strokes(path)
    except StrokeFileError as error:
        raise DatasetError(str(error)) from error


def read_digits(path: Path) -> list[StrokeDigit]:
    """Read a file of strokes in which every label is a digit, or raise DatasetError."""
    digits = read_characters(path)
    check_labels(digits, set("0123456789"), "labels from 0 to 9", path)
    return digits


def read_kept(path: Path) -> list[StrokeDigit]:
    """Read drawings that people kept: digits, and "none" for what shows no digit."""
    drawings = read_characters(path)
    expected = f'labels from 0 to 9, or "{NO_DIGIT_NAME}",'
    check_labels(drawings, {*"0123456789", NO_DIGIT_NAME}, expected, path)
    return drawings


def check_labels(
    digits: Sequence[StrokeDigit], allowed: set[str], expected: str, path: Path
) -> None:
    """Raise DatasetError at the first label that is not allowed."""
    for digit in digits:
        if digit.label not in allowed:
            raise DatasetError(f"Expected {expected} in '{path}'. Received: {digit.label!r}.")


def draw_digits(
    digits: Sequence[StrokeDigit],
    *,
    seed: int,
    style: DrawingStyle = CANVAS_STYLE,
    habits: float = 0.0,
) -> Digits:
    """Draw pen digits at random brush, size and place, and preprocess the drawings.

    Args:
        digits: pen strokes with labels "0" to "9", or "none".
        seed: of the drawings.
        style: the canvas and the range of brushes and sizes. Defaults to what people
            leave on the page's canvas.
        habits: share of digits that get each habit of other hands. Defaults to none.

    Returns:
        One image a digit, in the same order.
    """
    images = draw_characters(digits, seed=seed, style=style, habits=habits)
    return Digits(images, np.array([to_label(digit.label) for digit in digits]))


def to_label(name: str) -> int:
    """Turn the label of a stroke file into a number."""
    return NO_DIGIT if name == NO_DIGIT_NAME else int(name)


def draw_characters(
    characters: Sequence[StrokeDigit], *, seed: int, style: DrawingStyle, habits: float = 0.0
) -> Images:
    """Draw pen strokes of any label, and preprocess the drawings."""
    rng = np.random.default_rng(seed)
    strokes = (vary(character, rng=rng, share=habits) for character in characters)
    return preprocess_all(draw_at_random(s, rng=rng, style=style) for s in strokes)


def preprocess_all(pictures: Iterable[npt.NDArray[np.uint8]]) -> Images:
    """Preprocess pictures that are known to hold ink, in threads, as bytes."""

    def to_bytes(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        ink = find_ink(picture)
        return preprocessing.fit_digit(ink if ink is not None else picture)

    with ThreadPoolExecutor(max_workers=2) as pool:
        return np.stack(list(pool.map(to_bytes, pictures)))


def list_labelled_pictures(folder: Path) -> list[tuple[Path, str]]:
    """Find pictures in sub-folders that are named by label, in a stable order.

    Raises:
        DatasetError: if there are none.
    """
    pictures = [
        (path, path.relative_to(folder).parts[0])
        for path in find_pictures(folder)
        if path.parent != folder and path != folder
    ]
    if not pictures:
        raise DatasetError(f"Expected folders named by label with pictures in '{folder}'.")
    return pictures


def load_pictures(folder: Path) -> Digits:
    """Load somebody's own digits: pictures in folders named by label.

    Args:
        folder: holds the folders 0 to 9.

    Raises:
        DatasetError: if nothing can be read there. Blank pictures are left out.
    """
    images, labels = [], []
    for picture, label in list_labelled_pictures(folder):
        try:
            model_input = preprocessing.preprocess(image_io.read_image(picture))
        except image_io.ImageError as error:
            raise DatasetError(f"'{picture}': {error}") from error
        if model_input is not None:
            images.append((model_input[..., 0] * 255).round().astype(np.uint8))
            labels.append(label)
    if not set(labels) <= set("0123456789") or not labels:
        raise DatasetError(f"Expected folders named 0 to 9 in '{folder}'.")
    return Digits(np.stack(images), np.array(labels, dtype=np.int64))


def split_mnist(train: Digits) -> tuple[Digits, Digits]:
    """Split MNIST's training part into training and validation, stratified.

    Returns:
        All but 5,000 digits, and those 5,000; the same in every run.
    """
    count = min(MNIST_VALIDATION_COUNT, len(train) // 5)
    kinds, counts = np.unique(train.labels, return_counts=True)
    if counts.min() < 2 or count < len(kinds):
        raise DatasetError(
            "Expected at least two training images of each class, and five times as many images"
            f" as classes. Received: {len(train)} images of {len(kinds)} classes."
        )
    fitted, held_out = train_test_split(
        np.arange(len(train)), test_size=count, stratify=train.labels, random_state=SPLIT_SEED
    )
    return train.take(fitted), train.take(held_out)


def split_pendigits(
    digits: Sequence[StrokeDigit],
) -> tuple[list[StrokeDigit], list[StrokeDigit]]:
    """Split pen digits by writer: 1 to 27 to train with, 28 to 30 for validation."""
    fitted = [d for d in digits if d.writer not in VALIDATION_WRITERS]
    return fitted, [d for d in digits if d.writer in VALIDATION_WRITERS]
