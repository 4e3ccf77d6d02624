"""Labelled drawings that people chose to keep: one table in a SQL database.

    store = DrawingStore("sqlite:///kept_drawings.db")    # or "postgresql+psycopg://..."
    number = store.save(LabelledDrawing(drawing, label="7", read_as="1", ...), owner="5f...")
    Path("kept.jsonl").write_text("".join(store.export()))  # for train.py --drawings

No address and no name is stored: strokes, what they show, what they were read as, by which
model, when, and whose browser saved them. Each query takes an `owner`: the browser whose
drawings it is about, or None for those of all browsers.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm import Session

from digits.app.kept.records import (
    DAMAGE,
    Base,
    DrawingRecord,
    LabelledDrawing,
    from_record,
    is_right,
    is_text,
    to_line,
    to_record,
    without_zone,
)
from digits.files import first_line
from digits.locations import data_folder

DEFAULT_URL = f"sqlite:///{(data_folder() / 'kept_drawings.db').as_posix()}"
BUSY_SECONDS = 10  # that a writer waits for another one, with SQLite
CONNECT_SECONDS = 5  # until a server that does not answer counts as gone, with PostgreSQL
SILENT_SECONDS = 10  # until one that was connected, and whose machine is gone, does
EXPORT_ROWS = 500  # read at once; between them others may write

# Reasons that a person understands, by the codes of SQLite and the `sqlstate` of PostgreSQL.
TABLE_GONE = "its table is gone; start the program again to make a new one"
READ_ONLY = "this program may not write to it"
DISK_FULL = "the disk is full"
LOCKED = "another program holds it; try again in a moment"
ALL_TAKEN = "all its connections are taken; try again in a moment"
STARTING = "its server is starting or stopping; try again in a moment"
REASONS: dict[str | int, str] = {
    sqlite3.SQLITE_CANTOPEN: "its folder is missing, or closed to this program",
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_NOTADB: "that file is something else",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_ERROR: TABLE_GONE,  # our statements fail so without table or column alone
    "42P01": TABLE_GONE,
    "42703": TABLE_GONE,
    "42501": "this program may not do that there",
    "25006": READ_ONLY,
    "53100": DISK_FULL,
    "53300": ALL_TAKEN,
    "55P03": LOCKED,
    "57P01": STARTING,
    "57P02": STARTING,
    "57P03": STARTING,
}
# A connection that PostgreSQL refuses comes without a code: its client library keeps that back.
REFUSALS = {
    "password authentication failed": "its server does not know this user and password; correct"
    " the address in the settings",
    "does not exist": "its server has none of that name; make it, or correct the address in the"
    " settings",
    "failed to resolve host": "there is no machine of that name; correct the address in the"
    " settings",
    "too many": ALL_TAKEN,
    "connection slots": ALL_TAKEN,
    "the database system is": STARTING,
    "": "its server cannot be reached; try again in a moment",
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
            backend = sql.make_url(url).get_backend_name()
            # A server may have been restarted since a connection was last used.
            self.engine = sql.create_engine(
                url, connect_args=choose_waits(backend), pool_pre_ping=backend != "sqlite"
            )
        except Exception as error:  # drivers raise many kinds for addresses they do not know
            # The address is not repeated: it may hold a password.
            raise StoreError(
                "Expected the address of a database whose driver is installed, such as"
                f" 'sqlite:///kept_drawings.db'. Received another: {first_line(error)}."
            ) from error
        if backend == "sqlite":
            sql.event.listen(self.engine, "connect", use_write_ahead_log)
        with self.explained("opened"):
            try:
                self.prepare_table()
            except DBAPIError:  # another program made the table at this very moment
                self.prepare_table()

    def prepare_table(self) -> None:
        """Make the table, or add the column that tables of version 0.1 lack."""
        Base.metadata.create_all(self.engine)
        table = DrawingRecord.__tablename__
        if "owner" not in {
            column["name"] for column in sql.inspect(self.engine).get_columns(table)
        }:
            with self.engine.begin() as connection:
                connection.execute(sql.text(f"ALTER TABLE {table} ADD COLUMN owner VARCHAR(64)"))
                connection.execute(sql.text(f"CREATE INDEX ix_{table}_owner ON {table} (owner)"))

    def save(self, drawing: LabelledDrawing, *, owner: str | None = None) -> int:
        """Store a drawing, in place of the one with its number if it has one.

        Returns:
            Its number.

        Raises:
            StoreError: if the database cannot be written, as from every method here.
        """
        record = to_record(drawing, owner=owner)
        with self.explained("written"), Session(self.engine) as session, session.begin():
            stored = session.merge(record)
            session.flush()
            return stored.number

    def find(
        self,
        *,
        label: str | None = None,
        only_misread: bool = False,
        owner: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[LabelledDrawing]:
        """List drawings, the latest first; rows that are damaged are left out.

        Args:
            label: of this digit alone. Defaults to every label.
            only_misread: leave out what was read right. Defaults to False.
            owner: the browser that saved them. Defaults to all browsers.
            limit: at most so many. Defaults to no limit.
            offset: leave out so many of the latest. Defaults to none.
        """
        chosen = sql.select(DrawingRecord).where(*conditions(owner, label, only_misread))
        ordered = chosen.order_by(DrawingRecord.number.desc()).limit(limit).offset(offset)
        with self.reading() as session:
            return load_whole_rows(session, ordered)

    def count(
        self,
        *,
        label: str | None = None,
        only_misread: bool = False,
        owner: str | None = None,
        since: datetime | None = None,
    ) -> int:
        """Count what `find` would list without a limit, and was kept after `since`."""
        asked = conditions(owner, label, only_misread)
        if since is not None:
            asked.append(DrawingRecord.kept_at > without_zone(since))
        chosen = sql.select(sql.func.count()).select_from(DrawingRecord).where(*asked)
        with self.reading() as session:
            return session.scalar(chosen) or 0

    def labels(self, *, owner: str | None = None) -> list[str]:
        """List what the drawings show, each label once, in order."""
        chosen = sql.select(DrawingRecord.label).where(*conditions(owner)).distinct()
        with self.reading() as session:
            return sorted(filter(is_text, session.scalars(chosen)))

    def find_damaged(self, *, owner: str | None = None) -> list[int]:
        """List the numbers of rows that cannot be read; it takes as long as an export."""
        with self.reading() as session:
            numbers = sql.select(DrawingRecord.number).where(*conditions(owner))
            found = set(session.scalars(numbers))
        whole = (drawing.number for part in self.load_parts(owner) for drawing in part)
        return sorted(found.difference(whole))

    def delete(self, numbers: Collection[int] | None = None, *, owner: str | None = None) -> int:
        """Delete drawings by number, or all of an owner; return how many there were."""
        chosen = sql.delete(DrawingRecord).where(*conditions(owner))
        if numbers is not None:
            # Written into the statement: as variables, SQLite takes 32,766 of them at most.
            listed: sql.BindParameter[list[int]] = sql.bindparam(
                "numbers", sorted(map(int, numbers)), expanding=True, literal_execute=True
            )
            chosen = chosen.where(DrawingRecord.number.in_(listed))
        with self.explained("written"), Session(self.engine) as session, session.begin():
            result = session.execute(chosen)
            assert isinstance(result, sql.CursorResult)
            return result.rowcount

    def export(self, *, owner: str | None = None) -> Iterator[str]:
        """Yield the lines of a stroke file, the oldest drawing first.

        A few hundred are read at a time, so that a million take no more memory. Rows that
        are damaged are left out. The lines do not name the owner.
        """
        for part in self.load_parts(owner):
            yield from map(to_line, part)

    def load_parts(self, owner: str | None) -> Iterator[list[LabelledDrawing]]:
        """Yield drawings a few hundred at a time, the oldest first; damaged ones are left out."""
        number, last = DrawingRecord.number, 0
        while True:
            asked = number > last, *conditions(owner)
            ordered = sql.select(DrawingRecord).where(*asked).order_by(number).limit(EXPORT_ROWS)
            with self.reading() as session:
                listed = list(session.scalars(ordered.with_only_columns(number)))
                if not listed:
                    return
                found = load_whole_rows(session, ordered.where(number <= listed[-1]))
            yield found
            last = listed[-1]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session to read in."""
        with self.explained("read"), Session(self.engine) as session:
            yield session

    @contextmanager
    def explained(self, done: str) -> Iterator[None]:
        """Turn the database's errors into a sentence on what could not be `done`."""
        try:
            yield
        # Values of a wrong kind stand in an address, or in a row that was damaged.
        except (SQLAlchemyError, OSError, ValueError, TypeError, LookupError) as error:
            # Options after the address may hold a password too.
            shown = self.engine.url.set(query={}).render_as_string(hide_password=True)
            raise StoreError(
                f"The database '{shown}' cannot be {done}: {explain(error)}."
            ) from error


