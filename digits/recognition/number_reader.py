"""Read a line of writing twice, by cutting and as a row, and choose what it says.

    reading = read_line(line, 0, digits, model=recognizer, rows=RowModel.load(), place=place)
    reading.text, reading.confidence

Where digits stand apart cutting is right, and where they touch the row reader: each is
asked what speaks against the other's answers. A conditional logit model (McFadden, 1974)
weighs both, and gives the probability of each text and of none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from digits.preprocessing.components import Component, TextLine, trim
from digits.preprocessing.geometry import Box, enlarge_box
from digits.preprocessing.lattice import Lattice, ScoreClasses, build_lattice
from digits.preprocessing.normalization import ModelInput
from digits.preprocessing.row import RowInput, fit_row
from digits.preprocessing.segmentation import FoundDigits, make_input, unite
from digits.recognition.predictions import DigitPrediction, LinePrediction, Prediction, Status
from digits.recognition.row_decoding import LogProbabilities, align, score_texts, search_beam
from digits.recognition.row_model import COLUMN_WIDTH, RowModel

BEAM_WIDTH = 10  # texts that the row reader proposes
MAX_COST = 30.0  # nats above the cheapest; more is as good as impossible
CUT_WEIGHT = 0.5  # of cutting, against the row reader
WEIGHTS = {"scale": 1.0, "none": -4.0}  # until `digits.training.row_calibration` has fitted them
CERTAIN = 0.9  # confidence of both readers in one number; then no other is looked for
MAX_PARTS = 30  # pieces of ink; a longer line is no number, and is not weighed piece by piece
AGREED = 0.5  # confidence in a number on which both readers agree, to call it sure

UNREAD = "There are marks beside the digits that were not understood."
DISAGREE = "Cut into single digits it says {}, read as a whole {}."


class Model(Protocol):
    """What reads single digits for a line: `Recognizer` does."""

    def score_classes(self, inputs: Sequence[ModelInput]) -> npt.NDArray[np.float32]:
        """Return of each input the probability that it is one digit, and which, (n, 10)."""

    def predict_inputs(self, inputs: Sequence[ModelInput | None]) -> list[Prediction]:
        """Read preprocessed pictures of one digit each."""


@dataclass(frozen=True, eq=False)
class SeenRow:
    """A line as the row reader sees it.

    Attributes:
        whole: the ink of the line, with its marks.
        row_input: the picture of it.
        columns: what the network gives.
        beam: the most probable texts, with the logs of their probabilities.
    """

    whole: Component
    row_input: RowInput
    columns: LogProbabilities
    beam: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Guesses:
    """What a line may say.

    Attributes:
        texts: numbers with their signs.
        row: log probability that the row reader gives each, (n,).
        cut: cost of the best cutting into each one's digits, above the cheapest, (n,).
        lattice: the ways to cut the line.
    """

    texts: tuple[str, ...]
    row: npt.NDArray[np.float64]
    cut: npt.NDArray[np.float64]
    lattice: Lattice

    def probabilities(self, weights: dict[str, float]) -> npt.NDArray[np.float64]:
        """Return the probability of each text, (n,); what is missing to 1 is that of none."""
        scores = weights["scale"] * (self.row - CUT_WEIGHT * self.cut)
        scores = np.append(scores, weights["none"])
        shares = np.exp(scores - scores.max())
        return np.asarray(shares[:-1] / shares.sum())


def digits_of(text: str) -> str:
    """Return a text without its signs."""
    return "".join(filter(str.isdecimal, text))


def see_row(line: TextLine, rows: RowModel) -> SeenRow:
    """Ask the row reader about a line."""
    whole = unite([*line.components, *line.marks])
    row_input = fit_row(whole.ink)
    columns = rows.read(row_input)
    return SeenRow(whole, row_input, columns, tuple(search_beam(columns, width=BEAM_WIDTH)))


def guess(
    line: TextLine, cut_number: str, row: SeenRow, score_classes: ScoreClasses
) -> Guesses | None:
    """List what a line may say, with what each reader says of it.

    Args:
        line: of writing.
        cut_number: the digits that cutting alone finds, "" for none.
        row: what the row reader sees.
        score_classes: the network of single digits, for the lattice.

    Returns:
        The guesses; None where no reader finds a digit.
    """
    texts = [text for text, _ in row.beam if digits_of(text)]
    if len(cut_number) == 1:  # a single digit is read as one, with whatever sign
        texts = [
            text for text in texts if digits_of(text) == cut_number or len(digits_of(text)) > 1
        ]
    if cut_number and cut_number not in texts:
        texts.append(cut_number)
    if not texts:
        return None
    lattice = build_lattice(line, score_classes)
    costs = lattice.costs([digits_of(text) for text in texts])
    cheapest = costs.min()
    cut = np.full(len(texts), MAX_COST)
    if np.isfinite(cheapest):
        cut = np.minimum(costs - cheapest, MAX_COST)
    return Guesses(tuple(texts), score_texts(row.columns, texts), cut, lattice)


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
    confidence = min(float(np.exp(log_probability)), cut.confidence)
    row_number = digits_of(text)
    if digits and row_number == cut.number and confidence >= CERTAIN:
        boxes = [digit.box for digit in digits]
        loose = [one for one in line.components if not is_within(place(one.box), boxes)]
        unread = len(line.marks) + len(loose)
        return finish(cut, digits, text, confidence, row_number=row_number, loose=unread)
    if digits and (not may_weigh or len(line.components) > MAX_PARTS):
        return finish(cut, digits, cut.text, confidence, row_number=row_number, loose=0)
    guesses = guess(line, cut.number, row, model.score_classes)
    if guesses is None:
        return cut if digits else None
    probabilities = guesses.probabilities({**WEIGHTS, **rows.card.weights})
    best = int(probabilities.argmax())
    text, confidence = guesses.texts[best], float(probabilities[best])
    if text == cut.text and len(text) == 1 >= len(row_number):
        # Both see one digit at most, which the network of single digits knows better.
        confidence, row_number = cut.confidence, cut.number
    path = guesses.lattice.trace(digits_of(text))
    if digits_of(text) != cut.number:
        pieces = [one.whole for one in path if one.model_input is not None]
        pieces = pieces or cut_by_columns(row, text)
        predictions = model.predict_inputs([make_input(piece) for piece in pieces])
        pairs = zip(pieces, predictions, strict=True)
        digits = [DigitPrediction(place(piece.box), number, one) for piece, one in pairs]
        digits = [name(one, c, confidence) for one, c in zip(digits, digits_of(text), strict=True)]
    left_out = [one for one in path if one.model_input is None]
    unread = len(line.marks) + len(left_out)
    return finish(cut, digits, text, confidence, row_number=row_number, loose=unread)


def finish(
    cut: LinePrediction,
    digits: Sequence[DigitPrediction],
    text: str,
    confidence: float,
    *,
    row_number: str,
    loose: int,
) -> LinePrediction:
    """Decide whether a number is sure, and say what is doubtful.

    Args:
        cut: what cutting alone makes of the line.
        digits: of the number.
        text: the number with its signs.
        confidence: that it is right.
        row_number: the digits that the row reader alone finds.
        loose: how many pieces of ink belong to no digit.
    """
    signs = sum(2 if sign == ":" else 1 for sign in text if not sign.isdecimal())
    message = ""
    if loose > signs:
        message = UNREAD
    elif row_number != cut.number:
        message = DISAGREE.format(cut.number or "nothing", row_number or "nothing")
    is_sure = not message and cut.status == "digit" and confidence >= AGREED
    status: Status = "digit" if is_sure else "unsure"
    return LinePrediction(tuple(digits), text, status, confidence, message)


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
