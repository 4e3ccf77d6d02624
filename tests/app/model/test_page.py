"""The model's view without a browser: each part, with all, little or nothing to show."""

import dataclasses
import re
import shutil
from pathlib import Path
from typing import Any

import keras
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from digits.app.canvas.board import Board, DrawState
from digits.app.model.example_drawings import EXAMPLE_DRAWINGS
from digits.evaluation.model_summary import read_about
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from digits.recognition.model_report.files import (
    report_folder,
    write_history,
)
from digits.recognition.model_report.schema import (
    Epoch,
)
from digits.recognition.recognizer import Recognizer
from tests.conftest import copy_model
from tests.support.digit_drawings import draw
from tests.support.pages import show_view

PARTS = ("Figures", "Mistakes", "Confidence", "Network", "Training", "Compare")
WITHOUT_MODEL = ("Figures", "Mistakes", "Confidence", "Network", "Training")
SHIPPED = read_about(MODEL_PATH)


@pytest.fixture
def app() -> AppTest:
    """The view, not yet run."""
    return show_view("model")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the view finds its model: a copy with its card, and without its reports."""
    path = copy_model(tmp_path / "digit_model.keras")
    monkeypatch.setattr("digits.app.model.page.MODEL_PATH", path)
    monkeypatch.setattr("digits.app.prediction_view.MODEL_PATH", path)
    return path


def open_part(app: AppTest, part: str) -> AppTest:
    app.session_state["part"] = part
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    kinds = (app.info, app.error, app.warning, app.caption, app.markdown, app.header)
    texts = [str(element.value) for kind in kinds for element in kind]
    return " ".join([*texts, *(table.value.to_string() for table in app.table)])


def charts(app: AppTest) -> list[Any]:
    return [chart.proto for chart in app.get("vega_lite_chart")]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_shipped_model_is_shown(app: AppTest, part: str) -> None:
    open_part(app, part)
    assert app.header and not app.error and not app.warning
    assert "113,290 parameters" in words(app)


def test_figures_stand_in_a_chart_and_a_table_with_their_intervals(app: AppTest) -> None:
    open_part(app, "Figures")
    pens = next(one for one in SHIPPED.digits if one.name == "dev_unipen")
    (row,) = [row for row in app.table[0].value.to_numpy() if "UNIPEN" in row[0]]
    assert "14,877 digits" in row[0] and f"{pens.accuracy * 100:.2f}" in row[1]
    assert f"{pens.interval[0] * 100:.2f}" in row[1]
    assert f"UNIPEN pens {pens.accuracy * 100:.2f}" in charts(app)[0].alt
    assert "203 writers" in words(app)


def test_numbers_are_shown_apart_from_digits_and_from_what_is_none(
    app: AppTest, model: Path
) -> None:
    card = ModelCard.load(model)
    shares = ("right_without_signs", "digit_error_rate", "too_many_digits", "too_few_digits")
    entry: dict[str, Any] = {name: 0.25 for name in (*shares, "refused")}
    entry |= {"count": 40, "numbers_right": 0.75, "interval": [0.6, 0.86], "sure_and_wrong": 0.125}
    dataclasses.replace(card, figures=card.figures | {"my_forms": entry}).write(model)
    open_part(app, "Figures")
    assert "How well it reads numbers" in words(app)
    (table,) = [one.value for one in app.table if "wholly right" in one.value]
    (row,) = table.to_numpy()
    assert "my forms" in row[0] and "40 numbers" in row[0] and "75.00" in row[1]
    assert row[-1].startswith("12.50")


def test_the_figures_load_no_network(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.models, "load_model", lambda *_, **__: pytest.fail("was loaded"))
    for part in WITHOUT_MODEL:
        open_part(app, part)


def test_a_cell_chosen_in_the_boxes_shows_its_mistakes(app: AppTest) -> None:
    open_part(app, "Mistakes")
    details = SHIPPED.details.sets["mnist_test"]
    everything = [*app.get("image")]
    assert f"**{details.wrong} of 10,000 digits are misread.**" in words(app)
    assert len(captions(app)) == len(details.misread) and everything
    truth, reading, count = details.confusions[0]
    app.selectbox(key="written").set_value(truth).run()
    app.selectbox(key="read").set_value(reading).run()
    assert not app.exception
    assert captions(app) == [f"{truth} → {reading}"] * count
    app.selectbox(key="read").set_value(truth).run()
    assert "which is right" in words(app) and not captions(app)


def captions(app: AppTest) -> list[str]:
    """What is written under the first line of each picture of the gallery."""
    return [
        one.caption.split("\n")[0].strip() for image in app.get("image") for one in image.proto.imgs
    ]


def test_a_set_without_pictures_says_so(app: AppTest) -> None:
    open_part(app, "Mistakes")
    app.selectbox(key="matrix_set").set_value("minichazer_forms").run()
    assert "not ours to show" in words(app) and not captions(app)
    app.selectbox(key="matrix_set").set_value("dev_unipen").run()
    assert 0 < len(captions(app)) <= 24
    assert "UNIPEN train_r01_v07, CC BY 4.0" in words(app)


def test_confidence_is_shown_of_any_set(app: AppTest) -> None:
    open_part(app, "Confidence")
    app.selectbox(key="confidence_set").set_value("load_digits").run()
    one = next(one for one in SHIPPED.digits if one.name == "load_digits")
    assert f"**{one.calibration_error * 100:.2f}" in words(app)
    assert "scikit-learn 8 × 8" in charts(app)[0].alt


def test_the_network_is_drawn_as_a_list(app: AppTest) -> None:
    open_part(app, "Network")
    (drawing,) = [html.proto.body for html in app.get("html") if "<ol" in html.proto.body]
    assert drawing.count("<li>") == 8
    assert "gives 14 × 14 × 32 · 928 parameters" in drawing


def test_the_history_is_drawn_when_there_is_one(app: AppTest, model: Path) -> None:
    epochs = [Epoch(1, 0.6, 0.8, 0.1, 0.97), Epoch(2, 0.2, 0.9, 0.05, 0.99)]
    write_history(report_folder(model), epochs, sha256=sha256_of(model))
    open_part(app, "Training")
    accuracy, loss = charts(app)
    assert "97.00% after the first, 99.00% after epoch 2" in accuracy.alt
    assert "0.0500 after epoch 2" in loss.alt
    assert app.code[0].value.startswith("python train.py")


@pytest.mark.parametrize("part", WITHOUT_MODEL)
def test_a_model_without_reports_is_shown_as_far_as_it_goes(
    app: AppTest, model: Path, part: str
) -> None:
    open_part(app, part)
    assert not app.error
    sentences = {
        "Mistakes": "'details.json' is missing",
        "Confidence": "'details.json' is missing",
        "Network": "'details.json' is missing",
        "Training": "'history.json' is missing",
    }
    assert sentences.get(part, "") in words(app)


@pytest.mark.parametrize("part", PARTS)
def test_a_model_without_a_card_is_shown_as_far_as_it_goes(
    app: AppTest, model: Path, part: str
) -> None:
    model.with_suffix(".json").unlink()
    open_part(app, part)
    assert "no card" in app.warning[0].value


@pytest.mark.parametrize("part", WITHOUT_MODEL)
def test_a_card_with_odd_figures_breaks_no_part(app: AppTest, model: Path, part: str) -> None:
    card = ModelCard.load(model)
    odd = {"pens": {"accuracy": "?"}, "x": 1, "mnist_test": card.figures["mnist_test"]}
    dataclasses.replace(card, figures=odd, training={}).write(model)
    open_part(app, part)


def test_a_missing_model_says_how_to_make_one(app: AppTest, model: Path) -> None:
    model.unlink()
    app.run()
    assert not app.exception
    assert "no model" in app.error[0].value and app.code[0].value == "python train.py"


def test_a_model_whose_training_was_not_recorded_says_so(app: AppTest, model: Path) -> None:
    card = ModelCard.load(model)
    training = {name: value for name, value in card.training.items() if name != "command"}
    dataclasses.replace(card, training=training).write(model)
    open_part(app, "Training")
    assert "does not say which command" in words(app)
    assert not any("train.py" in code.value for code in app.code)


def test_a_broken_model_is_one_sentence(app: AppTest, model: Path) -> None:
    compiled = model.with_suffix(".tflite")
    compiled.write_bytes(b"broken")
    card = ModelCard.load(model)
    dataclasses.replace(card, compiled_sha256=sha256_of(compiled)).write(model)
    open_part(app, "Compare")
    assert "damaged" in app.error[0].value
    assert str(model.parent) not in app.error[0].value


def test_with_nothing_to_compare_it_says_how_to_train(app: AppTest, model: Path) -> None:
    open_part(app, "Compare")
    assert "no model in the folder" in app.info[0].value
    assert "--output trained/" in app.code[0].value
    assert app.table[0].value["reads"].tolist() == ["**7**"]


def add_trained(model: Path) -> None:
    """Put three files into trained/: a usable model, one of another shape, and no model."""
    folder = model.parent / "trained"
    folder.mkdir()
    (folder / "again.keras").write_bytes(MODEL_PATH.read_bytes())
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)]).save(folder / "foreign.keras")
    (folder / "broken.keras").write_bytes(b"broken")


def test_models_read_one_drawing_side_by_side(app: AppTest, model: Path) -> None:
    add_trained(model)
    shutil.copytree(report_folder(MODEL_PATH), report_folder(model))
    open_part(app, "Compare")
    app.pills(key="compared").set_value(["again.keras", "broken.keras", "foreign.keras"]).run()
    assert not app.exception
    sentences = [error.value.replace("\\", "") for error in app.error]
    assert len(sentences) == 2 and all(re.search(r"^'|Expected", one) for one in sentences)
    app.selectbox(key="example").set_value("An open four").run()
    readings, figures = app.table[0].value, pd.DataFrame(app.dataframe[0].value)
    assert readings["model"].tolist() == ["digit\\_\N{ZERO WIDTH SPACE}model", "again"]
    assert readings["reads"].tolist() == ["**4**", "**4**"]
    assert list(figures.loc["parameters"]) == ["113,290", "–"]
    assert list(figures.loc["UNIPEN pens, read right"])[1] == "–"
    assert "no card" in words(app).replace("\\", "")  # of the copy


def test_the_drawing_of_the_draw_view_is_taken(app: AppTest) -> None:
    app.session_state["draw"] = DrawState(board=Board([{}], draw(3)))
    open_part(app, "Compare")
    assert app.table[0].value["reads"].tolist()[0] == "**3**"


def test_the_examples_show_what_their_names_say(recognizer: Recognizer) -> None:
    spoken = {"one": "1", "four": "4", "seven": "7", "nine": "9", "zero": "0"}
    for name, drawing in EXAMPLE_DRAWINGS.items():
        prediction = recognizer.predict(drawing.draw())
        digits = [digit for word, digit in spoken.items() if word in name]
        assert prediction.status == ("digit" if digits else "unsure"), name
        assert not digits or prediction.label == digits[0], name
