"""Labelled drawings that people chose to keep: one table in a SQL database.

    store = DrawingStore("sqlite:///kept_drawings.db")    # or "postgresql+psycopg://..."
    number = store.keep(KeptDrawing(drawing, label="7", read_as="1", ...))
    Path("kept.jsonl").write_text("".join(store.export()))  # for train.py --drawings

No address and no name is kept: strokes, what they show, what they were read as, by
which model, and when.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, create_engine, delete, event, func, select
from sqlalchemy.engine import URL, CursorResult, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from digits.app.kept.records import (
    DAMAGE,
    Base,
    KeptDrawing,
    Row,
    is_text,
    to_kept,
    to_line,
    to_row,
    without_zone,
)
from digits.files import first_line
from digits.locations import data_folder

__all__ = ["DEFAULT_URL", "EXPORT_ROWS", "DrawingStore", "KeptDrawing", "StoreError"]

DEFAULT_URL = f"sqlite:///{(data_folder() / 'kept_drawings.db').as_posix()}"
BUSY_SECONDS = 10  # that a writer waits for another one, with SQLite
CONNECT_SECONDS = 5  # until a server that does not answer counts as gone, with PostgreSQL
SILENT_SECONDS = 10  # until one that was connected, and whose machine is gone, does
EXPORT_ROWS = 500  # read at once; between them others may write

# What databases say, and what that means to a person.
REASONS = {
    "unable to open": "its folder is missing, or closed to this program",
    "readonly": "this program may not write to it",
    "locked": "another program holds it; try again in a moment",
    "disk is full": "the disk is full",
    "not a database": "that file is something else",
    "malformed": "the file is damaged",
    "no such table": "its table is gone; start the program again to make a new one",
    'relation "drawings" does not exist': "its table is gone; start the program again"
    " to make a new one",
    "password authentication failed": "its server does not know this user and password; correct"
    " the address in the settings",
    "does not exist": "its server has none of that name; make it, or correct the address in the"
    " settings",
    "failed to resolve host": "there is no machine of that name; correct the address in the"
    " settings",
    "too many": "all its connections are taken; try again in a moment",
    "connection slots": "all its connections are taken; try again in a moment",
    "QueuePool limit": "too many visitors wait for it; try again in a moment",
    "permission denied": "this program may not do that there",
    "read-only": "this program may not write to it",
    "No space left": "the disk is full",
    "the database system is": "its server is starting or stopping; try again in a moment",
    "connection": "its server cannot be reached; try again in a moment",
}

logger = logging.getLogger(__name__)


class StoreError(Exception):
    """A database that cannot be used; the text is one sentence for a person."""


class DrawingStore:
    """The kept drawings of one database; threads, visitors and programs share it."""

    def __init__(self, url: str = DEFAULT_URL) -> None:
        """Open the database, and make its table if it has none.

        Args:
            url: of SQLAlchemy's form, "sqlite:///file.db" or "postgresql+psycopg://...".

        Raises:
            StoreError: if there is no such database, or no driver for it.
        """
        try:
            address = make_url(url)
            # A server may have been restarted since a connection was last used.
            self.engine = create_engine(
                address, connect_args=choose_waits(address), pool_pre_ping=not is_sqlite(address)
            )
        except Exception as error:  # drivers raise many kinds for addresses they do not know
            # The address is not repeated: it may hold a password.
            raise StoreError(
                "Expected the address of a database whose driver is installed, such as"
                f" 'sqlite:///kept_drawings.db'. Received another: {first_line(error)}."
            ) from error
        if is_sqlite(address):
            event.listen(self.engine, "connect", use_write_ahead_log)
        with self.explained("opened"):
            try:
                Base.metadata.create_all(self.engine)
            except DBAPIError:  # another program made the table at this very moment
                Base.metadata.create_all(self.engine)

    def keep(self, kept: KeptDrawing) -> int:
        """Store a drawing, in place of the one with its number if it has one.

        Returns:
            Its number.

        Raises:
            StoreError: if the database cannot be written, as from every method here.
        """
        row = to_row(kept)
        with self.explained("written"), Session(self.engine) as session, session.begin():
            stored = session.merge(row)
            session.flush()
            return stored.number

    def find(
        self,
        *,
        label: str | None = None,
        only_misread: bool = False,
        numbers: Collection[int] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[KeptDrawing]:
        """List drawings, the latest first; rows that are damaged are left out.

        Args:
            label: of this digit alone. Defaults to every label.
            only_misread: leave out what was read right. Defaults to False.
            numbers: of these alone, as a visitor's own. Defaults to all.
            limit: at most so many. Defaults to no limit.
            offset: leave out so many of the latest. Defaults to none.
        """
        chosen = select(Row).where(*conditions(label, only_misread, numbers))
        ordered = chosen.order_by(Row.number.desc()).limit(limit).offset(offset)
        with self.explained("read"), Session(self.engine) as session:
            return read_whole_rows(session, ordered)

    def count(
        self,
        *,
        label: str | None = None,
        only_misread: bool = False,
        numbers: Collection[int] | None = None,
        since: datetime | None = None,
    ) -> int:
        """Count what `find` would list without a limit, and was kept after `since`."""
        asked = conditions(label, only_misread, numbers)
        if since is not None:
            asked.append(Row.kept_at > without_zone(since))
        chosen = select(func.count()).select_from(Row).where(*asked)
        with self.explained("read"), Session(self.engine) as session:
            return session.scalar(chosen) or 0

    def labels(self, *, numbers: Collection[int] | None = None) -> list[str]:
        """List what the drawings show, each label once, in order."""
        chosen = select(Row.label).where(*conditions(None, False, numbers)).distinct()
        with self.explained("read"), Session(self.engine) as session:
            return sorted(label for label in session.scalars(chosen) if is_text(label))

    def find_damaged(self, *, numbers: Collection[int] | None = None) -> list[int]:
        """List the numbers of rows that cannot be read; it takes as long as an export."""
        with self.explained("read"), Session(self.engine) as session:
            chosen = select(Row.number).where(*conditions(None, False, numbers))
            found = set(session.scalars(chosen))
        whole = (kept.number for part in self.read_parts(numbers) for kept in part)
        return sorted(found.difference(whole))

    def delete(self, numbers: Collection[int] | None = None) -> int:
        """Delete drawings by number, or all; return how many there were."""
        chosen = delete(Row).where(*conditions(None, False, numbers))
        with self.explained("written"), Session(self.engine) as session, session.begin():
            result = session.execute(chosen)
            assert isinstance(result, CursorResult)
            return result.rowcount

    def export(self, *, numbers: Collection[int] | None = None) -> Iterator[str]:
        """Yield the lines of a stroke file, the oldest drawing first.

        A few hundred are read at a time, so that a million take no more memory. Rows that
        are damaged are left out.
        """
        for part in self.read_parts(numbers):
            yield from map(to_line, part)

    def read_parts(self, numbers: Collection[int] | None) -> Iterator[list[KeptDrawing]]:
        """Yield drawings a few hundred at a time, the oldest first; damaged ones are left out."""
        last = 0
        while True:
            asked = Row.number > last, *conditions(None, False, numbers)
            ordered = select(Row).where(*asked).order_by(Row.number).limit(EXPORT_ROWS)
            with self.explained("read"), Session(self.engine) as session:
                listed = list(session.scalars(ordered.with_only_columns(Row.number)))
                if not listed:
                    return
                found = read_whole_rows(session, ordered.where(Row.number <= listed[-1]))
            yield found
            last = listed[-1]

    @contextmanager
    def explained(self, done: str) -> Iterator[None]:
        """Turn the database's errors into a sentence on what could not be `done`."""
        try:
            yield
        # Values of a wrong kind stand in an address, or in a row that was damaged.
        except (SQLAlchemyError, OSError, ValueError, TypeError, LookupError) as error:
            cause = getattr(error, "orig", None) or error
            said = str(cause).partition("\n[SQL")[0]  # behind it stands what was to be kept
            known = (reason for words, reason in REASONS.items() if words in said)
            # Options after the address may hold a password too.
            shown = self.engine.url.set(query={}).render_as_string(hide_password=True)
            raise StoreError(
                f"The database '{shown}' cannot be {done}: {next(known, first_line(cause))}."
            ) from error


