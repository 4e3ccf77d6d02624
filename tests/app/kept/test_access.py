"""Who may keep drawings where, and that a visit keeps each of them once."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.app.canvas.drawing import Drawing
from digits.app.kept.access import Door, Keeping, SettingsError, Visit, decide, fingerprint
from digits.app.kept.store import DEFAULT_URL, DrawingStore, KeptDrawing
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw, place

AT_HOME = {"Host": "localhost:8501"}


def allowed(address: str | None, headers: dict[str, str] | None = None, **settings: Any) -> Keeping:
    return decide(address=address, headers=headers or AT_HOME, settings=settings)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
def test_a_server_of_this_computer_alone_keeps_drawings_without_any_setting(address: str) -> None:
    keeping = allowed(address)
    assert keeping.is_on and not keeping.is_public
    assert keeping.url == DEFAULT_URL and keeping.is_in_a_file


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "digits.example"])
def test_a_server_that_others_reach_keeps_nothing_until_it_is_told_to(address: str | None) -> None:
    assert not allowed(address).is_on and allowed(address).is_public
    assert allowed(address, keep=True).is_on and allowed(address, keep=True).is_public


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "digits.example"},
        {"Host": "digits.example:443"},
        {"host": "localhost:8501", "x-forwarded-for": "203.0.113.9"},
        {"Host": "localhost", "Forwarded": "for=203.0.113.9"},
        {"Host": "127.0.0.1.digits.example"},
    ],
)
def test_behind_a_proxy_a_local_address_is_public_all_the_same(headers: dict[str, str]) -> None:
    assert allowed("localhost", headers).is_public
    assert not allowed("localhost", headers).is_on


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8501", "127.0.0.1:80", "[::1]:8501"])
def test_names_of_this_computer_are_local(host: str) -> None:
    assert not allowed("localhost", {"Host": host}).is_public


def test_settings_turn_keeping_off_and_name_database_and_password() -> None:
    assert not allowed("localhost", keep=False).is_on
    keeping = allowed(None, keep=True, database="postgresql://db/digits", operator_password="x")
    assert keeping.url == "postgresql://db/digits" and not keeping.is_in_a_file
    assert keeping.password == "x" and "x'" not in repr(keeping)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"keep": "yes"}, "Expected keep = true or keep = false"),
        ({"database": 5}, "Expected database and operator_password in quotes"),
        ({"operator_pasword": "x"}, "Received: operator_pasword"),
    ],
)
def test_wrong_settings_get_one_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        decide(address="localhost", headers={}, settings=settings)


def test_the_door_opens_to_the_password_alone() -> None:
    door = Door(wrong_seconds=0)
    assert door.admits("größer als 12", password="größer als 12")
    assert not door.admits("GRÖSSER", password="größer als 12")
    assert not door.admits("", password="")  # no password set: nobody comes in


def test_wrong_passwords_wait_for_each_other() -> None:
    door = Door(wrong_seconds=0.05)
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        assert not any(pool.map(lambda guess: door.admits(str(guess), password="s"), range(6)))
    assert time.monotonic() - started >= 6 * 0.05


def drawing_of(digit: int, *, brush: float = 18.0) -> Drawing:
    strokes = tuple(place(digit))
    return Drawing(strokes, (brush,) * len(strokes))


def kept_as(label: str) -> KeptDrawing:
    return KeptDrawing(drawing_of(4), label, "9", 0.9, "digit", "5a29429fdfdd")


def test_a_drawing_has_one_fingerprint_and_another_drawing_another() -> None:
    moved = Drawing(tuple(stroke + 1 for stroke in place(4)), (18.0, 18.0))
    rounded = Drawing(tuple(np.round(stroke, 1) for stroke in place(4)), (18.0, 18.0))
    assert fingerprint(drawing_of(4)) == fingerprint(rounded)
    others = [drawing_of(9), drawing_of(4, brush=19.0), moved]
    assert len({fingerprint(drawing) for drawing in [drawing_of(4), *others]}) == 4


def test_a_drawing_is_kept_once_and_its_last_label_counts(tmp_path: Path) -> None:
    store, visit = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}"), Visit()
    for label in ("9", "9", "4", "4"):
        visit.settle(store, "one", kept_as(label))
    assert [found.label for found in store.find()] == ["4"]
    assert visit.own == {store.find()[0].number}
    visit.settle(store, "other", kept_as("4"))
    assert store.count() == len(visit.own) == 2


def test_a_drawing_can_be_taken_back(tmp_path: Path) -> None:
    store, visit = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}"), Visit()
    visit.settle(store, "one", None)
    visit.settle(store, "one", kept_as("4"))
    visit.settle(store, "one", None)
    assert store.count() == 0 and visit.own == set()


def test_a_visit_forgets_what_was_deleted_and_can_keep_it_again(tmp_path: Path) -> None:
    store, visit = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}"), Visit()
    for name in ("one", "two", "three"):
        visit.settle(store, name, kept_as("4"))
    visit.forget({visit.kept["two"].number})
    assert set(visit.kept) == {"one", "three"}
    visit.settle(store, "two", kept_as("4"))
    assert store.count() == 4
    visit.forget()
    assert visit.own == set()


def test_a_visit_counts_what_was_read_right(recognizer: Recognizer) -> None:
    four = recognizer.predict(draw(4))
    doubtful = Prediction(four.probabilities, four.class_names, 2.0, four.model_input)
    visit = Visit()
    visit.judge("a", "4", four)
    visit.judge("b", "9", four)
    visit.judge("c", "none", four)  # read surely as a four, though it is none
    visit.judge("d", "none", doubtful)  # doubted rightly
    assert visit.right == {"a": True, "b": False, "c": False, "d": True}
    visit.judge("b", "4", four)
    visit.judge("a", None, four)
    assert visit.right == {"b": True, "c": False, "d": True} and "a" not in visit.labels
