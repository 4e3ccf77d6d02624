"""The kept drawings: what is stored comes back, whoever else is writing."""

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from canvas import Drawing
from drawings import EXPORT_ROWS, DrawingStore, KeptDrawing, StoreError
from strokes import read_strokes
from tests.drawings import DIGITS, place

if TYPE_CHECKING:  # the programs that one of these tests starts need no TensorFlow
    from recognizer import Recognizer

PROJECT = Path(__file__).parents[1]


def drawn(digit: int, *, read_as: str = "1", **changed: object) -> KeptDrawing:
    strokes = tuple(place(digit))
    drawing = Drawing(strokes, (18.0,) * len(strokes))
    kept = KeptDrawing(drawing, str(digit), read_as, 0.75, "digit", "5a29429fdfdd")
    return replace(kept, **changed)  # type: ignore[arg-type]


def test_a_drawing_comes_back_as_it_was_kept(store: DrawingStore) -> None:
    kept = drawn(4, read_as="9", kept_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    number = store.keep(kept)
    (found,) = store.find()
    assert replace(found, drawing=kept.drawing) == replace(kept, number=number)
    for before, after in zip(kept.drawing.strokes, found.drawing.strokes, strict=True):
        np.testing.assert_allclose(before, after, atol=0.051)
    assert found.drawing.brushes == kept.drawing.brushes and found.is_misread


def test_a_reading_and_its_truth_are_set_side_by_side(recognizer: "Recognizer") -> None:
    drawing = drawn(7).drawing
    prediction = recognizer.recognize(drawing.draw())
    kept = KeptDrawing.of(drawing, prediction, label="1", sha256=recognizer.card.sha256)
    assert (kept.label, kept.read_as, kept.status) == ("1", "7", "digit")
    assert recognizer.card.sha256.startswith(kept.model) and len(kept.model) == 12


def test_nothing_but_the_drawing_its_reading_and_its_time_is_stored(
    store: DrawingStore, url: str
) -> None:
    store.keep(drawn(4))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(drawings)")]
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert columns == [
        *("number", "strokes", "brushes", "label", "read_as"),
        *("confidence", "status", "model", "kept_at"),
    ]
    assert mode == "wal"


def test_drawings_are_found_by_digit_by_mistake_and_page_by_page(store: DrawingStore) -> None:
    numbers = [store.keep(drawn(digit)) for digit in DIGITS]
    assert [kept.number for kept in store.find()] == numbers[::-1]
    assert [kept.label for kept in store.find(limit=3, offset=2)] == ["7", "6", "5"]
    assert [kept.label for kept in store.find(label="4")] == ["4"]
    assert store.count() == 10 and store.count(only_misread=True) == 9
    assert store.find(label="1", only_misread=True) == []
    assert store.labels() == [str(digit) for digit in DIGITS]
    own = numbers[3:5]
    assert {kept.number for kept in store.find(numbers=own)} == set(own)
    assert store.count(numbers=own, label="3") == 1 and store.labels(numbers=own) == ["3", "4"]
    assert store.find(numbers=[]) == [] and store.count(numbers=[]) == 0


def test_those_kept_after_a_moment_are_counted(store: DrawingStore) -> None:
    for hour in (9, 10, 11):
        store.keep(drawn(2, kept_at=datetime(2026, 3, 1, hour, tzinfo=UTC)))
    assert store.count(since=datetime(2026, 3, 1, 9, tzinfo=UTC)) == 2
    assert store.count(since=datetime(2026, 3, 1, 11, tzinfo=UTC)) == 0


def test_a_drawing_with_a_number_is_replaced_and_not_stored_twice(store: DrawingStore) -> None:
    number = store.keep(drawn(4))
    assert store.keep(drawn(4, number=number, label="9")) == number
    assert [kept.label for kept in store.find()] == ["9"]


def test_drawings_are_deleted_and_their_numbers_never_given_again(store: DrawingStore) -> None:
    numbers = [store.keep(drawn(digit)) for digit in DIGITS]
    assert store.delete([numbers[0], numbers[-1], 999]) == 2
    assert store.count() == 8
    assert store.delete([]) == 0
    assert store.delete() == 8 and store.count() == 0
    assert store.keep(drawn(1)) > max(numbers)


def test_the_export_is_a_stroke_file_the_oldest_first(store: DrawingStore, tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    numbers = [store.keep(drawn(digit, kept_at=moment)) for digit in DIGITS]
    path = tmp_path / "kept.jsonl"
    path.write_text("".join(store.export()), encoding="utf-8")
    digits = read_strokes(path)
    assert [digit.label for digit in digits] == [str(digit) for digit in DIGITS]
    assert {digit.kept_at for digit in digits} == {"2026-03-01T12:30:00+00:00"}
    np.testing.assert_allclose(digits[8].strokes[0], place(8)[0], atol=0.051)
    assert json.loads(next(store.export()))["read_as"] == "1"
    own = "".join(store.export(numbers=numbers[:2]))
    assert len(own.splitlines()) == 2


def test_a_long_export_goes_on_while_others_write_and_delete(store: DrawingStore) -> None:
    numbers = [store.keep(drawn(1)) for _ in range(EXPORT_ROWS + 20)]
    lines = store.export()
    assert json.loads(next(lines))["label"] == "1"
    store.delete(numbers[-10:])
    store.keep(drawn(3))
    assert [json.loads(line)["label"] for line in lines][-2:] == ["1", "3"]


def test_a_visitor_may_own_more_drawings_than_sql_takes_variables(store: DrawingStore) -> None:
    number = store.keep(drawn(5))
    many = range(number, number + 50_000)
    assert store.count(numbers=many) == len(store.find(numbers=many)) == 1
    assert len(list(store.export(numbers=many))) == store.delete(many) == 1


def test_many_threads_write_and_read_at_once(store: DrawingStore) -> None:
    def visit(visitor: int) -> list[int]:
        own = []
        for digit in range(10):
            own.append(store.keep(drawn(digit, read_as=str(visitor))))
            labels = [kept.label for kept in store.find(numbers=own)]
            assert labels == [str(d) for d in range(digit, -1, -1)]
            assert store.count() >= len(own)
        assert store.delete(own[:3]) == 3
        return own[3:]

    with ThreadPoolExecutor(20) as pool:
        kept = [number for own in pool.map(visit, range(20)) for number in own]
    assert len(set(kept)) == store.count() == 20 * 7
    assert {found.read_as for found in store.find()} == {str(visitor) for visitor in range(20)}


def test_programs_share_a_database_and_may_make_it_at_the_same_moment(url: str) -> None:
    code = (
        "import sys; from tests.test_drawings import drawn, DrawingStore\n"
        "store = DrawingStore(sys.argv[1])\n"
        "for _ in range(20): store.keep(drawn(int(sys.argv[2])))"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", code, url, digit], cwd=PROJECT) for digit in "37"
    ]
    store = DrawingStore(url)
    for _ in range(20):
        store.keep(drawn(5))
    assert [program.wait(timeout=60) for program in programs] == [0, 0]
    assert [store.count(label=label) for label in "357"] == [20, 20, 20]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("no address", "Expected the address of a database"),
        ("nosql://host/digits", "whose driver is installed"),
        ("oracle+cx_oracle://me:secret@host/digits", "whose driver is installed"),
        ("sqlite:////nowhere/kept.db", "cannot be opened: its folder is missing"),
        ("sqlite:///{tmp}/text.db", "cannot be opened: that file is something else"),
    ],
)
def test_a_database_that_cannot_be_opened_gets_one_sentence(
    url: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "text.db").write_text("Dear diary, " * 200)
    with pytest.raises(StoreError) as failure:
        DrawingStore(url.format(tmp=tmp_path))
    text = str(failure.value)
    assert sentence in text and text.endswith(".") and "\n" not in text
    assert "secret" not in text


def test_a_database_held_by_another_program_gets_one_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drawings.BUSY_SECONDS", 0.1)
    store = DrawingStore(url)
    store.keep(drawn(1))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert store.count() == 1  # who only looks does not wait
        with pytest.raises(StoreError, match="cannot be written: another program holds it; try"):
            store.keep(drawn(2))
    other.close()
    assert store.keep(drawn(2)) == 2


def test_a_full_disk_gets_one_sentence_and_loses_nothing(store: DrawingStore) -> None:
    store.keep(drawn(1))
    with store.engine.connect() as connection:  # the same that the next call gets
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="cannot be written: the disk is full"):
        for _ in range(200):
            store.keep(drawn(8))
    assert store.find()[-1].label == "1"


def test_a_database_that_may_not_be_written_gets_one_sentence(url: str) -> None:
    DrawingStore(url).keep(drawn(1))
    store = DrawingStore(url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true")
    assert store.count() == 1
    with pytest.raises(StoreError, match="cannot be written: this program may not write to it"):
        store.keep(drawn(2))
