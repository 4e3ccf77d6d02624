"""Rows of a table that tell what was read: for the screen, a CSV file, JSON lines.

    rows = number_rows("bill.jpg", recognizer.predict_number(image), class_names)
    write_csv(rows, file)

Without TensorFlow, as what imports it starts processes of its own.
"""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:  # types alone: writing rows needs neither NumPy nor OpenCV
    from digits.recognition.predictions import NumberPrediction, Prediction

Row = dict[str, Any]  # a line of the output; None where there is no value

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets run what begins with one of these
BOX = ("x", "y", "width", "height")  # columns of a number's row, in pixels of the picture


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
        row["confidence"] = round(prediction.confidence, 6)
        probabilities = [round(probability, 6) for probability in prediction.probabilities]
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

    Args:
        file: what the first column says.
        reading: the number; None when the file could not be read.
        class_names: of the model, "0" to "9" for digits.
        message: why there is no reading. Defaults to nothing.
    """
    if reading is None or not reading.digits:
        status = "error" if reading is None else "blank"
        return [place_row(to_row(file, None, class_names, message, status=status))]
    return [
        place_row(
            to_row(file, digit.prediction, class_names),
            number=reading.number,
            index=index,
            **asdict(digit.box),
        )
        for index, digit in enumerate(reading.digits)
    ]


def place_row(row: Row, **place: Any) -> Row:
    """Add after the file what a number adds: number, index from 0, box in pixels."""
    return {"file": row["file"]} | dict.fromkeys(("number", "index", *BOX)) | place | row


def write_csv(rows: Sequence[Row], file: TextIO) -> None:
    """Write rows as CSV; a value that is missing is an empty field.

    A file whose name a spreadsheet would run, as "=1+1.png", is written "./=1+1.png": that
    is the same file.
    """
    writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        is_formula = row["file"].startswith(FORMULA)
        writer.writerow(row | {"file": f"./{row['file']}"} if is_formula else row)
