"""Measure how numbers on forms are read: boxes, frames, combs, grids and rules.

    python -m benchmarks.accuracy.forms --strokes dev_unipen.jsonl.gz dev_numberpad.jsonl.gz
    python -m benchmarks.accuracy.forms --strokes dev_unipen.jsonl.gz --save forms/ --count 5

Each form is filled in by one writer, printed in black, gray or a colour with lines from
1 to 6 % of a box thick, turned by up to 5 degrees, and scanned, photographed or taken
from a screen (seed 0). Kinds: form_kinds.py.

The form is measured, not the hand: a digit that the model does not read surely and right
when drawn alone on a canvas is left out; `--every-digit` keeps those too. A row is a line
of writing or a row of a grid. `rows` are the rows that are wholly right, `digits` the
digits (1 - edit distance / digits), `cells` the digits of grids that are right and have
their row and column. `more` and `fewer` are forms with too many or too few digits found.
`unsure` rows are so marked; `sure wrong` rows are not, and are wrong: both of all rows.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import cv2
import numpy as np

from benchmarks.accuracy.form_kinds import KINDS
from benchmarks.accuracy.form_paper import Layout, make_picture
from benchmarks.accuracy.materials import Picture
from benchmarks.accuracy.numbers import group_by_writer
from digits.data.labelled_files import load_digits
from digits.data.strokes import CANVAS_STYLE, StrokeDigit, draw_at_random
from digits.evaluation.edit_distance import edit_distance
from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import preprocess
from digits.recognition.predictions import NumberPrediction
from digits.recognition.recognizer import Recognizer

MAX_TRIES = 50  # digits of a writer that are looked at for a legible one


@dataclass(frozen=True)
class Form:
    """A form's picture, and what is written on it."""

    picture: Picture
    layout: Layout


@dataclass(frozen=True)
class Outcome:
    """How one form was read; counts.

    Attributes:
        rows, digits: that are written.
        right_rows, right_digits: those read correctly.
        found: digits that were found.
        cells, right_cells: of grids: digits, and those right in their row and column.
        unsure, sure_wrong: rows that are found.
    """

    rows: int
    digits: int
    right_rows: int
    right_digits: int
    found: int
    cells: int
    right_cells: int
    unsure: int
    sure_wrong: int


class Writers:
    """Writers whose digits fill in forms.

    Args:
        digits: of all writers.
        recognizer: leaves out digits that it does not read alone; None keeps all.
        rng: chooses writers and digits.
    """

    def __init__(
        self, digits: Sequence[StrokeDigit], recognizer: Recognizer | None, rng: np.random.Generator
    ) -> None:
        self._writers = group_by_writer(digits)
        self._recognizer = recognizer
        self._rng = rng
        self._legible: dict[int, bool] = {}
        self._choose()

    def _choose(self) -> None:
        counts = np.array([len(digits) for digits in self._writers])
        index = int(self._rng.choice(len(counts), p=counts / counts.sum()))
        self._digits = self._writers[index]

    def next_form(self) -> None:
        """Let somebody else write the next form."""
        self._choose()

    def take(self, count: int) -> list[StrokeDigit]:
        """Take digits of the present writer at random."""
        taken: list[StrokeDigit] = []
        for _ in range(count):
            for _ in range(MAX_TRIES):
                digit = self._digits[int(self._rng.integers(len(self._digits)))]
                if self._is_legible(digit):
                    break
            taken.append(digit)
        return taken

    def _is_legible(self, digit: StrokeDigit) -> bool:
        if self._recognizer is None:
            return True
        key = id(digit)
        if key not in self._legible:
            rng = np.random.default_rng(0)
            canvas = draw_at_random(digit.strokes, rng=rng, style=CANVAS_STYLE)
            (read,) = self._recognizer.predict_inputs([preprocess(canvas)])
            self._legible[key] = read.status == "digit" and read.label == digit.label
        return self._legible[key]


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for each stroke file, a line a kind; or save the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--strokes", type=Path, nargs="+", required=True)
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--count", type=int, default=100, help="forms of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every-digit", action="store_true")
    parser.add_argument("--save", type=Path, help="write pictures and labels.csv, read nothing")
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load(arguments.model)
    everything: dict[str, list[Outcome]] = {}
    for path in arguments.strokes:
        digits = load_digits(path)
        judge = None if arguments.every_digit else recognizer
        table: dict[str, list[Outcome]] = {}
        for kind in arguments.kinds:
            forms = make_forms(kind, digits, arguments.count, judge, seed=arguments.seed)
            if arguments.save:
                save(forms, arguments.save, f"{path.name.split('.')[0]}_{kind}", kind)
                continue
            table[kind] = [
                judge_form(form, recognizer.predict_number(form.picture)) for form in forms
            ]
            everything.setdefault(kind, []).extend(table[kind])
        if table:
            print_table(path.name, table)
    if len(arguments.strokes) > 1 and everything:
        print_table("all", everything)
    return 0


