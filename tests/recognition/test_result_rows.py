"""Rows of results keep signs, cells and messages, and nothing in them runs."""

import csv
import io
import json
from typing import Any

import pytest

from digits.classes import DIGIT_CLASSES
from digits.preprocessing.geometry import Box
from digits.recognition.predictions import (
    DigitPrediction,
    LinePrediction,
    NumberPrediction,
    Prediction,
)
from digits.recognition.result_rows import Row, number_rows, write_csv
from digits.recognition.result_table import print_table, write_json_lines
from tests.support.readings import make_line

CUT_OFF = "Only the first 2,000 digits were read."


def rows_of(*lines: LinePrediction, message: str = "") -> list[Row]:
    return number_rows("a.png", NumberPrediction(lines, message), DIGIT_CLASSES)


def through_csv(rows: list[Row]) -> list[dict[str, str]]:
    text = io.StringIO()
    write_csv(rows, text)
    return list(csv.DictReader(io.StringIO(text.getvalue())))


def test_a_number_keeps_its_signs_beside_its_digits() -> None:
    (row,) = rows_of(make_line("-7", confidence=0.91))
    assert list(row)[-6:] == [
        "message", "text", "row", "column", "number_status", "number_confidence",
    ]  # fmt: skip
    assert (row["number"], row["text"], row["digit"]) == ("7", "-7", "7")
    assert (row["number_status"], row["number_confidence"]) == ("digit", 0.91)


def test_each_row_has_status_and_message_of_its_line() -> None:
    doubt = "A sign between 3 and 1 may be missing."
    rows = rows_of(make_line("3.14"), make_line("31", line=1, status="unsure", message=doubt))
    assert {(row["number"], row["text"]) for row in rows} == {("314 31", "3.14 31")}
    assert [row["number_status"] for row in rows] == ["digit"] * 3 + ["unsure"] * 2
    assert [row["message"] for row in rows] == [""] * 3 + [doubt] * 2
    assert [row["index"] for row in rows] == [0, 1, 2, 3, 4]


def test_what_was_left_out_of_a_picture_stands_in_every_row() -> None:
    rows = rows_of(make_line("1", message="Doubtful."), make_line("2", line=1), message=CUT_OFF)
    assert [row["message"] for row in rows] == [f"Doubtful. {CUT_OFF}", CUT_OFF]


def test_a_picture_without_digits_says_why_and_stays_blank() -> None:
    (row,) = rows_of(message="Found no handwritten digits; this looks like print.")
    assert (row["status"], row["text"], row["number_status"]) == ("blank", None, None)
    assert row["message"].endswith("print.")


def test_a_cell_has_row_and_column_and_everything_else_null() -> None:
    rows = rows_of(make_line("53", cells=[(0, 0), (0, 4)]), make_line("6", line=1))
    assert [(row["row"], row["column"]) for row in rows] == [(0, 0), (0, 4), (None, None)]
    assert [row["column"] for row in through_csv(rows)] == ["0", "4", ""]
    text = io.StringIO()
    write_json_lines(rows, text)
    assert [json.loads(line)["row"] for line in text.getvalue().splitlines()] == [0, 0, None]


@pytest.mark.parametrize("text", ["-7", "+7", "-(3)", "+1/2", "3,14", "-12:30", "(7)"])
def test_numbers_stay_numbers_in_a_spreadsheet(text: str) -> None:
    assert {row["text"] for row in through_csv(rows_of(make_line(text)))} == {text}


def row_of_class(name: str) -> dict[str, str]:
    """Read a picture with a model that has such a class, and write it."""
    names = (name, "7")
    digit = DigitPrediction(Box(0, 0, 9, 9), 0, Prediction((0.9, 0.1), names, 0.5, None))
    reading: Any = NumberPrediction((LinePrediction.of_digits([digit]),))
    (row,) = through_csv(number_rows("a.png", reading, names))
    return row


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+SUM(A1)", "@import", "-A1"])
def test_names_of_classes_that_a_spreadsheet_would_run_become_text(name: str) -> None:
    row = row_of_class(name)
    assert {row["number"], row["digit"], row["text"]} == {f"'{name}"}


@pytest.mark.parametrize("name", ["=", "+", "k", "apple"])
def test_other_names_of_classes_stay(name: str) -> None:
    assert row_of_class(name)["digit"] == name


def test_the_table_shows_signs_doubts_and_each_message_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    doubt = "A sign may be missing."
    rows = rows_of(make_line("-12", status="unsure", message=doubt))
    print_table(rows + rows_of(message="This looks like print."))
    head, first, second, blank = capsys.readouterr().out.splitlines()
    assert head.split() == ["file", "number", "box", "status", "digit", "confidence"]
    assert first.split()[1] == second.split()[1] == "-12?"
    assert first.endswith(f"99.0%  {doubt}") and second.endswith("99.0%")
    assert blank.split(maxsplit=2) == ["a.png", "blank", "This looks like print."]


def test_the_table_has_a_column_for_cells_of_a_grid(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(rows_of(make_line("53", cells=[(0, 0), (2, 4)])))
    head, *rows = capsys.readouterr().out.splitlines()
    assert "cell" in head.split()
    assert [row.split()[3] for row in rows] == ["0,0", "2,4"]
