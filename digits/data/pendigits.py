"""UCI's pen digits: 7,494 digits that 30 writers drew on a tablet.

train, validation = split_pendigits(load_pendigits())
"""

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digits.data.dataset import DatasetError
from digits.data.labelled_files import load_digits
from digits.data.stroke_files import MAX_STROKE_BYTES
from digits.data.strokes import StrokeDigit
from digits.files import first_line

PENDIGITS_URL = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
PENDIGITS_MEMBER = "pendigits-orig.tra.Z"
PENDIGITS_COUNT = 7494  # digits in the training part; fewer mean a cut file
VALIDATION_WRITERS = frozenset({"28", "29", "30"})  # of 30


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
    digits = load_digits(path) if path else download_pendigits()
    return [replace(digit, writer=digit.writer.rpartition(":")[2]) for digit in digits]


def split_pendigits(
    digits: Sequence[StrokeDigit],
) -> tuple[list[StrokeDigit], list[StrokeDigit]]:
    """Split pen digits by writer: 1 to 27 to train with, 28 to 30 for validation."""
    train = [digit for digit in digits if digit.writer not in VALIDATION_WRITERS]
    return train, [digit for digit in digits if digit.writer in VALIDATION_WRITERS]


def download_pendigits() -> list[StrokeDigit]:
    """Fetch the training part from UCI's archive; Keras keeps the zip."""
    import keras  # takes seconds, and nothing else here needs it

    try:
        archive = Path(keras.utils.get_file("pendigits.zip", PENDIGITS_URL))
    except Exception as error:  # Keras raises a bare Exception when a URL fails
        raise DatasetError(
            "The pen digits could not be downloaded. Name a copy of"
            f" '{PENDIGITS_MEMBER}' with --pendigits FILE."
        ) from error
    again = "Delete that file, so that it is downloaded again."
    try:
        digits = unpack_pendigits(archive)
    except Exception as error:  # of zip, its packing, the disk, and our own
        raise DatasetError(
            f"Expected UCI's archive with '{PENDIGITS_MEMBER}' in '{archive}', which is damaged or"
            f" another file: {first_line(error)}. {again}"
        ) from error
    if len(digits) != PENDIGITS_COUNT:
        raise DatasetError(
            f"Expected {PENDIGITS_COUNT} pen digits in '{archive}', found {len(digits)}. {again}"
        )
    return digits


def unpack_pendigits(archive: Path) -> list[StrokeDigit]:
    """Load the training part out of UCI's archive; raises many kinds of errors."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as members:
        if members.getinfo(PENDIGITS_MEMBER).file_size > MAX_STROKE_BYTES:
            raise ValueError(f"at most {MAX_STROKE_BYTES >> 20} MB are expected, unpacked")
        return load_digits(Path(members.extract(PENDIGITS_MEMBER, folder)))
