"""Numbers of several digits to measure on: pictures with a table of labels.

    numbers = load_numbers(Path("forms"))
    result = measure_numbers(recognizer, numbers)
    print(result.figures.right.share, result.figures.digit_errors.share)

`labels.csv` lies in the folder, or in the one that holds it, and names files from there:

    file,label,kind
    boxes/a.png,0042,a row of boxes
    signs/b.png,-3.14 12,signs

A label is text, with a space between lines of writing; rows without one are skipped. The
column `kind` may be missing.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tqdm import tqdm

from digits.data.dataset import DatasetError
from digits.evaluation.edit_distance import edit_distance
from digits.evaluation.metrics import Proportion
from digits.preprocessing.image_io import ImageError, load_image
from digits.recognition.predictions import Status
from digits.recognition.recognizer import Recognizer

LABELS = "labels.csv"


@dataclass(frozen=True)
class LabelledNumber:
    """One picture of a number.

    Attributes:
        path: of the picture.
        label: the number with its signs, a space between lines.
        kind: what kind of picture it is; "" where the table does not say.
    """

    path: Path
    label: str
    kind: str = ""


@dataclass(frozen=True)
class NumberSet:
    """Pictures of numbers, named like their folder."""

    name: str
    numbers: tuple[LabelledNumber, ...]

    @property
    def about(self) -> str:
        """What the set is, as a sentence."""
        return "Picture files of numbers, read as predict.py --several reads them."


@dataclass(frozen=True)
class NumberReading:
    """How one number was read.

    Attributes:
        label: what it is.
        text: what was read, with signs.
        number: the same without signs.
        status: of the whole.
        kind: of the picture.
    """

    label: str
    text: str
    number: str
    status: Status
    kind: str = ""

    @property
    def is_right(self) -> bool:
        """Whether all of it is right, signs too."""
        return self.text == self.label

    @property
    def is_sure(self) -> bool:
        """Whether no line is unsure, and there is one."""
        return self.status == "digit"

    @property
    def surplus(self) -> int:
        """Digits that were found beyond those of the label; negative where some are missing."""
        return len(join_digits(self.number)) - len(join_digits(self.label))


@dataclass(frozen=True)
class NumberFigures:
    """What a model makes of numbers.

    Attributes:
        right: numbers that are wholly right, with their signs.
        digits_right: numbers whose digits and lines are right, whatever the signs.
        digit_errors: digits to insert, delete or replace (Levenshtein distance), of all
            digits of the labels; the share passes 1 where far too many are found.
        too_many, too_few: numbers with more digits found than there are, or fewer.
        refused: numbers with an unsure line, and pictures in which nothing was found.
        sure_wrong: numbers that are called sure and are not wholly right, of all numbers.
    """

    right: Proportion
    digits_right: Proportion
    digit_errors: Proportion
    too_many: Proportion
    too_few: Proportion
    refused: Proportion
    sure_wrong: Proportion

    @classmethod
    def of(cls, readings: Sequence[NumberReading]) -> Self:
        """Count what was read right and wrong."""
        count = len(readings)
        pairs = [(join_digits(one.number), join_digits(one.label)) for one in readings]
        return cls(
            right=Proportion(sum(one.is_right for one in readings), count),
            digits_right=Proportion(
                sum(one.number == without_signs(one.label) for one in readings), count
            ),
            digit_errors=Proportion(
                sum(edit_distance(*pair) for pair in pairs), sum(len(label) for _, label in pairs)
            ),
            too_many=Proportion(sum(one.surplus > 0 for one in readings), count),
            too_few=Proportion(sum(one.surplus < 0 for one in readings), count),
            refused=Proportion(sum(not one.is_sure for one in readings), count),
            sure_wrong=Proportion(sum(one.is_sure and not one.is_right for one in readings), count),
        )


@dataclass(frozen=True)
class NumberResult:
    """A model on one set of numbers.

    Attributes:
        name: of the set.
        about: what it is, a sentence.
        figures: of all numbers.
        kinds: figures by kind, in the order of the table; empty where it names none.
    """

    name: str
    about: str
    figures: NumberFigures
    kinds: dict[str, NumberFigures]

    @property
    def title(self) -> str:
        """The name as people write it."""
        return self.name.replace("_", " ")


def load_numbers(folder: Path) -> NumberSet:
    """List the labelled numbers whose pictures lie anywhere under a folder.

    Args:
        folder: holds the pictures.

    Raises:
        DatasetError: if there is no table, or none that names pictures in the folder, or
            one of them cannot be read.
    """
    table = find_table(folder)
    inside = folder.resolve()
    numbers = []
    for row in read_table(table):
        label, path = " ".join(row["label"].split()), table.parent / row["file"]
        if label and path.resolve().is_relative_to(inside):
            numbers.append(LabelledNumber(path, label, row.get("kind", "")))
    if not numbers:
        raise DatasetError(
            f"Expected rows with a label, of pictures in '{folder}', in '{table}'. Found none."
        )
    for one in numbers:
        try:
            load_image(one.path)  # what is broken is better known before measuring
        except (ImageError, OSError) as error:
            raise DatasetError(f"'{one.path}', named in '{table}': {error}") from error
    return NumberSet(inside.name, tuple(numbers))


def find_table(folder: Path) -> Path:
    """Find `labels.csv` in a folder, or in the one that holds it; raises DatasetError."""
    for place in (folder, folder.resolve().parent):
        if (place / LABELS).is_file():
            return place / LABELS
    raise DatasetError(f"Expected '{LABELS}', with columns file and label, in '{folder}'.")


def read_table(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file that has the columns file and label; raises DatasetError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            columns, rows = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeError, csv.Error) as error:
        raise DatasetError(f"Expected a CSV file in UTF-8. '{path}' is none: {error}.") from error
    if not {"file", "label"} <= set(columns):
        received = ", ".join(columns) or "none"
        raise DatasetError(
            f"Expected columns file and label in '{path}'. Received: {received[:80]}."
        )
    return rows


def measure_numbers(recognizer: Recognizer, one: NumberSet) -> NumberResult:
    """Read all numbers of a set, and count.

    Raises:
        DatasetError: if a picture cannot be read any more.
    """
    shown = tqdm(one.numbers, desc=f"reading {one.name}", disable=None, delay=2, leave=False)
    readings = [read_number(recognizer, number) for number in shown]
    kinds = dict.fromkeys(reading.kind for reading in readings if reading.kind)
    return NumberResult(
        one.name,
        one.about,
        NumberFigures.of(readings),
        {kind: NumberFigures.of([r for r in readings if r.kind == kind]) for kind in kinds},
    )


def read_number(recognizer: Recognizer, number: LabelledNumber) -> NumberReading:
    """Read one picture as page, API and `predict.py --several` do."""
    try:
        found = recognizer.predict_number(number.path)
    except ImageError as error:
        raise DatasetError(f"'{number.path}': {error}") from error
    return NumberReading(number.label, found.text, found.number, found.status, number.kind)


def without_signs(text: str) -> str:
    """Leave the digits, or letters, of a number and the spaces between its lines."""
    return " ".join("".join(c for c in text if c.isalnum() or c == " ").split())


def join_digits(text: str) -> str:
    """Leave the digits of a number alone: no signs, no spaces."""
    return without_signs(text).replace(" ", "")
