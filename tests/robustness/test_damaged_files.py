"""Files that the program keeps for itself, damaged: a sentence, and the page goes on."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.data.dataset import DatasetError
from digits.data.pendigits import load_pendigits
from digits.evaluation.model_summary import read_about
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_report.files import (
    ReportError,
    read_details,
    read_history,
    report_folder,
)
from tests.support.pages import show_view

SHIPPED = report_folder(MODEL_PATH)


def test_the_archive_itself_is_no_file_of_pen_digits(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pendigits.zip", "w") as members:
        members.writestr("pendigits-orig.tra.Z", b"\x1f\x9d\x90")
    with pytest.raises(DatasetError, match="is damaged or of another kind"):
        load_pendigits(tmp_path / "pendigits.zip")


NAN, HUGE = float("nan"), 10**400
WHOLE = {"epoch": 1, "loss": 0.5, "accuracy": 0.9, "val_loss": 0.4, "val_accuracy": 0.8}
HISTORIES: dict[str, Any] = {
    "cut": '{"sha256": ',
    "of bytes": b"\xff\xfe",
    "nested deep": "[" * 100_000,
    "a list": [],
    "no epochs": {"epochs": []},
    "epochs that are none": {"epochs": None},
    "epochs as a text": {"epochs": "many"},
    "an epoch that is a list": {"epochs": [[1, 2, 3, 4, 5]]},
    "an epoch of other names": {"epochs": [{"loss": 1}]},
    "a loss that is no number": {"epochs": [WHOLE | {"loss": NAN}]},
    "a loss without end": {"epochs": [WHOLE | {"val_loss": float("inf")}]},
    "a loss as text": {"epochs": [WHOLE | {"loss": "low"}]},
    "a huge loss": {"epochs": [WHOLE | {"loss": HUGE}]},
    "an accuracy above one": {"epochs": [WHOLE | {"accuracy": 97}]},
    "no accuracy": {"epochs": [WHOLE | {"val_accuracy": None}]},
    "an epoch as text": {"epochs": [WHOLE | {"epoch": "one"}]},
}


def first_set(**changed: Any) -> dict[str, Any]:
    """The shipped details, with their first set changed."""
    content = json.loads((SHIPPED / "details.json").read_text())
    name = next(iter(content["sets"]))
    one = content["sets"][name]
    for key, value in changed.items():
        if isinstance(one.get(key), list) and isinstance(value, dict):
            one[key][0] |= value
        else:
            one[key] = value
    return content


DETAILS: dict[str, Any] = {
    "cut": (SHIPPED / "details.json").read_bytes()[:2000],
    "of bytes": b"\xff\xfe",
    "nested deep": "[" * 100_000,
    "a list": [],
    "sets that are a list": {"sets": [1], "parameters": 3},
    "no parameters": {"sets": {}, "parameters": None},
    "endless parameters": {"sets": {}, "parameters": float("inf")},
    "a set that is a text": {"sets": {"mnist_test": "good"}, "parameters": 3},
    "classes that are numbers": first_set(classes=list(range(10))),
    "counts that are no numbers": first_set(confusion=[[NAN] * 11] * 10),
    "counts below zero": first_set(confusion=[[-1] * 11] * 10),
    "huge counts": first_set(confusion=[[HUGE] * 11] * 10),
    "a bin that is no number": first_set(reliability={"right": NAN}),
    "a bin as text": first_set(reliability={"confidence": "sure"}),
    "a bin without its interval": first_set(reliability={"interval": []}),
    "a confidence as text": first_set(misread={"confidence": "sure"}),
    "a picture that is not there": first_set(misread={"picture": 10**9}),
    "a picture below zero": first_set(misread={"picture": -1}),
    "a picture that is no number": first_set(misread={"picture": "x"}),
    "a digit that is none": first_set(misread={"truth": None}),
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model that ships, with its card and reports."""
    path = tmp_path / MODEL_PATH.name
    path.write_bytes(MODEL_PATH.read_bytes())
    path.with_suffix(".json").write_bytes(MODEL_PATH.with_suffix(".json").read_bytes())
    report_folder(path).mkdir(parents=True)
    for source in SHIPPED.glob("*.*"):
        (report_folder(path) / source.name).write_bytes(source.read_bytes())
    return path


