"""The Draw view without a browser: numbers, earlier drawings, files, and what is behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from digits.app import prediction_view
from digits.app.canvas.board import MAX_REMEMBERED, PastReading, put_first
from digits.app.canvas.drawing import Drawing
from digits.app.canvas.drawing_files import to_json, to_png
from digits.preprocessing.ink import separate_ink
from digits.recognition.background_loader import start_loading
from tests.support.digit_drawings import canvas_state, draw_side_by_side, place
from tests.support.pages import open_page


@pytest.fixture
def app() -> AppTest:
    """The page, run once; the model stays loaded from test to test."""
    return open_page().run()


@pytest.fixture
def no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server without a model."""
    monkeypatch.setattr(prediction_view, "MODEL_PATH", tmp_path / "digit_model.keras")
    yield
    st.cache_resource.clear()


def draw(app: AppTest, shown: int | Drawing | None) -> AppTest:
    app.session_state["canvas"] = canvas_state(shown)
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """What a screen reader is told."""
    (status,) = [m.value for m in app.markdown if 'role="status"' in m.value]
    return str(status.split(">")[1].split("<")[0])


def captions(app: AppTest) -> str:
    return " ".join(str(caption.value) for caption in app.caption)


def earlier(app: AppTest) -> list[str]:
    return [button.label for button in app.button if str(button.key).startswith("open_")]


def test_a_number_shows_each_digit_with_its_own_confidence(app: AppTest) -> None:
    draw(app, draw_side_by_side("47"))
    assert app.metric[0].value == "47"
    assert app.metric[0].delta.endswith("sure of all digits")
    assert len(app.get("image")) == 2
    assert {"**4**", "**7**"} <= {markdown.value for markdown in app.markdown}


def test_the_reading_is_told_to_screen_readers(app: AppTest) -> None:
    assert said(app) == ""
    assert said(draw(app, 7)).startswith("Read as 7, ")
    assert said(draw(app, draw_side_by_side("47"))) == "Read as 4 7."
    assert said(draw(app, None)) == ""


def test_a_close_runner_up_is_named(app: AppTest) -> None:
    flag = np.array([[120, 60], [160, 62], [150, 110], [135, 220]], dtype=np.float64)
    draw(app, Drawing((flag,), (20.0,)))
    assert app.metric[0].value == "7"
    assert "It could also be a 1" in captions(app)
    draw(app, 7)
    assert "No other digit comes close." in captions(app)


def test_a_cleared_drawing_can_be_opened_again(app: AppTest) -> None:
    draw(app, 4)
    assert earlier(app) == []
    app.button(key="clear").click().run()
    assert earlier(app) == ["Open 4"]
    assert not app.metric
    draw(app, None)
    app.button(key="open_1").click().run()
    assert app.metric[0].value == "4"
    again = Drawing.from_objects(app.session_state["draw"].start["objects"])
    assert again == Drawing(tuple(place(4)), (18.0, 18.0))


def test_opening_a_drawing_keeps_the_one_before_it(app: AppTest) -> None:
    draw(app, 4)
    app.button(key="clear").click().run()
    draw(app, 7)
    app.button(key="open_1").click().run()
    assert earlier(app) == ["Open 7", "Open 4"]


def test_undo_is_no_leaving(app: AppTest) -> None:
    draw(app, 4)
    app.button(key="undo").click().run()
    app.button(key="undo").click().run()
    assert earlier(app) == []
    assert not app.metric


def test_the_canvas_own_reset_is_a_leaving(app: AppTest) -> None:
    draw(app, 4)
    assert earlier(draw(app, None)) == ["Open 4"]


def test_what_was_never_read_is_not_among_the_last_readings(app: AppTest) -> None:
    app.toggle(key="live").set_value(False).run()
    draw(app, 4)
    app.button(key="clear").click().run()
    assert earlier(app) == []


