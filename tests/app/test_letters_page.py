"""The page with a model of letters: it speaks of letters, and offers them as answers."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from digits.app import prediction_view
from digits.app.canvas.board import Board, DrawState
from digits.app.canvas.drawing import Drawing
from digits.app.draw.feedback import WRONG
from digits.evaluation.eval_sets import EvaluationSet
from digits.evaluation.evaluator import measure_model
from digits.evaluation.timing import Speed
from digits.evaluation.update_report import update_details
from digits.preprocessing.normalization import preprocess
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, canvas_state, draw, draw_side_by_side, encode_png
from tests.support.letters_model import LETTERS
from tests.support.pages import open_page, show_view


@pytest.fixture(autouse=True)
def letters_page(letters_model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that reads letters."""
    monkeypatch.setattr(prediction_view, "MODEL_PATH", letters_model)
    monkeypatch.setattr("digits.app.model.page.MODEL_PATH", letters_model)
    yield
    st.cache_resource.clear()


def words(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = ("title", "header", "info", "error", "warning", "caption", "metric", "markdown")
    said = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    labels = [block.label for block in app.expander]
    return " ".join([*said, *labels, *(chart.proto.spec for chart in charts(app))])


def charts(app: AppTest) -> list[Any]:
    return list(app.get("vega_lite_chart"))


def draw_and_read(shown: int | Drawing | None) -> AppTest:
    app = open_page()
    app.session_state["canvas"] = canvas_state(shown)
    app.run()
    assert not app.exception
    return app


def test_an_empty_canvas_asks_for_a_letter() -> None:
    app = draw_and_read(None)
    assert app.title[0].value == "Draw a letter"
    assert "Draw one letter on the black field" in app.info[0].value
    assert "digit" not in words(app)


def test_a_card_that_arrives_after_its_model_is_heeded(
    letters_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "new.keras"
    shutil.copy(letters_model, model)
    monkeypatch.setattr(prediction_view, "MODEL_PATH", model)
    app = open_page().run()
    assert app.title[0].value == "Draw a digit"
    shutil.copy(letters_model.with_suffix(".json"), model.with_suffix(".json"))
    app.run()
    assert app.title[0].value == "Draw a letter" and not app.warning


def test_a_drawing_shows_its_letter_and_the_likeliest_others() -> None:
    app = draw_and_read(7)
    assert (app.metric[0].label, app.metric[0].value) == ("This is an", "H")
    assert "12 likeliest letters" in charts(app)[0].proto.spec
    assert "Why this letter?" in words(app) and "digit" not in words(app)


def test_a_wrong_reading_can_be_any_other_letter_or_none() -> None:
    app = draw_and_read(7)
    app.segmented_control[0].set_value(WRONG).run()
    (choice,) = [box for box in app.selectbox if box.label == "What is it?"]
    assert choice.options == [*(name for name in LETTERS if name != "H"), "Not a letter"]
    choice.set_value("X").run()
    assert not app.exception
    assert list(app.session_state["visit"].labels.values()) == ["X"]


def test_letters_side_by_side_are_a_word() -> None:
    app = draw_and_read(draw_side_by_side("47"))
    assert app.metric[0].value == "EH" and app.metric[0].delta.endswith("sure of all letters")
    assert "digit" not in words(app)


def test_pictures_are_read_as_letters_and_none_of_digits_is_offered() -> None:
    app = show_view("pictures").run()
    assert not app.exception and not [b for b in app.button if b.key == "examples"]
    app.file_uploader[0].set_value([("h.png", encode_png(draw(7)), "image/png")])
    app.run()
    assert "H" in [header.value for header in app.subheader]
    assert "digit" not in words(app)


@pytest.mark.parametrize("part", ["Figures", "Mistakes", "Confidence", "Training"])
def test_the_model_view_speaks_of_letters(letters_model: Path, part: str) -> None:
    recognizer = Recognizer.load(letters_model)
    labels = tuple(LETTERS[digit] for digit in DIGITS)
    inputs = tuple(preprocess(draw(digit)) for digit in DIGITS)
    wrong = ("Z", *labels[1:])  # one is misread
    examples = EvaluationSet("pens", "Drawn by a program.", wrong, inputs)
    result = measure_model(
        recognizer, letters_model, speed=Speed(1, 1), sets=[examples], negatives=[]
    )
    update_details(letters_model, result)
    app = show_view("model")
    app.session_state["part"] = part
    app.run()
    assert not app.exception
    said = words(app).replace("digit_probability", "")
    assert "digit" not in said
    if part == "Training":
        assert any("--strokes letters.jsonl --held-out" in code.value for code in app.code)


def test_models_of_letters_are_compared_on_letters_alone() -> None:
    app = show_view("model")
    app.session_state["part"] = "Compare"
    app.run()
    assert not app.exception
    assert not app.table  # there is no letter to read yet
    app.session_state["draw"] = DrawState(board=Board([{}], draw(7)))
    app.run()
    assert app.segmented_control(key="source").options == ["From Draw"]
    (reading,) = [table.value for table in app.table]
    assert list(reading["reads"]) == ["**H**"]
