"""Read a line of writing twice, by cutting and as a row, and choose what it says.

    reading = read_line(line, 0, digits, model=recognizer, rows=RowModel.load(), place=place)
    reading.text, reading.confidence

Cutting is right where digits stand apart, and the row reader where they touch;
`number_choice` weighs one against the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Protocol

import numpy as np
import numpy.typing as npt

from digits.preprocessing.components import Component, TextLine, trim
from digits.preprocessing.geometry import Box, enlarge_box
from digits.preprocessing.normalization import ModelInput
from digits.preprocessing.segmentation import FoundDigits, make_input
from digits.recognition.number_choice import (
    SeenRow,
    count_sign_pieces,
    digits_of,
    guess,
    see_row,
)
from digits.recognition.predictions import DigitPrediction, LinePrediction, Prediction, Status
from digits.recognition.row_decoding import align
from digits.recognition.row_model import COLUMN_WIDTH, RowModel

CERTAIN = 0.9  # confidence of both readers in one number; then no other is looked for
MAX_PARTS = 30  # pieces of ink; a longer line is no number, and is not weighed piece by piece
MAX_WEIGHED = 600  # pieces of ink in doubtful lines of a picture; later ones are only cut
SURE = 0.9  # confidence in a number on which both readers agree, to call it sure

UNREAD = "Some marks next to the digits were not understood."
DISAGREE = "Read digit by digit this is {}, read as a whole {}."


class Model(Protocol):
    """What reads single digits for a line: `Recognizer` does."""

    def score_classes(self, inputs: Sequence[ModelInput]) -> npt.NDArray[np.float32]:
        """Return of each input the probability that it is one digit, and which, (n, 10)."""

    def predict_inputs(self, inputs: Sequence[ModelInput | None]) -> list[Prediction]:
        """Read preprocessed pictures of one digit each."""


def read_lines(
    found: FoundDigits,
    digits: Sequence[DigitPrediction],
    *,
    model: Model,
    rows: RowModel | None,
    shape: tuple[int, ...],
) -> tuple[LinePrediction, ...]:
    """Read the lines of a picture, each by both readers, and say in which cells digits stand.

    Args:
        found: the lines and digits that were found.
        digits: those digits, read one by one.
        model: reads single digits.
        rows: reads a line as a whole; None to leave the lines as they were cut.
        shape: (height, width) of the picture.
    """
    by_line = {n: tuple(line) for n, line in groupby(digits, key=lambda digit: digit.line)}
    if rows is None or not found.lines:
        return put_in_cells([*map(LinePrediction.of_digits, by_line.values())], found, shape)
    read: list[LinePrediction] = []
    weighed = 0
    for number, written in enumerate(found.lines):
        line = read_line(
            written,
            number,
            by_line.get(number, ()),
            model=model,
            rows=rows,
            place=partial(enlarge_box, small=found.shape, large=shape),
            may_weigh=weighed < MAX_WEIGHED,
        )
        if line is not None:
            read.append(line)
            weighed += len(written.components) if line.confidence < CERTAIN else 0
    return put_in_cells(read, found, shape)


def read_line(
    line: TextLine,
    number: int,
    digits: Sequence[DigitPrediction],
    *,
    model: Model,
    rows: RowModel,
    place: Callable[[Box], Box],
    may_weigh: bool = True,
) -> LinePrediction | None:
    """Read a line of writing that was cut into digits, as a row too, and choose.

    Args:
        line: of writing.
        number: which line it is, 0 for the topmost.
        digits: what cutting makes of it; () if it finds none.
        model: reads single digits.
        rows: reads the line as a whole.
        place: brings a box from the pixels of the line's ink to those of the picture.
        may_weigh: whether there is time to weigh it piece by piece. Defaults to True.

    Returns:
        The number; None when neither reader finds a digit.
    """
    cut = LinePrediction.of_digits(digits)
    row = see_row(line, rows)
    text, log_probability = row.beam[0]
    row_number = digits_of(text)
    confidence = min(float(np.exp(log_probability)), cut.confidence)
    if digits and row_number == cut.number and confidence >= CERTAIN:
        boxes = [digit.box for digit in digits]
        loose = sum(not is_within(place(one.box), boxes) for one in line.components)
        return finish(replace(cut, text=text, confidence=confidence), len(line.marks) + loose)
    if digits and (not may_weigh or len(line.components) > MAX_PARTS):
        return finish(cut, len(line.marks), numbers=(cut.number, row_number))
    guesses = guess(line, row, rows, model.score_classes)
    if guesses is None:
        return cut if digits else None
    numbers = guesses.lattice.best_number, row_number
    probabilities = guesses.probabilities(rows.card.weights)
    best = int(probabilities.argmax())
    text, confidence = guesses.texts[best], float(probabilities[best])
    path = guesses.lattice.trace(digits_of(text), signed=not text.isdecimal())
    loose = len(line.marks) + sum(edge.is_left_out for edge in path)
    if text == cut.text and len(text) == 1 >= len(row_number):
        # Both see one digit at most, which the network of single digits knows better.
        return finish(cut, loose)
    are_whole = [not edge.is_slice for edge in path if not edge.is_left_out]
    if text != cut.text:
        pieces = [edge.candidate.whole for edge in path if not edge.is_left_out]
        pieces = pieces or cut_by_columns(row, text)
        predictions = model.predict_inputs([make_input(piece) for piece in pieces])
        pairs = zip(pieces, predictions, strict=True)
        digits = [DigitPrediction(place(piece.box), number, one) for piece, one in pairs]
    # The network of single digits was not taught what slices look like.
    is_doubted = any(
        is_whole and one.prediction.status != "digit"
        for is_whole, one in zip(are_whole, digits, strict=False)
    )
    status: Status = "unsure" if is_doubted or confidence < SURE else "digit"
    digits = [name(one, c, confidence) for one, c in zip(digits, digits_of(text), strict=True)]
    return finish(LinePrediction(tuple(digits), text, status, confidence), loose, numbers=numbers)


def finish(
    reading: LinePrediction, loose: int, *, numbers: tuple[str, str] = ("", "")
) -> LinePrediction:
    """Say what is doubtful about a number.

    Args:
        reading: the number as it was chosen.
        loose: how many pieces of ink belong to no digit.
        numbers: the digits that cutting alone finds, and those of the row reader.
    """
    if loose > count_sign_pieces(reading.text):
        return replace(reading, status="unsure", message=UNREAD)
    if numbers[0] != numbers[1]:
        message = DISAGREE.format(*(number or "nothing" for number in numbers))
        return replace(reading, status="unsure", message=message)
    return reading


def put_in_cells(
    lines: Sequence[LinePrediction], found: FoundDigits, shape: tuple[int, ...]
) -> tuple[LinePrediction, ...]:
    """Say of each digit in which cell it stands, where the picture is a grid.

    Args:
        lines: numbers.
        found: where they were found.
        shape: (height, width) of the picture.
    """
    if found.grid is None:
        return tuple(lines)
    placed = []
    for line in lines:
        digits = []
        for digit in line.digits:
            cell = found.grid.cell_of(enlarge_box(digit.box, shape, found.shape))
            row, column = cell or (None, None)
            digits.append(replace(digit, row=row, column=column))
        placed.append(replace(line, digits=tuple(digits)))
    return tuple(placed)


def is_within(box: Box, others: Sequence[Box]) -> bool:
    """Whether the middle of a box lies in one of others."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return any(o.x <= x <= o.right and o.y <= y <= o.bottom for o in others)


