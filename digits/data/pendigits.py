"""UCI's pen digits: 7,494 digits that 30 writers drew on a tablet.

train, validation = split_pendigits(load_pendigits())
"""

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digits.data.downloads import fetch
from digits.data.labelled_files import load_digits
from digits.data.strokes import StrokeDigit

PENDIGITS_URL = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
PENDIGITS_SHA256 = "1e02bea023613c2b11c9492f6f34caf975420455934f3527d270cee9a1f03b64"
PENDIGITS_MEMBER = "pendigits-orig.tra.Z"
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
    """Fetch UCI's archive, and load the training part out of it."""
    advice = f"Name a copy of '{PENDIGITS_MEMBER}' with --pendigits FILE."
    archive = fetch("The pen digits", PENDIGITS_URL, sha256=PENDIGITS_SHA256, advice=advice)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as members:
        return load_digits(Path(members.extract(PENDIGITS_MEMBER, folder)))
