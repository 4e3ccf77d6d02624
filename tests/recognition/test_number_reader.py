"""Numbers with signs and touching digits, read by the shipped models."""

import cv2
import numpy as np
import pytest

from digits.preprocessing.components import find_text_lines
from digits.preprocessing.lattice import REASONS, build_lattice
from digits.preprocessing.pieces import find_pieces
from digits.recognition import number_reader
from digits.recognition.number_choice import FEATURES
from digits.recognition.recognizer import Recognizer
from digits.recognition.row_model import load_rows
from tests.support.digit_drawings import draw_number, with_bar


def test_the_row_reader_is_shipped() -> None:
    rows = load_rows()
    assert rows is not None and {*rows.card.weights} == {*FEATURES, "none"}


def test_a_minus_is_read(recognizer: Recognizer) -> None:
    (line,) = recognizer.predict_number(with_bar(draw_number("583"))).lines
    assert (line.text, line.number, line.status) == ("-583", "583", "digit")
    assert len(line.digits) == 3


@pytest.mark.parametrize("number", ["407", "9586", "12"])
def test_digits_apart_have_no_signs(recognizer: Recognizer, number: str) -> None:
    (line,) = recognizer.predict_number(draw_number(number)).lines
    assert (line.text, line.status) == (number, "digit")
    assert line.confidence > 0.5


def test_digits_that_touch_all_along_are_read(recognizer: Recognizer) -> None:
    touching = draw_number("2735", gap=-6)
    (line,) = recognizer.predict_number(touching).lines
    assert line.text == "2735"
    lefts = [digit.box.x for digit in line.digits]
    assert lefts == sorted(lefts) and len(lefts) == 4


def test_a_blot_beside_the_number_makes_it_unsure(recognizer: Recognizer) -> None:
    """A mark that is no sign of any kind is told, and not dropped in silence."""
    drawn = np.pad(draw_number("583"), ((90, 0), (0, 0)))
    for x in (120, 200, 280):
        cv2.circle(drawn, (x, 70), 9, 255, cv2.FILLED)
    (line,) = recognizer.predict_number(drawn).lines
    assert line.status == "unsure" and "not understood" in line.message


def test_a_number_has_its_cheapest_cutting(recognizer: Recognizer) -> None:
    (line,) = find_text_lines(find_pieces(np.pad(draw_number("407"), 20)))
    lattice = build_lattice(line, recognizer.score_classes)
    assert lattice.best_number == "407"
    judged = lattice.judge(["407", "401", "40", "407" * 9])
    assert judged.costs.argmin() == 0 and np.isinf(judged.costs[3])
    reasons = dict(zip(REASONS, judged.reasons[1] - judged.reasons[0], strict=True))
    assert reasons["wholes"] > 2 and reasons["slices"] == reasons["left_out"] == 0
    pieces = [edge for edge in lattice.trace("407") if not edge.is_left_out]
    assert len(pieces) == 3
    assert lattice.trace("407" * 9) == []


def test_a_line_longer_than_a_number_is_cut_and_not_weighed(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_reader, "CERTAIN", 1.1)
    monkeypatch.setattr(number_reader, "MAX_PARTS", 3)
    monkeypatch.setattr(number_reader, "guess", pytest.fail)
    (line,) = recognizer.predict_number(draw_number("40795")).lines
    assert line.number == "40795"
