"""Rows of results, as a file or as a table on the screen.

status = show_rows(rows, Path("digits.csv"))  # None prints a table
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from digits.files import atomic_write
from digits.recognition.result_rows import BOX, Row, write_csv

CELL = ("row", "column")  # of a grid, from 0


def show_rows(rows: Sequence[Row], output: Path | None) -> int:
    """Print a table, or write the file and a line that sums it up; return the exit status."""
    try:
        if output is None:
            print_table(rows)
        else:
            write_rows(rows, output)
            what = "rows" if "index" in rows[0] else "pictures"
            print(f"{len(rows)} {what} in '{output}': {', '.join(describe_statuses(rows))}.")
        sys.stdout.flush()
    except BrokenPipeError:  # as of `predict.py ... | head`: who reads along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if any(row["status"] == "error" for row in rows) else 0


def write_rows(rows: Sequence[Row], output: Path) -> None:
    """Write rows as CSV or JSON lines, whole or not at all."""
    # surrogateescape: names of files need not be valid UTF-8.
    with (
        atomic_write(output) as partial,
        partial.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        write_csv(rows, file) if output.suffix == ".csv" else write_json_lines(rows, file)


def write_json_lines(rows: Sequence[Row], file: TextIO) -> None:
    """Write one JSON object a row; a value that is missing is null."""
    for row in rows:
        file.write(json.dumps(row) + "\n")


def describe_statuses(rows: Sequence[Row]) -> Iterator[str]:
    """Say how many rows have each status."""
    statuses = [row["status"] for row in rows]
    for status in ("digit", "unsure", "blank", "error"):
        if status in statuses:
            yield f"{statuses.count(status)} {status}"


def print_table(rows: Sequence[Row]) -> None:
    """Print file, status, digit and confidence, or the message, in columns.

    With `--several` also the number with its signs, with a question mark when it is unsure,
    each digit's box as x,y,width,height and, of a grid, its cell as row,column. A message
    follows the confidence, once for all rows that have it.
    """
    rows = [row | {"file": escape_name(row["file"])} for row in rows]
    columns = {"file": [row["file"] for row in rows]}
    if "number" in rows[0]:
        columns |= {"number": [show_number(row) for row in rows]}
        columns |= {"box": [show_place(row, BOX) for row in rows]}
        if any(row["row"] is not None for row in rows):
            columns |= {"cell": [show_place(row, CELL) for row in rows]}
    columns |= {name: [row[name] or "" for row in rows] for name in ("status", "digit")}
    widths = {name: max(len(name), *map(len, texts)) for name, texts in columns.items()}
    head = [*(f"{name:{width}}" for name, width in widths.items()), "confidence"]
    print("  ".join(head))
    said = None
    for index, row in enumerate(rows):
        texts = [f"{columns[name][index]:{width}}" for name, width in widths.items()]
        saying = row["file"], row["message"]
        if row["confidence"] is None:
            texts.append(row["message"])
        else:
            texts += [f"{row['confidence']:10.1%}", "" if saying == said else row["message"]]
        said = saying
        print("  ".join(texts).rstrip())


def show_number(row: Row) -> str:
    """Write the number of a row, with a question mark when its line is unsure."""
    return f"{row['text'] or ''}{'?' if row['number_status'] == 'unsure' else ''}"


def show_place(row: Row, names: Sequence[str]) -> str:
    """Write numbers of a row side by side, as x,y,width,height; "" where there are none."""
    return "" if row[names[0]] is None else ",".join(str(row[name]) for name in names)


def escape_name(name: str) -> str:
    """Write what no screen shows as escapes: a name may hold new lines, and any byte."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in name
    )
