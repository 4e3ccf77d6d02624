"""Rows of a table that tell what was read: for the screen, a CSV file, JSON lines.

    rows = number_rows("bill.jpg", recognizer.predict_number(image), class_names)
    write_csv(rows, file)

Without TensorFlow, as what imports it starts processes of its own.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:  # types alone: writing rows needs neither NumPy nor OpenCV
    from digits.recognition.predictions import NumberPrediction, Prediction

Row = dict[str, Any]  # a line of the output; None where there is no value

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets run what begins with one of these
BOX = ("x", "y", "width", "height")  # columns of a number's row, in pixels of the picture
PLACE = ("number", "index", *BOX)  # columns that a number adds after the file
LINE = ("text", "row", "column", "number_status", "number_confidence")  # and after the message
READ = ("number", "digit", "text")  # columns made of a model's class names, and signs
RUNNING = re.compile(r"[^\W\d]|[|!]")  # letters of a function or cell, or a call of a program
PROBABILITY_DECIMALS = 6  # of a probability, in files and the API


def to_row(
    file: str,
    prediction: "Prediction | None",
    class_names: Sequence[str],
    message: str = "",
    *,
    status: str = "error",
) -> Row:
    """Flatten one reading, or the message that says why there is none, to the columns.

    Args:
        file: what the first column says.
        prediction: the reading; None without one, and then `status` is the row's.
        class_names: of the model, "0" to "9" for digits.
        message: why there is no reading. Defaults to nothing.
        status: of a row without a reading. Defaults to "error".
    """
    row: Row = {
        "file": file,
        "status": status if prediction is None else prediction.status,
        "digit": prediction.label if prediction else None,
        "confidence": None,
    }
    probabilities: Sequence[float | None] = [None] * len(class_names)
    if prediction is not None and prediction.probabilities:
        row["confidence"] = round(prediction.confidence, PROBABILITY_DECIMALS)
        probabilities = [round(share, PROBABILITY_DECIMALS) for share in prediction.probabilities]
    row |= {f"p{name}": p for name, p in zip(column_names(class_names), probabilities, strict=True)}
    return row | {"message": message}


def column_names(class_names: Sequence[str]) -> list[str]:
    """Return what follows the p of a column: a digit, or an underscore and a name."""
    prefix = "" if are_digits(class_names) else "_"
    return [f"{prefix}{name}" for name in class_names]


def are_digits(class_names: Sequence[str]) -> bool:
    """Whether all classes of a model are digits, so that programs get them as numbers."""
    return all(len(name) == 1 and name.isdecimal() for name in class_names)


def number_rows(
    file: str, reading: "NumberPrediction | None", class_names: Sequence[str], message: str = ""
) -> list[Row]:
    """Flatten the reading of a number: one row a digit, or one row without any.

    The message of a row is that of its line and then that of the picture: each row may be
    all that is left of a file that was sorted or filtered.

    Args:
        file: what the first column says.
        reading: the number; None when the file could not be read.
        class_names: of the model, "0" to "9" for digits.
        message: why there is no reading. Defaults to nothing.
    """
    if reading is None:
        return [place_row(to_row(file, None, class_names, message))]
    if not reading.digits:
        blank = to_row(file, None, class_names, reading.message, status="blank")
        return [place_row(blank)]
    rows: list[Row] = []
    whole = {"number": reading.number, "text": reading.text}
    for line in reading.lines:
        message = " ".join(dict.fromkeys(filter(None, (line.message, reading.message))))
        for digit in line.digits:
            read = whole | {
                "index": len(rows),
                **asdict(digit.box),
                "row": digit.row,
                "column": digit.column,
                "number_status": line.status,
                "number_confidence": round(line.confidence, PROBABILITY_DECIMALS),
            }
            rows.append(place_row(to_row(file, digit.prediction, class_names, message), read))
    return rows


def place_row(row: Row, read: Mapping[str, Any] = MappingProxyType({})) -> Row:
    """Add to a row what a number adds: `PLACE` after the file, `LINE` at the end."""
    place = {"file": row["file"]} | {name: read.get(name) for name in PLACE}
    return place | row | {name: read.get(name) for name in LINE}


def write_csv(rows: Sequence[Row], file: TextIO) -> None:
    """Write rows as CSV; a value that is missing is an empty field.

    A file whose name a spreadsheet would run, as "=1+1.png", is written "./=1+1.png": that
    is the same file. Numbers such as "-7" and "+7" stay as they are: a formula of digits
    and signs computes, and runs nothing. What a model's class names could make of one, as
    "=cmd|' /C calc'!A0", gets an apostrophe before it, which makes it text.
    """
    writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        is_formula = row["file"].startswith(FORMULA)
        safe = {"file": f"./{row['file']}"} if is_formula else {}
        safe |= {name: f"'{row[name]}" for name in READ if can_run(row.get(name))}
        writer.writerow(row | safe)


def can_run(value: str | None) -> bool:
    """Whether a spreadsheet could run what was read, and not only compute with it."""
    return value is not None and value.startswith(FORMULA) and bool(RUNNING.search(value))