def put(path: Path, content: Any) -> None:
    """Write a report that claims to be of the shipped model."""
    if isinstance(content, dict):
        content = {"sha256": sha256_of(MODEL_PATH)} | content
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(content)


def see_sentence(read: Callable[..., object], folder: Path) -> None:
    with pytest.raises(ReportError) as refused:
        read(folder, sha256=sha256_of(MODEL_PATH))
    text = str(refused.value)
    assert "cannot be shown: '" in text and text.endswith("writes it.") and "\n" not in text


@pytest.mark.parametrize("name", HISTORIES)
def test_a_damaged_history_is_a_sentence_and_the_rest_is_read(name: str, model: Path) -> None:
    put(report_folder(model) / "history.json", HISTORIES[name])
    see_sentence(read_history, report_folder(model))
    about = read_about(model)
    assert about.problems.history and not about.history
    assert about.digits and about.details.sets and not about.problems.details


@pytest.mark.parametrize("name", DETAILS)
def test_damaged_details_are_a_sentence_and_the_rest_is_read(name: str, model: Path) -> None:
    put(report_folder(model) / "details.json", DETAILS[name])
    see_sentence(read_details, report_folder(model))
    about = read_about(model)
    assert about.problems.details and not about.details.sets
    assert about.digits and about.history


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (3, 28, 29), (1, 50_000, 336)])
def test_pictures_of_another_shape_are_damage(shape: tuple[int, ...], model: Path) -> None:
    np.savez_compressed(report_folder(model) / "misread.npz", pictures=np.zeros(shape, np.uint8))
    see_sentence(read_details, report_folder(model))


def test_pictures_of_another_kind_are_damage(model: Path) -> None:
    path = report_folder(model) / "misread.npz"
    for arrays in ({"pictures": np.zeros((99, 28, 28))}, {"other": np.zeros(1, np.uint8)}):
        np.savez_compressed(path, **arrays)
        see_sentence(read_details, report_folder(model))
    np.savez(path, pictures=np.array([{}]))  # NumPy would unpickle it, and is told not to
    see_sentence(read_details, report_folder(model))


@pytest.mark.parametrize("place", [0, 20, 60, 3000, -60, -20])
def test_pictures_with_changed_bytes_are_damage_or_pictures(place: int, model: Path) -> None:
    path = report_folder(model) / "misread.npz"
    changed = bytearray(path.read_bytes())
    place %= len(changed)
    changed[place : place + 9] = b"\xff" * 9
    path.write_bytes(changed)
    about = read_about(model)
    assert about.problems.details or all(
        one.picture.shape == (28, 28)
        for part in about.details.sets.values()
        for one in part.misread
    )


def test_figures_of_a_card_that_are_no_numbers_are_passed_over(model: Path) -> None:
    card = json.loads(model.with_suffix(".json").read_text())
    names = [name for name, entry in card["figures"].items() if isinstance(entry, dict)]
    odd = [{"accuracy": NAN, "refused": NAN}, {"interval": [NAN, 2]}, {"count": HUGE}]
    for name, change in zip(names, odd, strict=False):
        card["figures"][name] |= change
    model.with_suffix(".json").write_text(json.dumps(card))
    about = read_about(model)
    shown = {one.name for one in about.digits} | {one.name for one in about.negatives}
    assert shown == set(names[len(odd) :])
    assert all(np.isfinite(one.interval).all() for one in about.digits)


@pytest.mark.parametrize("part", ["Mistakes", "Confidence", "Training"])
def test_the_view_tells_of_damaged_reports_and_goes_on(
    part: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digits.app.model.page.MODEL_PATH", model)
    put(report_folder(model) / "history.json", HISTORIES["a loss as text"])
    put(report_folder(model) / "details.json", DETAILS["a bin as text"])
    app = show_view("model")
    app.session_state["part"] = part
    app.run()
    assert not app.exception and "is damaged" in app.info[0].value
