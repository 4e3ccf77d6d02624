"""That a visit saves each drawing once, and counts what was read right."""

from pathlib import Path

import numpy as np

from digits.app.canvas.drawing import Drawing
from digits.app.kept.records import LabelledDrawing
from digits.app.kept.store import DrawingStore
from digits.app.kept.visit import Visit
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw, place


def drawing_of(digit: int, *, brush: float = 18.0) -> Drawing:
    strokes = tuple(place(digit))
    return Drawing(strokes, (brush,) * len(strokes))


def saved_as(label: str) -> LabelledDrawing:
    return LabelledDrawing(drawing_of(4), label, "9", 0.9, "digit", "5a29429fdfdd")


def test_a_drawing_has_one_fingerprint_and_another_drawing_another() -> None:
    moved = Drawing(tuple(stroke + 1 for stroke in place(4)), (18.0, 18.0))
    rounded = Drawing(tuple(np.round(stroke, 1) for stroke in place(4)), (18.0, 18.0))
    assert drawing_of(4).fingerprint == rounded.fingerprint
    others = [drawing_of(9), drawing_of(4, brush=19.0), moved]
    assert len({drawing.fingerprint for drawing in [drawing_of(4), *others]}) == 4


def test_a_drawing_is_kept_once_and_its_last_label_counts(tmp_path: Path) -> None:
    store, visit = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}"), Visit("me")
    for label in ("9", "9", "4", "4"):
        visit.save(store, "one", saved_as(label))
    assert [found.label for found in store.find()] == ["4"]
    assert visit.saved["one"].number == store.find(owner=visit.owner)[0].number
    visit.save(store, "other", saved_as("4"))
    assert store.count(owner=visit.owner) == len(visit.saved) == 2


def test_a_drawing_can_be_taken_back(tmp_path: Path) -> None:
    store, visit = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}"), Visit("me")
    visit.save(store, "one", None)
    visit.save(store, "one", saved_as("4"))
    visit.save(store, "one", None)
    assert store.count() == 0 and visit.saved == {}


def test_a_visit_forgets_what_was_deleted_and_can_keep_it_again(tmp_path: Path) -> None:
    store, visit = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}"), Visit("me")
    for name in ("one", "two", "three"):
        visit.save(store, name, saved_as("4"))
    visit.delete(store, {visit.saved["two"].number})
    assert set(visit.saved) == {"one", "three"}
    visit.save(store, "two", saved_as("4"))
    assert store.count() == 3
    Visit("you").save(store, "four", saved_as("4"))
    visit.delete(store)
    assert visit.saved == {} and store.count() == 1
    visit.is_operator = True
    visit.delete(store)
    assert store.count() == 0


def test_a_visit_counts_what_was_read_right(recognizer: Recognizer) -> None:
    four = recognizer.predict(draw(4))
    doubtful = Prediction(four.probabilities, four.class_names, 2.0, four.model_input)
    visit = Visit("me")
    visit.set_label("a", "4", four)
    visit.set_label("b", "9", four)
    visit.set_label("c", "none", four)  # read surely as a four, though it is none
    visit.set_label("d", "none", doubtful)  # doubted rightly
    assert visit.right == {"a": True, "b": False, "c": False, "d": True}
    visit.set_label("b", "4", four)
    visit.set_label("a", None, four)
    assert visit.right == {"b": True, "c": False, "d": True} and "a" not in visit.labels
