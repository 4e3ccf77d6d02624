"""Labelled digits, from wherever they are, as 28 x 28 images ready for the network.

    pens = load_pendigits(Path("pendigits-orig.tra.gz"))  # or None: from UCI
    images = draw_digits(pens, seed=0)
    own = load_pictures(Path("folders_named_by_label"))

Drawn, written or photographed, they come through `preprocessing`, as in the app; MNIST
and its like are in mnist.py.
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

from digits.classes import (
    DIGIT_CLASSES,
    REJECT_NAME,
    ClassNames,
    find_class,
    list_names,
)
from digits.data.stroke_augmentation import augment_strokes
from digits.data.strokes import (
    CANVAS_STYLE,
    MAX_BYTES,
    DrawingStyle,
    StrokeDigit,
    StrokeFileError,
    draw_at_random,
    read_strokes,
)
from digits.files import first_line
from digits.preprocessing import image_io, normalization
from digits.preprocessing.ink import find_ink
from digits.preprocessing.picture_folders import find_pictures

Images = npt.NDArray[np.uint8]  # (n, 28, 28), [0, 255], bright digit on black
Labels = npt.NDArray[np.int64]  # (n,)

PENDIGITS_URL = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
PENDIGITS_MEMBER = "pendigits-orig.tra.Z"
PENDIGITS_COUNT = 7494  # digits in the training part; fewer mean a cut file
REJECT_LABEL = -1  # label of what shows none: the last column of targets


class DatasetError(Exception):
    """Data that cannot be had or read; its text says what to do in one sentence."""


@dataclass(frozen=True)
class LabelledImages:
    """Images and what they show."""

    images: Images
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.integer]) -> "LabelledImages":
        """Return the digits at `indices`."""
        return LabelledImages(self.images[indices], self.labels[indices])


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
        archive = Path(keras.utils.get_file("pendigits.zip", PENDIGITS_URL))
    except Exception as error:  # Keras raises a bare Exception when a URL fails
        raise DatasetError(
            "The pen digits could not be downloaded. Name a copy of"
            f" '{PENDIGITS_MEMBER}' with --pendigits FILE."
        ) from error
    try:
        digits = unpack_pendigits(archive)
    except Exception as error:  # of zip, its packing, the disk, and our own
        raise DatasetError(
            f"Expected UCI's archive with '{PENDIGITS_MEMBER}' in '{archive}', which is damaged or"
            f" another file: {first_line(error)}. Delete that file, so that it is fetched anew."
        ) from error
    if len(digits) != PENDIGITS_COUNT:
        raise DatasetError(
            f"Expected {PENDIGITS_COUNT} pen digits in '{archive}', found {len(digits)}."
            " Delete that file, so that it is fetched anew."
        )
    return digits


def unpack_pendigits(archive: Path) -> list[StrokeDigit]:
    """Read the training part out of UCI's archive; raises many kinds of errors."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as members:
        if members.getinfo(PENDIGITS_MEMBER).file_size > MAX_BYTES:
            raise ValueError(f"at most {MAX_BYTES >> 20} MB are expected, unpacked")
        return read_digits(Path(members.extract(PENDIGITS_MEMBER, folder)))


def read_characters(path: Path) -> list[StrokeDigit]:
    """Read a file of strokes with any labels, or raise DatasetError."""
    try:
        return read_strokes(path)
    except StrokeFileError as error:
        raise DatasetError(str(error)) from error


def read_digits(path: Path) -> list[StrokeDigit]:
    """Read a file of strokes in which every label is a digit, or raise DatasetError."""
    digits = read_characters(path)
    check_labels(digits, set(DIGIT_CLASSES), "labels from 0 to 9", path)
    return digits


def read_kept(path: Path, *, classes: ClassNames = DIGIT_CLASSES) -> list[StrokeDigit]:
    """Read drawings that people kept: classes, and "none" for what shows none of them."""
    drawings = read_characters(path)
    known = {d.label for d in drawings if find_class(d.label, classes) is not None}
    expected = f'labels from {list_names(classes)}, or "{REJECT_NAME}",'
    check_labels(drawings, {*known, REJECT_NAME}, expected, path)
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
    classes: ClassNames = DIGIT_CLASSES,
) -> LabelledImages:
    """Draw pen digits at random brush, size and place, and preprocess the drawings.

    Args:
        digits: pen strokes whose labels are classes, or "none".
        seed: of the drawings.
        style: the canvas and the range of brushes and sizes. Defaults to what people
            leave on the page's canvas.
        habits: share of digits that get each habit of other hands. Defaults to none.
        classes: what the labels of the result count. Defaults to the ten digits.

    Returns:
        One image a digit, in the same order.
    """
    images = draw_characters(digits, seed=seed, style=style, habits=habits)
    return LabelledImages(images, to_labels([digit.label for digit in digits], classes))


def to_labels(names: Sequence[str], classes: ClassNames) -> Labels:
    """Turn names, all of classes or "none", into the numbers of their classes."""
    numbers = {name: find_class(name, classes) for name in set(names)}
    return np.array(
        [REJECT_LABEL if (n := numbers[name]) is None else n for name in names], np.int64
    )


def draw_characters(
    characters: Sequence[StrokeDigit], *, seed: int, style: DrawingStyle, habits: float = 0.0
) -> Images:
    """Draw pen strokes of any label, and preprocess the drawings."""
    rng = np.random.default_rng(seed)
    strokes = (augment_strokes(character, rng=rng, share=habits) for character in characters)
    return preprocess_all(draw_at_random(s, rng=rng, style=style) for s in strokes)


def preprocess_all(pictures: Iterable[npt.NDArray[np.uint8]]) -> Images:
    """Preprocess pictures in threads, as bytes; one without ink stays black."""

    def to_bytes(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        ink = find_ink(picture)
        if ink is None and not picture.any():
            return np.zeros((normalization.IMAGE_SIZE,) * 2, np.uint8)
        return normalization.fit_digit(ink if ink is not None else picture)

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


def load_pictures(folder: Path, *, classes: ClassNames = DIGIT_CLASSES) -> LabelledImages:
    """Load somebody's own digits: pictures in folders named by label.

    Args:
        folder: holds folders named by class.
        classes: those classes. Defaults to the ten digits.

    Raises:
        DatasetError: if nothing can be read there. Blank pictures are left out.
    """
    images, labels = [], []
    for picture, label in list_labelled_pictures(folder):
        try:
            model_input = normalization.preprocess(image_io.load_image(picture))
        except image_io.ImageError as error:
            raise DatasetError(f"'{picture}': {error}") from error
        if model_input is not None:
            images.append((model_input[..., 0] * 255).round().astype(np.uint8))
            labels.append(label)
    if not labels or any(find_class(label, classes) is None for label in labels):
        raise DatasetError(f"Expected folders named {list_names(classes)} in '{folder}'.")
    return LabelledImages(np.stack(images), to_labels(labels, classes))
