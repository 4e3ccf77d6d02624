"""Labelled drawings that people chose to keep: one table in a SQL database.

    store = DrawingStore("sqlite:///kept_drawings.db")
    number = store.keep(KeptDrawing(drawing, label="7", read_as="1", ...))
    Path("kept.jsonl").write_text("".join(store.export()))  # for train.py --drawings

No address and no name is kept: strokes, what they show, what they were read as, by
which model, and when.
"""

import json
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sqlalchemy import (
    JSON,
    BindParameter,
    Select,
    String,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    select,
)
from sqlalchemy.engine import URL, CursorResult, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from canvas import Drawing
from drawing_files import DrawingError, read_brushes
from strokes import check_range, to_points

if TYPE_CHECKING:  # TensorFlow is not needed to look at drawings
    from recognizer import Prediction

DEFAULT_URL = f"sqlite:///{Path(__file__).with_name('kept_drawings.db').as_posix()}"
BUSY_SECONDS = 10  # that a writer waits for another one, with SQLite
EXPORT_ROWS = 500  # read at once; between them others may write
MODEL_DIGITS = 12  # of a model file's SHA-256, to tell one from another

# What reading a damaged row raises: SQLAlchemy's types, and ours.
DAMAGE = (ValueError, TypeError, OverflowError, LookupError, RecursionError, DrawingError)

# What databases say, and what that means to a person.
REASONS = {
    "unable to open": "its folder is missing, or closed to this program",
    "readonly": "this program may not write to it",
    "locked": "another program holds it; try again in a moment",
    "full": "the disk is full",
    "not a database": "that file is something else",
    "malformed": "the file is damaged",
    "no such table": "its table is gone; start the program again to make a new one",
}


logger = logging.getLogger(__name__)


class StoreError(Exception):
    """A database that cannot be used; the text is one sentence for a person."""


@dataclass(frozen=True)
class KeptDrawing:
    """A drawing with its label, and what the model made of it.

    Attributes:
        drawing: the strokes.
        label: what the person says that it shows; "none" for what is no digit.
        read_as: the class that the model read.
        confidence: of that reading, in [0, 1].
        status: of that reading: "digit" or "unsure".
        model: first 12 digits of the model file's SHA-256; "" where it has no card.
        kept_at: when, UTC, to the second.
        number: its key in the table; 0 before it is kept.
    """

    drawing: Drawing
    label: str
    read_as: str
    confidence: float
    status: str
    model: str
    kept_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    number: int = 0

    @classmethod
    def of(cls, drawing: Drawing, prediction: "Prediction", *, label: str, sha256: str) -> Self:
        """Set a drawing, what the model of `sha256` read, and the truth side by side."""
        return cls(
            drawing,
            label=label,
            read_as=prediction.digit or "",
            confidence=round(prediction.confidence, 4),
            status=prediction.status,
            model=sha256[:MODEL_DIGITS],
        )

    @property
    def is_misread(self) -> bool:
        """Whether the model took it for something else."""
        return self.label != self.read_as


class Base(DeclarativeBase):
    """The tables of this module."""


class Row(Base):
    """One kept drawing, as the table holds it."""

    __tablename__ = "drawings"

    number: Mapped[int] = mapped_column(primary_key=True)
    strokes: Mapped[list[Any]] = mapped_column(JSON)
    brushes: Mapped[list[Any]] = mapped_column(JSON)
    label: Mapped[str] = mapped_column(String(40), index=True)
    read_as: Mapped[str] = mapped_column(String(40))
    confidence: Mapped[float]
    status: Mapped[str] = mapped_column(String(10))
    model: Mapped[str] = mapped_column(String(MODEL_DIGITS))
    kept_at: Mapped[datetime]  # UTC, without a zone: SQLite knows none

    __table_args__ = {"sqlite_autoincrement": True}  # no number is given twice


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
            waits = {"timeout": BUSY_SECONDS} if is_sqlite(address) else {}
            self.engine = create_engine(address, connect_args=waits)
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
            said = first_line(getattr(error, "orig", None) or error)
            known = (reason for words, reason in REASONS.items() if words in said)
            shown = self.engine.url.render_as_string(hide_password=True)
            raise StoreError(
                f"The database '{shown}' cannot be {done}: {next(known, said)}."
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


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, without its full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


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


def to_row(kept: KeptDrawing) -> Row:
    """Turn a drawing into a row of the table; places are kept to a tenth of a pixel."""
    return Row(
        number=kept.number or None,
        strokes=[np.round(stroke, 1).tolist() for stroke in kept.drawing.strokes],
        brushes=[float(brush) for brush in kept.drawing.brushes],
        label=kept.label,
        read_as=kept.read_as,
        confidence=kept.confidence,
        status=kept.status,
        model=kept.model,
        kept_at=without_zone(kept.kept_at),
    )


def to_kept(row: Row) -> KeptDrawing:
    """Turn a row of the table into a drawing; raises one of `DAMAGE` if that cannot be drawn."""
    strokes = tuple(to_points(stroke) for stroke in row.strokes)
    check_range(strokes)
    brushes = read_brushes(row.brushes, len(strokes))
    if not all(map(is_text, (row.label, row.read_as, row.status, row.model))):
        raise TypeError("label, read_as, status and model are texts")
    if not 0 <= row.confidence <= 1:
        raise ValueError("the confidence is not between 0 and 1")
    if not isinstance(row.kept_at, datetime):
        raise TypeError("kept_at is a moment")
    return KeptDrawing(
        Drawing(strokes, brushes),
        label=row.label,
        read_as=row.read_as,
        confidence=row.confidence,
        status=row.status,
        model=row.model,
        kept_at=row.kept_at.replace(tzinfo=UTC),
        number=row.number,
    )


def is_text(value: object) -> bool:
    """Whether a value is a text: SQLite keeps what a column is given, of any kind."""
    return isinstance(value, str)


def to_line(kept: KeptDrawing) -> str:
    """Write a drawing as a line of a stroke file."""
    record = {
        "label": kept.label,
        "strokes": [stroke.tolist() for stroke in kept.drawing.strokes],
        "brushes": list(kept.drawing.brushes),
        "read_as": kept.read_as,
        "confidence": kept.confidence,
        "status": kept.status,
        "model": kept.model,
        "kept_at": kept.kept_at.isoformat(timespec="seconds"),
    }
    return json.dumps(record) + "\n"


def without_zone(moment: datetime) -> datetime:
    """Write a moment in UTC, as the table has it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def is_sqlite(address: URL) -> bool:
    """Whether an address is of SQLite."""
    return address.get_backend_name() == "sqlite"


def use_write_ahead_log(connection: Any, record: object) -> None:
    """Let readers read while one visitor writes."""
    connection.execute("PRAGMA journal_mode=WAL")
