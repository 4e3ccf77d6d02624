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

    With `--several` also the number, and each digit's box as x,y,width,height.
    """
    rows = [row | {"file": escape_name(row["file"])} for row in rows]
    width = max(len(row["file"]) for row in rows)
    digit = max(len("digit"), *(len(row["digit"] or "") for row in rows))
    number = max(len("number"), *(len(row.get("number") or "") for row in rows))
    are_several = "number" in rows[0]
    place = f"{'number':{number}}  {'box':19}  " if are_several else ""
    print(f"{'file':{width}}  {place}{'status':6}  {'digit':{digit}}  confidence")
    for row in rows:
        if are_several:
            box = ",".join(str(row[side]) for side in BOX) if row["number"] else ""
            place = f"{row['number'] or '':{number}}  {box:19}  "
        confidence = "" if row["confidence"] is None else f"{row['confidence']:10.1%}"
        line = f"{row['file']:{width}}  {place}{row['status']:6}  {row['digit'] or '':{digit}}  "
        print((line + (row["message"] or confidence)).rstrip())


def escape_name(name: str) -> str:
    """Write what no screen shows as escapes: a name may hold new lines, and any byte."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in name
    )
