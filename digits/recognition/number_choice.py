"""What a line of writing may say, and how probable each text is, given what two readers see.

    row = see_row(line, rows)
    guesses = guess(line, row, score_classes)
    guesses.texts, guesses.probabilities(card.weights)

Each reader is asked what speaks against the other's answers. A conditional logit model
(McFadden, "Conditional logit analysis of qualitative choice behavior", 1974) weighs both,
and gives the probability of each text and of none of them.
"""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.components import Component, TextLine
from digits.preprocessing.lattice import (
    PIECES,
    REASONS,
    SLICES,
    Lattice,
    ScoreClasses,
    build_lattice,
)
from digits.preprocessing.row import RowInput, fit_row
from digits.preprocessing.segmentation import unite
from digits.recognition.row_decoding import LogProbabilities, score_texts, search_beam
from digits.recognition.row_model import RowModel

BEAM_WIDTH = 10  # texts that the row reader proposes
# What speaks against a text: its log probability as a row, with a negative weight; what the best
# cutting into its digits has against it, more than the best of all; that there is none; pieces
# of ink that are left out and no sign; signs that are no such piece.
FEATURES = ("row", *REASONS[:PIECES], "uncut", "unread", "unfounded")
SLANTS = (-0.2, 0.2)  # pixels aside per pixel up: of the looks at a doubtful line
FLOOR = -12.0  # log probability; one look does not rule out a text
# Where digits stand apart, the network of single digits is on its own ground, and the row
# reader, which knows fewer hands, counts half.
APART = dict(zip((*FEATURES, "none"), (-0.5, 1.0, 1.0, 0.3, 0.5, 3.0, 2.0, 1.5, 4.5), strict=True))
TOUCHING = dict(
    zip((*FEATURES, "none"), (-0.8, 0.2, 0.2, 0.25, 0.3, 2.0, 1.0, 1.5, 4.0), strict=True)
)  # until they are fitted


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
        features: what speaks against each, (n, `FEATURES`).
        are_apart: whether the best cutting slices nothing.
        lattice: the ways to cut the line.
    """

    texts: tuple[str, ...]
    features: npt.NDArray[np.float64]
    are_apart: bool
    lattice: Lattice

    def probabilities(self, touching: dict[str, float]) -> npt.NDArray[np.float64]:
        """Return the probability of each text, (n,); what is missing to 1 is that of none.

        Args:
            touching: the weight of each feature and of `none`, for digits that touch.
        """
        weights = APART if self.are_apart else {**TOUCHING, **touching}
        against = self.features @ [weights[name] for name in FEATURES]
        scores = -np.append(against, weights["none"])
        shares = np.exp(scores - scores.max())
        return np.asarray(shares[:-1] / shares.sum())


def digits_of(text: str) -> str:
    """Return a text without its signs."""
    return "".join(filter(str.isdecimal, text))


def count_sign_pieces(text: str) -> int:
    """Count the pieces of ink that the signs of a text are written with."""
    return sum(2 if character == ":" else 1 for character in text if not character.isdecimal())


def see_row(line: TextLine, rows: RowModel) -> SeenRow:
    """Ask the row reader about a line."""
    whole = unite([*line.components, *line.marks])
    row_input = fit_row(whole.ink)
    columns = rows.read(row_input)
    return SeenRow(whole, row_input, columns, tuple(search_beam(columns, width=BEAM_WIDTH)))


def look_slanted(row: SeenRow, rows: RowModel) -> list[LogProbabilities]:
    """Ask the row reader about a line that is slanted, either way."""
    ink = row.whole.ink
    height, width = ink.shape
    looks = []
    for slant in SLANTS:
        matrix = np.array([[1.0, slant, max(-slant * height, 0.0)], [0.0, 1.0, 0.0]])
        slanted = cv2.warpAffine(ink, matrix, (width + ceil(abs(slant) * height), height))
        looks.append(rows.read(fit_row(slanted)))
    return looks


def guess(
    line: TextLine, row: SeenRow, rows: RowModel, score_classes: ScoreClasses
) -> Guesses | None:
    """List what a line may say, with what each reader says of it.

    Args:
        line: of writing.
        row: what the row reader sees.
        rows: the row reader, to look at the line again.
        score_classes: the network of single digits, for the lattice.

    Returns:
        The guesses; None where no reader finds a digit.
    """
    lattice = build_lattice(line, score_classes)
    best = lattice.best_number
    looks = [row.columns, *look_slanted(row, rows)]
    beams = [row.beam, *(search_beam(look, width=BEAM_WIDTH) for look in looks[1:])]
    texts = [*dict.fromkeys(text for beam in beams for text, _ in beam if digits_of(text))]
    if len(best) == 1:  # a single digit is read as one, with whatever sign
        texts = [text for text in texts if digits_of(text) == best or len(digits_of(text)) > 1]
    if best and best not in texts:
        texts.append(best)
    if not texts:
        return None
    judged = lattice.judge([*map(digits_of, texts), best])
    is_uncut = np.isinf(judged.costs[:-1])
    reasons = np.where(is_uncut[:, np.newaxis], 0, judged.reasons[:-1] - judged.reasons[-1])
    pieces = np.where(is_uncut, 0, judged.reasons[:-1, PIECES] + len(line.marks))
    unread = np.where(is_uncut, 0, pieces - [count_sign_pieces(text) for text in texts])
    row_scores = np.mean([np.maximum(score_texts(look, texts), FLOOR) for look in looks], axis=0)
    features = np.column_stack(
        [row_scores, reasons[:, :PIECES], is_uncut, np.maximum(unread, 0), np.maximum(-unread, 0)]
    )
    are_apart = not judged.reasons[-1, SLICES]
    return Guesses(tuple(texts), features, bool(are_apart), lattice)
