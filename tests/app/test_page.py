"""The page without a browser: each of its states has words of its own."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digits.app import prediction_view
from digits.app.canvas.drawing import Drawing
from digits.classes import with_article
from digits.locations import MODEL_PATH
from digits.recognition.errors import ModelProcessError
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from tests.conftest import copy_model
from tests.support.digit_drawings import DIGITS, canvas_state
from tests.support.pages import open_page


@pytest.fixture
def app() -> AppTest:
    """The page, not yet run; the model stays loaded from test to test."""
    return open_page()


@pytest.fixture
def model_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page looks for its model: a place of the test's own."""
    path = tmp_path / "digit_model.keras"
    monkeypatch.setattr(prediction_view, "MODEL_PATH", path)
    return path


def words(app: AppTest) -> str:
    kinds = (app.info, app.error, app.warning, app.caption, app.metric, app.title)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def with_drawing(app: AppTest, digit: int | Drawing | None) -> AppTest:
    app.session_state["canvas"] = canvas_state(digit)
    return app


def test_an_empty_canvas_asks_for_a_digit(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "Draw one digit from 0 to 9" in app.info[0].value
    assert not app.metric
    assert app.button(key="clear").disabled and app.button(key="undo").disabled


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawing_shows_its_digit(app: AppTest, digit: int) -> None:
    with_drawing(app, digit).run()
    assert not app.exception
    assert app.metric[0].value == str(digit)
    assert app.metric[0].delta.endswith("sure")


def test_a_drawing_shows_all_probabilities_and_what_the_model_saw(app: AppTest) -> None:
    with_drawing(app, 7).run()
    assert len(app.get("vega_lite_chart")) == 1
    assert len(app.get("image")) == 1


def test_an_unsure_reading_names_two_candidates(app: AppTest, model_path: Path) -> None:
    card = ModelCard.load(copy_model(model_path))
    dataclasses.replace(card, reject_threshold=0.999999).write(model_path)
    with_drawing(app, 4).run()
    assert app.metric[0].label == "Not sure"
    assert app.metric[0].value.startswith("4 or ")
    assert "This could be a 4 or a " in words(app)


def test_what_is_hardly_a_digit_is_called_so(app: AppTest) -> None:
    letter_w = np.array([[40, 70], [90, 220], [140, 100], [190, 220], [240, 70]], np.float64)
    with_drawing(app, Drawing((letter_w,), (18.0,))).run()
    assert app.metric[0].label == "Hardly a digit"
    digit = app.metric[0].value.removesuffix("?")
    assert app.metric[0].value == f"{digit}?" and f"most like {with_article(digit)}" in words(app)


def test_with_live_prediction_off_the_button_reads(app: AppTest) -> None:
    app.run()
    app.toggle(key="live").set_value(False)
    with_drawing(app, 3).run()
    assert "Predict" in app.info[0].value and not app.metric
    with_drawing(app, 3)
    app.button(key="predict").click().run()
    assert app.metric[0].value == "3"


def test_a_changed_drawing_is_not_shown_with_the_old_reading(app: AppTest) -> None:
    with_drawing(app, 3).run()
    app.toggle(key="live").set_value(False)
    with_drawing(app, 4).run()
    assert not app.metric


def test_a_brush_change_keeps_drawing_and_reading(app: AppTest) -> None:
    with_drawing(app, 5).run()
    app.slider(key="brush").set_value(30)
    with_drawing(app, 5).run()
    assert app.metric[0].value == "5"


def test_clear_and_undo_take_strokes_back(app: AppTest) -> None:
    with_drawing(app, 4).run()  # two strokes
    app.button(key="undo").click().run()
    assert len(app.session_state["draw"].start["objects"]) == 1
    app.button(key="clear").click().run()
    assert app.session_state["draw"].start["objects"] == []


def test_a_missing_model_says_how_to_make_one(app: AppTest, model_path: Path) -> None:
    app.run()
    assert not app.exception
    assert "python train.py" in app.error[0].value


def test_a_broken_model_is_one_sentence(app: AppTest, model_path: Path) -> None:
    model_path.write_bytes(b"broken")
    app.run()
    assert not app.exception
    assert "damaged" in app.error[0].value


def test_a_model_whose_process_ended_is_one_sentence(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(self: Recognizer, *arguments: object, **options: object) -> None:
        raise ModelProcessError("The process that runs 'mine.keras' ended.")

    with monkeypatch.context() as patch:
        patch.setattr(Recognizer, "predict", end)
        with_drawing(app, 3).run()
    assert not app.exception and not app.metric
    (error,) = app.error
    assert error.value.replace("\\", "") == "The process that runs 'mine.keras' ended."
    app.run()
    assert app.metric[0].value == "3"


def test_a_model_without_a_card_is_used_with_a_warning(app: AppTest, model_path: Path) -> None:
    model_path.write_bytes(MODEL_PATH.read_bytes())
    with_drawing(app, 6).run()
    assert "not calibrated" in app.warning[0].value
    assert app.metric[0].value == "6"
