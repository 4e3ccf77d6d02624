"""Pictures that our reader and other OCR tools are compared on, one line of writing each.

Composed numbers are those of benchmarks.accuracy.numbers (3 to 5 digits) and .signs, dark
on white and cut to 20 pixels beside the ink; forms those of benchmarks.accuracy.forms that
have one row, of every digit. Single digits are pictures of people in folders named by label.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks.accuracy.form_kinds import KINDS
from benchmarks.accuracy.forms import make_forms
from benchmarks.accuracy.materials import Picture
from benchmarks.accuracy.numbers import MARGIN, compose, group_by_writer, pick
from benchmarks.accuracy.signs import SIGNS, make_numbers
from digits.data.labelled_files import list_labelled_pictures
from digits.data.strokes import StrokeDigit
from digits.preprocessing.arrays import crop
from digits.preprocessing.image_io import load_image
from digits.preprocessing.ink import find_ink, separate_ink

DIGITS = "0123456789"
LENGTHS = (3, 4, 5)  # digits of composed numbers
MAX_SIDE = 1024  # pixels, of a picture whose ink is cleaned
CLEAN_HEIGHT, CLEAN_MARGIN = 48, 16  # pixels, of cleaned ink and around it


@dataclass(frozen=True)
class Sample:
    """One picture, and what is in it.

    Attributes:
        label: with signs.
        picture: uint8 array, gray, RGB or RGBA.
        single: whether it is known to be one digit.
    """

    label: str
    picture: Picture
    single: bool = False

    @property
    def allowed(self) -> str:
        """The characters that a tool is told to expect."""
        return DIGITS + ("" if self.label.isdigit() else "".join(SIGNS))


def make_sets(
    digits: Sequence[StrokeDigit],
    letters: Sequence[StrokeDigit],
    folders: Sequence[Path],
    count: int,
    *,
    seed: int = 0,
) -> dict[str, list[Sample]]:
    """Make all sets, of `count` pictures or what there is; the same ones for the same seed.

    Args:
        digits: of the writers of composed numbers and forms.
        letters: whose strokes are signs; without any there is no set of signs.
        folders: each a set of pictures of single digits, in folders named by label.
        count: pictures of a set.
        seed: of everything random.
    """
    sets = {
        name: list(make_composed(digits, count, touching=name == "touching", seed=seed))
        for name in ("apart", "touching")
    }
    if letters:
        each = -(-count // len(SIGNS))
        numbers = make_numbers(digits, letters, each, seed=seed)
        sets["signs"] = [Sample(label, show(canvas)) for label, canvas in numbers]
    sets["forms"] = list(islice(make_one_row_forms(digits, count, seed=seed), count))
    for folder in folders:
        sets[folder.resolve().name] = list(load_singles(folder, count, seed=seed))
    return sets


def make_composed(
    digits: Sequence[StrokeDigit], count: int, *, touching: bool, seed: int
) -> Iterator[Sample]:
    """Compose numbers of three to five digits of one writer, in turn."""
    rng = np.random.default_rng([seed, touching])
    writers = group_by_writer(digits)
    for length in islice(cycle(LENGTHS), count):
        number = compose(pick(writers, length, rng), rng=rng, touching=touching)
        yield Sample(number.label, show(number.canvas))


def show(canvas: Picture) -> Picture:
    """Turn white ink on a black canvas dark on white, with a narrow margin."""
    return np.asarray(255 - np.pad(crop(canvas), MARGIN))


def make_one_row_forms(digits: Sequence[StrokeDigit], count: int, *, seed: int) -> Iterator[Sample]:
    """Fill in forms of each kind in turn, and leave out those of several rows."""
    kinds = [make_forms(kind, digits, count, seed=seed) for kind in KINDS]
    for forms in zip(*kinds, strict=True):
        for form in forms:
            if len(form.layout.rows) == 1:
                yield Sample(form.layout.rows[0], form.picture)


def load_singles(folder: Path, count: int, *, seed: int) -> Iterator[Sample]:
    """Load pictures of single digits, drawn at random from a folder; raises DatasetError."""
    pictures = list_labelled_pictures(folder)
    chosen = np.random.default_rng(seed).permutation(len(pictures))[:count]
    for path, label in (pictures[index] for index in chosen):
        yield Sample(label, load_image(path), single=True)


def clean(sample: Sample) -> Picture:
    """Draw the ink that our preprocessing finds, dark on white and 48 pixels high.

    Returns:
        uint8 array of shape (80, width); white where no ink is found.
    """
    if sample.single:
        found = find_ink(sample.picture)
        ink = None if found is None else found.pixels
    else:
        ink = separate_ink(sample.picture, max_side=MAX_SIDE, keep_border=True)
    if ink is None or not ink.any():
        return np.full((CLEAN_HEIGHT + 2 * CLEAN_MARGIN,) * 2, 255, np.uint8)
    ink = crop(ink)
    scale = CLEAN_HEIGHT / ink.shape[0]
    width = max(round(ink.shape[1] * scale), 1)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(ink, (width, CLEAN_HEIGHT), interpolation=how)
    return np.asarray(255 - np.pad(small, CLEAN_MARGIN))
