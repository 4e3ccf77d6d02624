"""Rows of the kept drawings that were damaged: the others are shown, exported and deleted."""

import json
import sqlite3
from typing import Any

import pytest

from digits.app.kept.records import LabelledDrawing
from digits.app.kept.store import DrawingStore
from digits.data.labelled_files import load_kept_drawings
from tests.app.kept.test_page import OWNER, kept_view, sent, server, shown, words
from tests.app.kept.test_store import drawn

__all__ = ["sent", "server"]  # fixtures: each test has a server that has seen no visitor

STROKES = [[[20.0, 30.0], [200.0, 210.0]]]
# What a column holds in place of what was kept.
DAMAGE: dict[str, dict[str, Any]] = {
    "strokes that are no JSON": {"strokes": "[[[1, 2], [3"},
    "strokes nested deep": {"strokes": "[" * 100_000},
    "strokes of bytes": {"strokes": b"\xff\xfe"},
    "no strokes": {"strokes": None},
    "strokes that are JSON's null": {"strokes": "null"},
    "a text for strokes": {"strokes": '"seven"'},
    "points of three": {"strokes": "[[[1, 2, 3]]]"},
    "points of unlike lengths": {"strokes": "[[[1, 2], [3]]]"},
    "places that are no numbers": {"strokes": "[[[NaN, 2], [3, 4]]]"},
    "places as texts": {"strokes": '[[["a", "b"]]]'},
    "places far away": {"strokes": "[[[1e300, 2], [3, 4]]]"},
    "an endless number": {"strokes": f"[[[1{'0' * 400}, 2], [3, 4]]]"},
    "fewer brushes than strokes": {"brushes": "[]"},
    "brushes that are no numbers": {"brushes": "[NaN, NaN]"},
    "a huge brush": {"brushes": "[1e9]"},
    "one brush alone": {"brushes": "18"},
    "no label": {"label": None},
    "a label of bytes": {"label": b"\xff"},
    "no reading": {"read_as": None},
    "confidence as text": {"confidence": "sure"},
    "confidence without end": {"confidence": 9e999},
    "no moment": {"kept_at": None},
    "another moment": {"kept_at": "yesterday"},
}


def damage(url: str, number: int, changed: dict[str, Any]) -> None:
    """Change a row behind the program's back; the table's own rules are lifted before."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
        connection.execute("PRAGMA writable_schema = RESET")
        for column, value in changed.items():
            connection.execute(
                f"UPDATE drawings SET {column} = ? WHERE number = ?", (value, number)
            )
    connection.close()


def numbers_of(found: list[LabelledDrawing]) -> list[int]:
    return [kept.number for kept in found]


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_row_is_left_out_and_can_be_deleted(
    name: str, store: DrawingStore, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (store.save(drawn(digit)) for digit in (1, 2, 3))
    damage(url, second, DAMAGE[name])
    assert numbers_of(store.find()) == [third, first]
    assert f"Kept drawing {second} is damaged" in caplog.text and "Traceback" not in caplog.text
    assert {"1", "3"} <= set(store.labels())
    assert [json.loads(line)["label"] for line in store.export()] == ["1", "3"]
    assert store.count() == 3 and store.find_damaged() == [second]
    assert store.delete([second]) == 1 and store.find_damaged() == []


def test_an_export_with_many_damaged_rows_is_a_file_to_learn_from(
    store: DrawingStore, url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digits.app.kept.store.EXPORT_ROWS", 2)
    numbers = [store.save(drawn(digit)) for digit in range(10)]
    for number, changed in zip(numbers[1:8], DAMAGE.values(), strict=False):
        damage(url, number, changed)
    (tmp_path / "kept.jsonl").write_text("".join(store.export()))
    assert [one.label for one in load_kept_drawings(tmp_path / "kept.jsonl")] == ["0", "8", "9"]
    assert store.delete() == 10


def test_the_view_shows_the_others_and_deletes_the_damaged(store: DrawingStore, url: str) -> None:
    numbers = [store.save(drawn(digit), owner=OWNER) for digit in (1, 2, 3)]
    damage(url, numbers[0], DAMAGE["no label"])
    damage(url, numbers[1], DAMAGE["strokes that are no JSON"])
    app = kept_view(url)
    assert shown(app) == 1 and not app.error
    assert "2 of these drawings are damaged" in words(app)
    app.button(key="delete_damaged").click().run()
    assert shown(app) == 1 and "damaged" not in words(app)
    assert numbers_of(store.find()) == numbers[2:] and store.count() == 1


def test_the_view_of_damaged_rows_alone_says_so(store: DrawingStore, url: str) -> None:
    damage(url, store.save(drawn(1), owner=OWNER), DAMAGE["no label"])
    app = kept_view(url)
    assert shown(app) == 0 and "1 of these drawings is damaged" in words(app)
    assert "of this kind" not in words(app)
