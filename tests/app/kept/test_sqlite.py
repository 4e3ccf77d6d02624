"""The kept drawings in a file of SQLite: its form, and what can be wrong with it."""

import sqlite3
from pathlib import Path

import pytest

from digits.app.kept.store import DrawingStore, StoreError
from tests.app.kept.test_store import drawn


def test_readers_need_not_wait_for_a_writer(store: DrawingStore, url: str) -> None:
    store.save(drawn(4))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


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
    monkeypatch.setattr("digits.app.kept.store.BUSY_SECONDS", 0.1)
    store = DrawingStore(url)
    store.save(drawn(1))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert store.count() == 1  # who only looks does not wait
        with pytest.raises(StoreError, match="cannot be written: another program holds it; try"):
            store.save(drawn(2))
    other.close()
    assert store.save(drawn(2)) == 2


def test_a_full_disk_gets_one_sentence_and_loses_nothing(store: DrawingStore) -> None:
    store.save(drawn(1))
    with store.engine.connect() as connection:  # the same that the next call gets
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="cannot be written: the disk is full"):
        for _ in range(200):
            store.save(drawn(8))
    assert store.find()[-1].label == "1"


def test_a_database_that_may_not_be_written_gets_one_sentence(url: str) -> None:
    DrawingStore(url).save(drawn(1))
    store = DrawingStore(url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true")
    assert store.count() == 1
    with pytest.raises(StoreError, match="cannot be written: this program may not write to it"):
        store.save(drawn(2))
