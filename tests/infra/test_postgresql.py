"""The kept drawings in PostgreSQL: who is let in, and what happens when the server is gone."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from digits.app.kept.store import DrawingStore, StoreError
from tests.app.kept.test_store import drawn
from tests.support.live_server import find_free_port
from tests.support.paths import PROJECT
from tests.support.postgresql import PASSWORD, PostgreSQL


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    """Name an empty database."""
    return postgresql.make_database()


def name_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def fail_to_open(url: str) -> str:
    """Open a database that cannot be opened; return the sentence."""
    with pytest.raises(StoreError) as failure:
        DrawingStore(url)
    sentence = str(failure.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def test_a_server_that_goes_away_and_comes_back_costs_one_sentence(
    postgresql: PostgreSQL, store: DrawingStore
) -> None:
    numbers = [store.save(drawn(digit)) for digit in range(5)]
    postgresql.stop()
    try:
        for _ in range(2):
            with pytest.raises(StoreError, match="cannot be read: its server cannot be reached"):
                store.count()
        with pytest.raises(StoreError, match="written: its server cannot be reached; try again"):
            store.save(drawn(9))
    finally:
        postgresql.start()
    assert [kept.number for kept in store.find()] == numbers[::-1]
    assert store.save(drawn(9)) > max(numbers)


def test_a_restart_between_two_calls_is_not_noticed(
    postgresql: PostgreSQL, store: DrawingStore
) -> None:
    store.save(drawn(1))
    postgresql.stop()
    postgresql.start()
    store.save(drawn(2))
    assert store.count() == 2


def test_what_a_killed_program_was_told_is_kept_is_there(store: DrawingStore, url: str) -> None:
    code = (
        "import sys; from tests.app.kept.test_store import drawn, DrawingStore\n"
        "store = DrawingStore(sys.argv[1])\n"
        "while True: print(store.save(drawn(3)), flush=True)"
    )
    words = [sys.executable, "-c", code, url]
    with subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        told = [int(program.stdout.readline()) for _ in range(20)]
        os.kill(program.pid, signal.SIGKILL)
        told += map(int, program.stdout.read().split())
    there = {kept.number for kept in store.find()}
    assert there >= set(told) and len(there) - len(told) <= 1  # kept, and not told in time
    assert store.save(drawn(4)) > max(there)


@pytest.mark.parametrize("password", ["guess", "", PASSWORD.upper()])
def test_a_wrong_password_gets_a_sentence_that_does_not_show_it(
    postgresql: PostgreSQL, url: str, password: str
) -> None:
    wrong = postgresql.address(name_of(url), password=password)
    sentence = fail_to_open(wrong)
    assert password not in sentence.split("***")[-1] or not password
    assert PASSWORD not in sentence and "digits:***@127.0.0.1" in sentence


def test_a_password_among_the_options_is_not_shown_either(postgresql: PostgreSQL) -> None:
    place = f"127.0.0.1:{postgresql.port}/postgres"
    sentence = fail_to_open(f"postgresql+psycopg://digits@{place}?password=guess")
    assert "does not know this user and password" in sentence and "guess" not in sentence


def test_an_address_that_leads_nowhere_gets_a_sentence(postgresql: PostgreSQL, url: str) -> None:
    assert "none of that name; make it" in fail_to_open(postgresql.address("nothing"))
    assert "does not know this user" in fail_to_open(
        postgresql.address(name_of(url), user="nobody")
    )
    nobody_listens = postgresql.address("x", port=find_free_port())
    assert "its server cannot be reached" in fail_to_open(nobody_listens)
    assert "no machine of that name" in fail_to_open(url.replace("127.0.0.1", "nowhere.invalid"))


def test_when_all_connections_are_taken_a_sentence_says_so(
    postgresql: PostgreSQL, url: str
) -> None:
    postgresql.execute("CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 1")
    postgresql.execute("GRANT ALL ON SCHEMA public TO few", database=name_of(url))
    few = postgresql.address(name_of(url), user="few", password="few")
    store = DrawingStore(few)
    with store.engine.connect():
        assert "all its connections are taken; try again" in fail_to_open(few)
    assert DrawingStore(url).count() == 0


def test_a_database_that_may_only_be_read_gets_one_sentence(
    postgresql: PostgreSQL, url: str
) -> None:
    DrawingStore(url).save(drawn(1))
    postgresql.execute("CREATE ROLE reader LOGIN PASSWORD 'reader'")
    postgresql.execute("GRANT SELECT ON drawings TO reader", database=name_of(url))
    store = DrawingStore(postgresql.address(name_of(url), user="reader", password="reader"))
    assert store.count() == 1
    with pytest.raises(StoreError, match="written: this program may not do that there"):
        store.save(drawn(2))
    postgresql.execute(f"ALTER DATABASE {name_of(url)} SET default_transaction_read_only = on")
    with pytest.raises(StoreError, match="cannot be written: this program may not write to it"):
        DrawingStore(url).save(drawn(2))


def test_a_row_whose_moment_python_cannot_tell_is_left_out_as_damaged(
    postgresql: PostgreSQL, store: DrawingStore, url: str
) -> None:
    first, second = store.save(drawn(1)), store.save(drawn(2))
    damage = f"UPDATE drawings SET kept_at = 'infinity' WHERE number = {first}"
    postgresql.execute(damage, database=name_of(url))
    assert [kept.number for kept in store.find()] == [second]
    assert store.find_damaged() == [first] and store.delete([first]) == 1


def test_moments_are_those_of_utc_in_whatever_zone_the_server_is(
    postgresql: PostgreSQL, url: str
) -> None:
    postgresql.execute(f"ALTER DATABASE {name_of(url)} SET timezone = 'Asia/Tokyo'")
    store = DrawingStore(url)
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    store.save(drawn(1, kept_at=moment))
    postgresql.execute(f"ALTER DATABASE {name_of(url)} SET timezone = 'America/Lima'")
    other = DrawingStore(url)
    assert other.find()[0].kept_at == moment
    assert other.count(since=moment) == 0 == other.count(since=moment.replace(minute=31))
    assert other.count(since=moment.replace(minute=29)) == 1