def name(digit: DigitPrediction, label: str, confidence: float) -> DigitPrediction:
    """Let a digit be what the number says, with the confidence of the number."""
    if digit.prediction.label == label:
        return digit
    names = digit.prediction.class_names
    rest = (1 - confidence) / (len(names) - 1)
    probabilities = tuple(confidence if one == label else rest for one in names)
    return replace(digit, prediction=replace(digit.prediction, probabilities=probabilities))


def cut_by_columns(row: SeenRow, text: str) -> list[Component]:
    """Cut a line half-way between the columns in which the row reader sees its characters."""
    ink = row.whole
    spans = align(row.columns, text)
    starts = row.row_input.columns[[COLUMN_WIDTH * first for first, _ in spans]]
    ends = row.row_input.columns[[COLUMN_WIDTH * end for _, end in spans]]
    edges = [0.0, *((ends[:-1] + starts[1:]) / 2), float(ink.box.width)]
    pieces = []
    for character, left, right in zip(text, edges, edges[1:], strict=False):
        if character.isdecimal():
            first, end = round(left), max(round(right), round(left) + 1)
            box = replace(ink.box, x=ink.box.x + first, width=end - first)
            piece = trim(box, np.ascontiguousarray(ink.ink[:, first:end]))
            pieces.append(piece or ink)
    return pieces