def explain(error: Exception) -> str:
    """Say why a database failed, by the code that its driver gives."""
    if isinstance(error, NoConnectionLeft):
        return "too many visitors wait for it; try again in a moment"
    cause = getattr(error, "orig", None) or error
    # The lowest byte of SQLite's code is the kind of fault, the others detail it.
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in REASONS:
        return REASONS[code]
    if isinstance(error, OperationalError) and getattr(cause, "sqlstate", "") is None:
        return next(reason for words, reason in REFUSALS.items() if words in str(cause))
    return first_line(cause)  # the statement, with what was to be stored, stands behind it


def load_whole_rows(session: Session, ordered: sql.Select[DrawingRecord]) -> list[LabelledDrawing]:
    """Load the rows that a statement chooses; those that are damaged are logged, and left out."""
    try:
        return [from_record(record) for record in session.scalars(ordered)]
    except DAMAGE:
        session.expunge_all()  # now one by one: SQLAlchemy gives all rows or none
    found = []
    for number in list(session.scalars(ordered.with_only_columns(DrawingRecord.number))):
        try:
            one = sql.select(DrawingRecord).filter_by(number=number)
            found += [from_record(record) for record in session.scalars(one)]
        except DAMAGE as error:
            logger.warning("Kept drawing %d is damaged: %s", number, first_line(error))
    return found


def conditions(
    owner: str | None, label: str | None = None, only_misread: bool = False
) -> list[Any]:
    """Return what SQL has to ask for."""
    asked: list[Any] = []
    if owner is not None:
        asked.append(DrawingRecord.owner == owner)
    if label is not None:
        asked.append(DrawingRecord.label == label)
    if only_misread:
        row = DrawingRecord
        asked.append(sql.not_(is_right(row.label, row.read_as, row.status)))
    return asked


def choose_waits(backend: str) -> dict[str, int]:
    """Choose for how long a database is waited for, in its driver's own words."""
    if backend == "sqlite":
        return {"timeout": BUSY_SECONDS}
    if backend == "postgresql":
        # Else a page waits minutes, up to a quarter of an hour, for a machine that was cut off.
        silent = {"tcp_user_timeout": SILENT_SECONDS * 1000}
        return {"connect_timeout": CONNECT_SECONDS, **silent}
    return {}


def use_write_ahead_log(connection: Any, record: object) -> None:
    """Let readers read while one visitor writes."""
    connection.execute("PRAGMA journal_mode=WAL")