def test_the_strip_holds_the_last_ones_and_each_once() -> None:
    blank = np.zeros((1, 1), np.uint8)

    def past(index: int) -> PastReading:
        stroke = np.array([[float(index), 10.0], [50.0, 60.0]])
        return PastReading(Drawing((stroke,), (20.0,)), str(index), blank, index)

    strip: tuple[PastReading, ...] = ()
    for index in range(MAX_REMEMBERED + 3):
        strip = put_first(past(index), strip)
    assert [entry.key for entry in strip] == list(range(MAX_REMEMBERED + 2, 2, -1))
    strip = put_first(past(5), strip)
    assert [entry.key for entry in strip][:2] == [5, MAX_REMEMBERED + 2]
    assert len(strip) == MAX_REMEMBERED


@pytest.mark.parametrize("name", ["five.png", "five.json"])
def test_a_saved_drawing_is_opened_and_read(app: AppTest, name: str) -> None:
    drawing = Drawing(tuple(place(5)), (18.0, 18.0))
    data = to_png(drawing) if name.endswith("png") else to_json(drawing).encode()
    app.file_uploader(key="drawing_file_0").set_value([(name, data, "")]).run()
    assert not app.exception and not app.error
    assert app.metric[0].value == "5"


def test_a_file_that_is_no_drawing_says_so_and_the_canvas_stays(app: AppTest) -> None:
    draw(app, 3)
    app.file_uploader(key="drawing_file_0").set_value([("odd.json", b"odd", "")]).run()
    assert "holds no drawing" in app.error[0].value
    assert app.metric[0].value == "3"
    app.file_uploader(key="drawing_file_0").set_value(None).run()
    assert not app.error


def test_how_it_saw_it_shows_three_steps(app: AppTest) -> None:
    app.session_state["seen"] = True
    draw(app, 7)
    steps = [m.value for m in app.markdown if m.value.startswith("**")]
    assert [step.split("**")[1] for step in steps] == ["1. Cut out.", "2. Shrunk.", "3. Centred."]


def test_how_it_saw_a_number_shows_where_its_digits_are(app: AppTest) -> None:
    app.session_state["seen"] = True
    draw(app, draw_side_by_side("205"))
    steps = " ".join(m.value for m in app.markdown)
    assert "1. Parted" in steps and "2. Shrunk and centred" in steps


def test_why_names_the_digit_and_its_rival(app: AppTest) -> None:
    app.session_state["why"] = True
    draw(app, 4)
    assert not app.exception
    assert "makes this a 4 rather than a" in captions(app)


def test_a_model_that_cannot_be_explained_says_so(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_loading().result().engine, "can_explain", False)
    app.session_state["why"] = True
    draw(app, 4)
    assert not app.exception
    assert "cannot be explained" in captions(app)


@pytest.mark.parametrize("key", ["seen", "why"])
def test_without_a_drawing_the_details_ask_for_one(app: AppTest, key: str) -> None:
    app.session_state[key] = True
    app.run()
    assert "Draw something first" in captions(app)


def test_closed_details_are_not_computed(app: AppTest) -> None:
    draw(app, 7)
    assert len(app.get("image")) == 1  # what the model saw, beside the answer


def test_without_a_model_one_can_still_draw_and_save(no_model: None) -> None:
    app = open_page()
    draw(app, 7)
    assert "python train.py" in app.error[0].value
    assert not app.button(key="clear").disabled
    assert not app.metric


def test_the_ink_of_a_drawing_is_found_once(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []

    def separate_and_count(*args: Any, **options: Any) -> Any:
        found.append(args)
        return separate_ink(*args, **options)

    monkeypatch.setattr("digits.preprocessing.ink.separate_ink", separate_and_count)
    app.session_state["seen"] = app.session_state["why"] = True
    draw(app, 7)  # one stroke: not looked through for a number
    assert "makes this a 7" in captions(app) and len(found) == 1