def read_whole_rows(session: Session, ordered: Select[Row]) -> list[KeptDrawing]:
    """Read the rows that a statement chooses; those that are damaged are logged, and left out."""
    try:
        return [to_kept(row) for row in session.scalars(ordered)]
    except DAMAGE:
        session.expunge_all()  # now one by one: SQLAlchemy gives all rows or none
    found = []
    for number in list(session.scalars(ordered.with_only_columns(Row.number))):
        try:
            found += [to_kept(row) for row in session.scalars(select(Row).filter_by(number=number))]
        except DAMAGE as error:
            logger.warning("Kept drawing %d is damaged: %s", number, first_line(error))
    return found


def conditions(label: str | None, only_misread: bool, numbers: Collection[int] | None) -> list[Any]:
    """Return what SQL has to ask for."""
    asked: list[Any] = []
    if label is not None:
        asked.append(Row.label == label)
    if only_misread:
        asked.append(Row.label != Row.read_as)
    if numbers is not None:
        # Written into the statement: as variables, SQLite takes 32,766 of them at most.
        listed: BindParameter[list[int]] = bindparam(
            "numbers", sorted(map(int, numbers)), expanding=True, literal_execute=True
        )
        asked.append(Row.number.in_(listed))
    return asked


def choose_waits(address: URL) -> dict[str, int]:
    """Choose for how long a database is waited for, in its driver's own words."""
    if is_sqlite(address):
        return {"timeout": BUSY_SECONDS}
    if address.get_backend_name() == "postgresql":
        # Else a page waits minutes, up to a quarter of an hour, for a machine that was cut off.
        silent = {"tcp_user_timeout": SILENT_SECONDS * 1000}
        return {"connect_timeout": CONNECT_SECONDS, **silent}
    return {}


def is_sqlite(address: URL) -> bool:
    """Whether an address is of SQLite."""
    return address.get_backend_name() == "sqlite"


def use_write_ahead_log(connection: Any, record: object) -> None:
    """Let readers read while one visitor writes."""
    connection.execute("PRAGMA journal_mode=WAL")