def make_forms(
    kind: str,
    digits: Sequence[StrokeDigit],
    count: int,
    recognizer: Recognizer | None = None,
    *,
    seed: int = 0,
) -> Iterator[Form]:
    """Make forms of a kind; the same ones for the same seed, digits and recognizer.

    Args:
        kind: a name of `KINDS`.
        digits: of the writers who fill them in.
        count: how many forms.
        recognizer: leaves out digits that it does not read alone; None keeps all.
        seed: of everything random.
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    writers = Writers(digits, recognizer, rng)
    for _ in range(count):
        layout = KINDS[kind](writers.take, rng)
        yield Form(make_picture(layout, rng), layout)
        writers.next_form()


def judge_form(form: Form, read: NumberPrediction) -> Outcome:
    """Compare what was read with what is written, row by row in their order."""
    rows, lines = form.layout.rows, read.lines
    written, found = "".join(rows), "".join(line.text for line in lines)
    blocks = SequenceMatcher(None, rows, [line.text for line in lines], autojunk=False)
    matched = {
        block.b + offset for block in blocks.get_matching_blocks() for offset in range(block.size)
    }
    cells = set(zip(form.layout.cells, written, strict=False))
    read_cells = {((d.row, d.column), d.prediction.label) for d in read.digits}
    is_sure = [line.status == "digit" for line in lines]
    return Outcome(
        rows=len(rows),
        digits=len(written),
        right_rows=len(matched),
        right_digits=max(len(written) - edit_distance(written, found), 0),
        found=len(read.digits),
        cells=len(cells),
        right_cells=len(cells & read_cells),
        unsure=len(lines) - sum(is_sure),
        sure_wrong=sum(sure and index not in matched for index, sure in enumerate(is_sure)),
    )


def save(forms: Iterator[Form], folder: Path, name: str, kind: str) -> None:
    """Write forms as PNG files, and a line each to `labels.csv` as evaluate.py reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = folder / "labels.csv"
    if not labels.exists():
        labels.write_text("file,label,kind\n", encoding="utf-8")
    for index, form in enumerate(forms):
        file = f"{name}_{index:03}.png"
        pixels = form.picture if form.picture.ndim == 2 else form.picture[..., ::-1]
        cv2.imwrite(str(folder / file), pixels)
        with labels.open("a", encoding="utf-8") as lines:
            lines.write(f"{file},{' '.join(form.layout.rows)},{kind}\n")


def print_table(name: str, table: dict[str, list[Outcome]]) -> None:
    """Print a line for each kind, and the mean of the kinds."""
    columns = ("rows", "digits", "cells", "more", "fewer", "unsure", "sure wrong")
    print(f"{name:24} {'forms':>6} {' '.join(f'{column:>10}' for column in columns)}")
    shares = []
    for kind, outcomes in table.items():
        shares.append(list(measure(outcomes).values()))
        print_line(kind, len(outcomes), shares[-1])
    means = [
        np.mean([x for x in column if x is not None] or [np.nan])
        for column in zip(*shares, strict=True)
    ]
    print_line("mean of the kinds", sum(map(len, table.values())), means)
    print(flush=True)


def print_line(name: str, count: int, shares: Sequence[float | None]) -> None:
    """Print shares in percent; a dash where there is none."""
    shown = ("-" if share is None or np.isnan(share) else f"{share:.1%}" for share in shares)
    print(f"{name:24} {count:6} {' '.join(f'{share:>10}' for share in shown)}")


def measure(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Sum up the outcomes of a kind, as the columns of the table."""
    forms = len(outcomes)
    rows, digits = sum(one.rows for one in outcomes), sum(one.digits for one in outcomes)
    cells = sum(one.cells for one in outcomes)
    return {
        "rows": sum(one.right_rows for one in outcomes) / rows,
        "digits": sum(one.right_digits for one in outcomes) / digits,
        "cells": sum(one.right_cells for one in outcomes) / cells if cells else None,
        "more": sum(one.found > one.digits for one in outcomes) / forms,
        "fewer": sum(one.found < one.digits for one in outcomes) / forms,
        "unsure": sum(one.unsure for one in outcomes) / rows,
        "sure wrong": sum(one.sure_wrong for one in outcomes) / rows,
    }


if __name__ == "__main__":
    sys.exit(main())
