"""The kept drawings, in SQLite and PostgreSQL: what is stored comes back, whoever else writes."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import inspect, text

from digits.app.canvas.drawing import Drawing
from digits.app.kept.records import LabelledDrawing
from digits.app.kept.store import EXPORT_ROWS, DrawingStore, StoreError
from digits.data.stroke_files import load_stroke_file
from tests.support.digit_drawings import DIGITS, place
from tests.support.paths import PROJECT
from tests.support.postgresql import PostgreSQL

if TYPE_CHECKING:  # the programs that one of these tests starts need no TensorFlow
    from digits.recognition.recognizer import Recognizer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kept.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.make_database()


def drawn(digit: int, *, read_as: str = "1", **changed: object) -> LabelledDrawing:
    strokes = tuple(place(digit))
    drawing = Drawing(strokes, (18.0,) * len(strokes))
    kept = LabelledDrawing(drawing, str(digit), read_as, 0.75, "digit", "5a29429fdfdd")
    return replace(kept, **changed)  # type: ignore[arg-type]


def test_a_drawing_comes_back_as_it_was_kept(store: DrawingStore) -> None:
    kept = drawn(4, read_as="9", kept_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    number = store.save(kept)
    (found,) = store.find()
    assert replace(found, drawing=kept.drawing) == replace(kept, number=number)
    for before, after in zip(kept.drawing.strokes, found.drawing.strokes, strict=True):
        np.testing.assert_allclose(before, after, atol=0.051)
    assert found.drawing.brushes == kept.drawing.brushes and found.is_misread


def test_a_reading_and_its_truth_are_set_side_by_side(recognizer: "Recognizer") -> None:
    drawing = drawn(7).drawing
    prediction = recognizer.predict(drawing.draw())
    kept = LabelledDrawing.of(drawing, prediction, label="1", sha256=recognizer.card.sha256)
    assert (kept.label, kept.read_as, kept.status) == ("1", "7", "digit")
    assert kept.confidence == round(prediction.confidence, 4)
    assert recognizer.card.sha256.startswith(kept.model) and len(kept.model) == 12


def test_drawings_are_found_by_digit_by_mistake_and_page_by_page(store: DrawingStore) -> None:
    numbers = [store.save(drawn(digit)) for digit in DIGITS]
    assert [kept.number for kept in store.find()] == numbers[::-1]
    assert [kept.label for kept in store.find(limit=3, offset=2)] == ["7", "6", "5"]
    assert [kept.label for kept in store.find(label="4")] == ["4"]
    assert store.count() == 10 and store.count(only_misread=True) == 9
    assert store.find(label="1", only_misread=True) == []
    assert store.labels() == [str(digit) for digit in DIGITS]


def test_those_kept_after_a_moment_are_counted(store: DrawingStore) -> None:
    for hour in (9, 10, 11):
        store.save(drawn(2, kept_at=datetime(2026, 3, 1, hour, tzinfo=UTC)))
    assert store.count(since=datetime(2026, 3, 1, 9, tzinfo=UTC)) == 2
    assert store.count(since=datetime(2026, 3, 1, 11, tzinfo=UTC)) == 0


def test_a_drawing_with_a_number_is_replaced_and_not_stored_twice(store: DrawingStore) -> None:
    number = store.save(drawn(4))
    assert store.save(drawn(4, number=number, label="9")) == number
    assert [kept.label for kept in store.find()] == ["9"]


def test_drawings_are_deleted_and_their_numbers_never_given_again(store: DrawingStore) -> None:
    numbers = [store.save(drawn(digit)) for digit in DIGITS]
    assert store.delete([numbers[0], numbers[-1], 999]) == 2
    assert store.count() == 8
    assert store.delete([]) == 0
    assert store.delete() == 8 and store.count() == 0
    assert store.save(drawn(1)) > max(numbers)


def test_the_export_is_a_stroke_file_the_oldest_first(store: DrawingStore, tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    for digit in DIGITS:
        store.save(drawn(digit, kept_at=moment), owner="secret of a browser")
    path = tmp_path / "kept.jsonl"
    path.write_text("".join(store.export()), encoding="utf-8")
    digits = load_stroke_file(path)
    assert [digit.label for digit in digits] == [str(digit) for digit in DIGITS]
    assert {digit.kept_at for digit in digits} == {"2026-03-01T12:30:00+00:00"}
    np.testing.assert_allclose(digits[8].strokes[0], place(8)[0], atol=0.051)
    assert json.loads(next(store.export()))["read_as"] == "1"
    assert "secret" not in path.read_text()


def test_a_long_export_goes_on_while_others_write_and_delete(store: DrawingStore) -> None:
    numbers = [store.save(drawn(1)) for _ in range(EXPORT_ROWS + 20)]
    lines = store.export()
    assert json.loads(next(lines))["label"] == "1"
    store.delete(numbers[-10:])
    store.save(drawn(3))
    assert [json.loads(line)["label"] for line in lines][-2:] == ["1", "3"]


def test_each_owner_has_what_it_saved_and_nobody_has_what_has_no_owner(
    store: DrawingStore,
) -> None:
    mine = [store.save(drawn(digit), owner="me") for digit in (3, 4)]
    yours = store.save(drawn(5), owner="you")
    old = store.save(drawn(6))
    assert [kept.number for kept in store.find(owner="me")] == mine[::-1]
    assert store.labels(owner="me") == ["3", "4"] and store.count(owner="me", label="3") == 1
    assert len(list(store.export(owner="you"))) == 1
    for nobody in ("", "None", "%", "m_"):
        assert store.find(owner=nobody) == [] and store.count(owner=nobody) == 0
        assert list(store.export(owner=nobody)) == store.labels(owner=nobody) == []
        assert store.delete(owner=nobody) == store.delete([*mine, yours, old], owner=nobody) == 0
    assert store.delete([*mine, yours, old], owner="you") == 1
    assert store.delete(owner="me") == 2 and store.count() == 1


def test_a_table_from_before_there_were_owners_keeps_its_drawings(url: str) -> None:
    store = DrawingStore(url)
    store.save(drawn(4))
    with store.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_drawings_owner"))
        connection.execute(text("ALTER TABLE drawings DROP COLUMN owner"))
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: DrawingStore(url), range(4)))
    assert {one["name"] for one in inspect(store.engine).get_indexes("drawings")} == {
        "ix_drawings_label",
        "ix_drawings_owner",
    }
    again = opened[-1]
    assert [kept.label for kept in again.find()] == ["4"] and again.count(owner="me") == 0
    assert again.save(drawn(7), owner="me") > again.find(label="4")[0].number
    assert again.count(owner="me") == 1 and again.count() == 2


def test_more_drawings_are_deleted_at_once_than_sql_takes_variables(store: DrawingStore) -> None:
    number = store.save(drawn(5))
    assert store.delete(range(number, number + 50_000)) == 1


def test_many_threads_write_and_read_at_once(store: DrawingStore) -> None:
    def visit(visitor: int) -> list[int]:
        own = []
        for digit in range(10):
            own.append(store.save(drawn(digit, read_as=str(visitor)), owner=str(visitor)))
            labels = [kept.label for kept in store.find(owner=str(visitor))]
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
        "import sys; from tests.app.kept.test_store import drawn, DrawingStore\n"
        "store = DrawingStore(sys.argv[1])\n"
        "print(*(store.save(drawn(int(sys.argv[2]))) for _ in range(20)))"
    )
    words = [sys.executable, "-c", code, url]
    programs = [
        subprocess.Popen([*words, digit], cwd=PROJECT, stdout=subprocess.PIPE) for digit in "37"
    ]
    store = DrawingStore(url)
    given = [store.save(drawn(5)) for _ in range(20)]
    for program in programs:
        said, _ = program.communicate(timeout=60)
        assert program.returncode == 0
        given += map(int, said.split())
    assert len(set(given)) == 60
    assert {kept.number for kept in store.find()} == set(given)
    assert [store.count(label=label) for label in "357"] == [20, 20, 20]


def test_two_stores_see_at_once_what_the_other_does(url: str) -> None:
    one, other = DrawingStore(url), DrawingStore(url)
    number = one.save(drawn(4))
    assert [kept.label for kept in other.find()] == ["4"]
    other.save(drawn(4, number=number, label="9"))
    assert [kept.label for kept in one.find()] == ["9"]
    assert one.delete([number]) == 1 and other.delete([number]) == 0 == other.count()


def test_many_stores_make_the_table_at_the_same_moment(url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: DrawingStore(url), range(8)))
    assert stores[0].save(drawn(1)) == 1 and stores[-1].count() == 1


def test_nothing_but_the_drawing_its_reading_and_its_time_is_stored(store: DrawingStore) -> None:
    store.save(drawn(4))
    assert inspect(store.engine).get_table_names() == ["drawings"]
    assert [column["name"] for column in inspect(store.engine).get_columns("drawings")] == [
        *("number", "strokes", "brushes", "label", "read_as"),
        *("confidence", "status", "model", "kept_at", "owner"),
    ]


@pytest.mark.parametrize("strokes", ['"x"', "7", "null", '[["a", 1]]', "[[[1], [2, 3]]]"])
def test_a_damaged_row_is_left_out_and_can_be_deleted(store: DrawingStore, strokes: str) -> None:
    number = store.save(drawn(4))
    store.save(drawn(7))
    with store.engine.begin() as connection:
        damage = text("UPDATE drawings SET strokes = :strokes WHERE number = :number")
        if store.engine.name == "postgresql":
            damage = text(str(damage).replace(":strokes", "CAST(:strokes AS JSON)"))
        connection.execute(damage, {"strokes": strokes, "number": number})
    assert [kept.label for kept in store.find()] == ["7"] and len(list(store.export())) == 1
    assert store.count() == 2 and store.find_damaged() == [number]
    assert store.delete([number]) == 1 == store.count()


def test_a_table_that_is_gone_gets_one_sentence(store: DrawingStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE drawings"))
    with pytest.raises(StoreError, match="its table is gone; start the program again to make"):
        store.count()
