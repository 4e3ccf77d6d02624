"""Fit the row reader's confidence to the truth, on rows of writers who taught nothing.

card = calibrate_rows(model, held_out)
card = fit_choice(card, rows, composer, recognizer=Recognizer.load())
"""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax

from digits.data.row_composition import RowComposer
from digits.preprocessing.arrays import Ink
from digits.preprocessing.segmentation import find_digits
from digits.recognition.model_card import ModelCard
from digits.recognition.number_choice import TOUCHING, Guesses, guess, see_row
from digits.recognition.number_reader import MAX_PARTS
from digits.recognition.recognizer import Recognizer
from digits.recognition.row_decoding import CHARACTERS, score_texts, search_beam
from digits.recognition.row_model import RowModel
from digits.training.checkpoints import diverged
from digits.training.row_data import Row, batch_by_width, stack_rows

MAX_FITTED = 1000  # rows; more change nothing
BEAM_WIDTH = 8
CHOICE_ROWS, CHOICE_SEED = 800, 1
RIDGE = 0.1  # of the squared ways of the weights from where they started
PAPER = 20  # pixels around a row


def fit_choice(
    card: ModelCard, rows: RowModel, composer: RowComposer, *, recognizer: Recognizer
) -> ModelCard:
    """Fit the weights with which a line's text is chosen.

    Args:
        card: of the row reader.
        rows: the row reader.
        composer: of rows of writers and images that taught nothing.
        recognizer: reads single digits.

    Returns:
        The card with weights, and with the accuracy of both readers together on the rows.
    """
    rng = np.random.default_rng(CHOICE_SEED)
    cases = [
        (text, guesses)
        for text, ink in (composer.compose(rng) for _ in range(CHOICE_ROWS))
        if (guesses := guess_row(ink, rows, recognizer)) is not None
    ]
    names, start = [*TOUCHING], np.array([*TOUCHING.values()])
    touching = [case for case in cases if not case[1].are_apart] or cases

    def loss(values: npt.NDArray[np.float64]) -> float:
        weights = dict(zip(names, values.tolist(), strict=True))
        right = [probability_of(text, guesses, weights) for text, guesses in touching]
        away = RIDGE * float(np.sum((values - start) ** 2))
        return away - float(np.mean(np.log(np.maximum(right, 1e-9))))

    fitted = minimize(loss, start, method="L-BFGS-B").x
    weights = {name: round(value, 4) for name, value in zip(names, fitted.tolist(), strict=True)}
    shares = [guesses.probabilities(weights) for _, guesses in cases]
    is_right = np.array(
        [
            guesses.texts[int(one.argmax())] == text
            for (text, guesses), one in zip(cases, shares, strict=True)
        ]
    )
    figures = card.figures | {"numbers_validation_accuracy": round(float(is_right.mean()), 4)}
    return replace(card, weights=weights, figures=figures)


def probability_of(text: str, guesses: Guesses, weights: dict[str, float]) -> float:
    """Return the probability that guesses give to a text; that of none where it is not listed."""
    shares = guesses.probabilities(weights)
    is_listed = text in guesses.texts
    return float(shares[guesses.texts.index(text)] if is_listed else 1 - shares.sum())


def guess_row(ink: Ink, rows: RowModel, recognizer: Recognizer) -> Guesses | None:
    """List what a composed row may say; None where it is not found as one line."""
    found = find_digits(np.pad(ink, PAPER), recognizer.score_digits, uncut=MAX_PARTS)
    if len(found.lines) != 1:
        return None
    line = found.lines[0]
    return guess(line, see_row(line, rows), rows, recognizer.score_classes)


def calibrate_rows(model: keras.Model, held_out: Sequence[Row]) -> ModelCard:
    """Find the temperature under which the texts of held out rows are most probable.

    Returns:
        A card of no file yet, with the fraction of rows that are read wholly right.

    Raises:
        DivergedError: when the network's outputs are not finite.
    """
    texts, logits = [], []
    for rows in batch_by_width(held_out, 64):
        outputs = np.asarray(model(stack_rows(rows), training=False))
        if not np.isfinite(outputs).all():
            raise diverged("outputs that are NaN or infinite")
        texts += [row.text for row in rows]
        logits += [*outputs]
    step = max(len(texts) // MAX_FITTED, 1)
    fitted = list(zip(texts, logits, strict=True))[::step]

    def loss(temperature: float) -> float:
        columns = [log_softmax(one / temperature, axis=1) for _, one in fitted]
        scores = [
            score_texts(one, [text])[0] for (text, _), one in zip(fitted, columns, strict=True)
        ]
        return -float(np.mean(np.maximum(scores, -20)))  # what is wrong is wrong at any rate

    temperature = float(minimize_scalar(loss, bounds=(0.5, 3.0), method="bounded").x)
    read = [search_beam(log_softmax(one, axis=1), width=BEAM_WIDTH)[0][0] for _, one in fitted]
    right = np.mean([text == said for (text, _), said in zip(fitted, read, strict=True)])
    return ModelCard(
        sha256="",
        class_names=tuple(CHARACTERS),
        temperature=round(temperature, 4),
        figures={"rows_validation_accuracy": round(float(right), 4)},
        kind="rows",
    )
