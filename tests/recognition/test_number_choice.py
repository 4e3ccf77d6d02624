"""What a line may say, and how probable that is, by the shipped models."""

import numpy as np
import pytest

from digits.preprocessing.arrays import Ink
from digits.preprocessing.components import find_text_lines
from digits.preprocessing.pieces import find_pieces
from digits.recognition.number_choice import (
    FEATURES,
    Guesses,
    count_sign_pieces,
    digits_of,
    guess,
    see_row,
)
from digits.recognition.recognizer import Recognizer
from digits.recognition.row_model import load_rows
from tests.support.digit_drawings import draw_number, with_bar


def guess_ink(ink: Ink, recognizer: Recognizer) -> Guesses:
    rows = load_rows()
    assert rows is not None
    (line,) = find_text_lines(find_pieces(np.pad(ink, 20)))
    guesses = guess(line, see_row(line, rows), rows, recognizer.score_classes)
    assert guesses is not None
    return guesses


def features_of(guesses: Guesses, text: str) -> dict[str, float]:
    values = guesses.features[guesses.texts.index(text)]
    return dict(zip(FEATURES, values.tolist(), strict=True))


@pytest.mark.parametrize(("number", "gap", "are_apart"), [("407", 20, True), ("407", -12, False)])
def test_the_most_probable_text_is_what_is_written(
    recognizer: Recognizer, number: str, gap: int, are_apart: bool
) -> None:
    guesses = guess_ink(draw_number(number, gap=gap), recognizer)
    shares = guesses.probabilities({})
    assert guesses.texts[int(shares.argmax())] == number
    assert guesses.are_apart is are_apart
    assert 0 < shares.sum() < 1 and len(set(guesses.texts)) == len(guesses.texts)


def test_ink_that_no_sign_explains_speaks_against_a_text(recognizer: Recognizer) -> None:
    guesses = guess_ink(with_bar(draw_number("583")), recognizer)
    signed, plain = (features_of(guesses, text) for text in ("-583", "583"))
    assert signed["unread"] == signed["unfounded"] == 0
    assert plain["unread"] == 1
    assert guesses.texts[int(guesses.probabilities({}).argmax())] == "-583"


def test_signs_are_left_out_of_digits_and_counted_in_pieces() -> None:
    assert digits_of("-(12.50)") == "1250"
    assert count_sign_pieces("-(12.50)") == 4
    assert count_sign_pieces("10:45") == 2
