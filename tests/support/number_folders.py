"""Folders of drawn numbers with their labels, as evaluate.py --numbers takes them."""

import csv
from collections.abc import Mapping
from pathlib import Path

import cv2

from tests.support.digit_drawings import draw_number


def write_numbers(folder: Path, numbers: Mapping[str, str]) -> Path:
    """Draw the digits of numbers, leave out their signs, and label the pictures.

    Args:
        folder: made, and returned.
        numbers: the kind of each label; "" for none. A space in a label begins a line.
    """
    folder.mkdir(parents=True)
    rows = []
    for index, (label, kind) in enumerate(numbers.items()):
        digits = "".join(c for c in label.replace(" ", "\n") if c.isdigit() or c == "\n")
        cv2.imwrite(str(folder / f"{index}.png"), draw_number(digits))
        rows.append([f"{index}.png", label, kind])
    write_table(folder, [["file", "label", "kind"], *rows])
    return folder


def write_table(folder: Path, rows: list[list[str]]) -> None:
    """Write `labels.csv`."""
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
