"""Labelled drawings that people chose to keep: one table in a SQL database.

    store = DrawingStore("sqlite:///kept_drawings.db")    # or "postgresql+psycopg://..."
    number = store.save(LabelledDrawing(drawing, label="7", read_as="1", ...), owner="5f...")
    Path("kept.jsonl").write_text("".join(store.export()))  # for train.py --drawings

No address and no name is stored: strokes, what they show, what they were read as, by which
model, when, and whose browser saved them. Each query takes an `owner`: the browser whose
drawings it is about, or None for those of all browsers.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypedDict, Unpack

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from digits.app.kept.database_faults import explain_fault
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

logger = logging.getLogger(__name__)


class StoreError(Exception):
    """A database that cannot be used; the text is one sentence for a person."""


class Choice(TypedDict, total=False):
    """Which drawings: those that are all of this.

    Attributes:
        owner: saved by this browser. None for all browsers.
        label: with this label. None for every label.
        only_misread: those that were misread.
        since: kept after this moment.
    """

    owner: str | None
    label: str | None
    only_misread: bool
    since: datetime | None


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
            waits = {
                "sqlite": {"timeout": BUSY_SECONDS},
                # Else a page waits minutes, up to a quarter of an hour, for a machine cut off.
                "postgresql": {
                    "connect_timeout": CONNECT_SECONDS,
                    "tcp_user_timeout": SILENT_SECONDS * 1000,
                },
            }
            # A server may have been restarted since a connection was last used.
            self.engine = sql.create_engine(
                url, connect_args=waits.get(backend, {}), pool_pre_ping=backend != "sqlite"
            )
        except Exception as error:  # drivers raise many kinds for addresses they do not know
            # The address is not repeated: it may hold a password.
            raise StoreError(
                "Expected the address of a database whose driver is installed, such as"
                f" 'sqlite:///kept_drawings.db'. Received another: {first_line(error)}."
            ) from error
        if backend == "sqlite":
            sql.event.listen(self.engine, "connect", use_write_ahead_log)
        with self.session("opened") as session:
            try:
                prepare_table(session.connection())
            except DBAPIError:  # another program made the table at this very moment
                session.rollback()
                prepare_table(session.connection())

    def save(self, drawing: LabelledDrawing, *, owner: str | None = None) -> int:
        """Store a drawing, in place of the one with its number if it has one.

        Returns:
            Its number.

        Raises:
            StoreError: if the database cannot be written, as from every method here.
        """
        record = to_record(drawing, owner=owner)
        with self.session("written") as session:
            stored = session.merge(record)
            session.flush()
            return stored.number

    def find(
        self, *, limit: int | None = None, offset: int = 0, **chosen: Unpack[Choice]
    ) -> list[LabelledDrawing]:
        """List drawings, the latest first; rows that are damaged are left out.

        Args:
            limit: at most so many. Defaults to no limit.
            offset: leave out so many of the latest. Defaults to none.
            chosen: which drawings. Defaults to all.
        """
        ordered = select(**chosen).order_by(DrawingRecord.number.desc())
        with self.session("read") as session:
            return load_whole_rows(session, ordered.limit(limit).offset(offset))

    def count(self, **chosen: Unpack[Choice]) -> int:
        """Count what `find` would list without a limit."""
        with self.session("read") as session:
            counted = select(**chosen).with_only_columns(sql.func.count(DrawingRecord.number))
            return session.scalar(counted) or 0

    def labels(self, *, owner: str | None = None) -> list[str]:
        """List what the drawings show, each label once, in order."""
        with self.session("read") as session:
            labels = session.scalars(
                select(owner=owner).with_only_columns(DrawingRecord.label).distinct()
            )
            return sorted(filter(is_text, labels))

    def find_damaged(self, *, owner: str | None = None) -> list[int]:
        """List the numbers of rows that cannot be read; it takes as long as an export."""
        with self.session("read") as session:
            found = set(
                session.scalars(select(owner=owner).with_only_columns(DrawingRecord.number))
            )
        return sorted(found.difference(drawing.number for drawing in self.load_all(owner)))

    def delete(self, numbers: Collection[int] | None = None, *, owner: str | None = None) -> int:
        """Delete drawings by number, or all of an owner; return how many there were."""
        chosen = sql.delete(DrawingRecord)
        if owner is not None:
            chosen = chosen.where(DrawingRecord.owner == owner)
        if numbers is not None:
            # Written into the statement: as variables, SQLite takes 32,766 of them at most.
            listed: sql.BindParameter[list[int]] = sql.bindparam(
                "numbers", sorted(map(int, numbers)), expanding=True, literal_execute=True
            )
            chosen = chosen.where(DrawingRecord.number.in_(listed))
        with self.session("written") as session:
            return session.connection().execute(chosen).rowcount

    def export(self, *, owner: str | None = None) -> Iterator[str]:
        """Yield the lines of a stroke file, the oldest drawing first.

        Rows that are damaged are left out. The lines do not name the owner.
        """
        return map(to_line, self.load_all(owner))

    def load_all(self, owner: str | None) -> Iterator[LabelledDrawing]:
        """Yield the drawings that can be read, the oldest first.

        A few hundred are loaded at a time, so that a million take no more memory.
        """
        number, last = DrawingRecord.number, 0
        while True:
            ordered = select(owner=owner).where(number > last).order_by(number).limit(EXPORT_ROWS)
            with self.session("read") as session:
                listed = list(session.scalars(ordered.with_only_columns(number)))
                if not listed:
                    return
                last = listed[-1]
                found = load_whole_rows(session, ordered.where(number <= last))
            yield from found

    @contextmanager
    def session(self, done: str) -> Iterator[Session]:
        """Open a session; the database's errors become a sentence on what cannot be `done`."""
        try:
            with Session(self.engine) as session:
                yield session
                session.commit()
        # Values of a wrong kind stand in an address, or in a row that was damaged.
        except (SQLAlchemyError, OSError, ValueError, TypeError, LookupError) as error:
            # Options after the address may hold a password too.
            shown = self.engine.url.set(query={}).render_as_string(hide_password=True)
            raise StoreError(
                f"The database '{shown}' cannot be {done}: {explain_fault(error)}."
            ) from error


def prepare_table(connection: sql.Connection) -> None:
    """Make the table, or add the column that tables of version 0.1 lack."""
    Base.metadata.create_all(connection)
    table = DrawingRecord.__tablename__
    if "owner" not in {column["name"] for column in sql.inspect(connection).get_columns(table)}:
        connection.execute(sql.text(f"ALTER TABLE {table} ADD COLUMN owner VARCHAR(64)"))
        connection.execute(sql.text(f"CREATE INDEX ix_{table}_owner ON {table} (owner)"))


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


def select(
    *,
    owner: str | None = None,
    label: str | None = None,
    only_misread: bool = False,
    since: datetime | None = None,
) -> sql.Select[DrawingRecord]:
    """Return the statement that selects the chosen rows, those of a `Choice`."""
    row = DrawingRecord
    chosen = sql.select(row)
    if owner is not None:
        chosen = chosen.where(row.owner == owner)
    if label is not None:
        chosen = chosen.where(row.label == label)
    if only_misread:
        chosen = chosen.where(sql.not_(is_right(row.label, row.read_as, row.status)))
    if since is not None:
        chosen = chosen.where(row.kept_at > without_zone(since))
    return chosen


def use_write_ahead_log(connection: Any, record: object) -> None:
    """Let readers read while one visitor writes."""
    connection.execute("PRAGMA journal_mode=WAL")
