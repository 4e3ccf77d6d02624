"""Labelled drawings that people chose to keep: one table in a SQL database.

    store = DrawingStore("sqlite:///kept_drawings.db")
    number = store.keep(KeptDrawing(drawing, label="7", read_as="1", ...))
    lines = store.export()  # a stroke file, as train.py --drawings takes it

No address and no name is kept: strokes, what they show, what they were read as, by
which model, and when.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import JSON, String, create_engine, delete, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from canvas import Drawing

DEFAULT_URL = "sqlite:///kept_drawings.db"
BUSY_SECONDS = 30  # that a writer waits for another one, with SQLite


@dataclass(frozen=True)
class KeptDrawing:
    """A drawing with its label, and what the model made of it.

    Attributes:
        drawing: the strokes.
        label: what the person says that it shows.
        read_as: the class that the model read.
        confidence: of that reading, in [0, 1].
        status: of that reading: "digit" or "unsure".
        model: first 12 digits of the model file's SHA-256.
        kept_at: when, UTC.
        number: its key in the table; 0 before it is kept.
    """

    drawing: Drawing
    label: str
    read_as: str
    confidence: float
    status: str
    model: str
    kept_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    number: int = 0


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
    model: Mapped[str] = mapped_column(String(12))
    kept_at: Mapped[datetime]  # UTC, without a zone: SQLite knows none


class DrawingStore:
    """The kept drawings of one database; threads and visitors share it."""

    def __init__(self, url: str = DEFAULT_URL) -> None:
        """Open the database, and make its table if it has none.

        Args:
            url: of SQLAlchemy's form, "sqlite:///file.db" or "postgresql+psycopg://...".
        """
        address = make_url(url)
        waits = {"timeout": BUSY_SECONDS} if is_sqlite(address) else {}
        self.engine = create_engine(address, connect_args=waits)
        if is_sqlite(address):
            event.listen(self.engine, "connect", use_write_ahead_log)
        Base.metadata.create_all(self.engine)

    def keep(self, kept: KeptDrawing) -> int:
        """Store a drawing; return its number."""
        row = Row(
            strokes=[np.round(stroke, 1).tolist() for stroke in kept.drawing.strokes],
            brushes=list(kept.drawing.brushes),
            label=kept.label,
            read_as=kept.read_as,
            confidence=kept.confidence,
            status=kept.status,
            model=kept.model,
            kept_at=kept.kept_at.astimezone(UTC).replace(tzinfo=None),
        )
        with Session(self.engine) as session, session.begin():
            session.add(row)
            session.flush()
            return row.number

    def find(
        self,
        *,
        label: str | None = None,
        only_misread: bool = False,
        numbers: Collection[int] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[KeptDrawing]:
        """List drawings, the latest first.

        Args:
            label: of this digit alone. Defaults to every label.
            only_misread: leave out what was read right. Defaults to False.
            numbers: of these alone, as a visitor's own. Defaults to all.
            limit: at most so many. Defaults to no limit.
            offset: leave out so many of the latest. Defaults to none.
        """
        chosen = select(Row).where(*conditions(label, only_misread, numbers))
        ordered = chosen.order_by(Row.number.desc()).limit(limit).offset(offset)
        with Session(self.engine) as session:
            return [to_kept(row) for row in session.scalars(ordered)]

    def count(
        self,
        *,
        label: str | None = None,
        only_misread: bool = False,
        numbers: Collection[int] | None = None,
    ) -> int:
        """Count what `find` would list without a limit."""
        chosen = select(func.count()).select_from(Row)
        with Session(self.engine) as session:
            found = session.scalar(chosen.where(*conditions(label, only_misread, numbers)))
        return found or 0

    def delete(self, numbers: Collection[int] | None = None) -> int:
        """Delete drawings by number, or all; return how many there were."""
        with Session(self.engine) as session, session.begin():
            chosen = delete(Row).where(*conditions(None, False, numbers)).returning(Row.number)
            return len(session.scalars(chosen).all())

    def export(self, *, numbers: Collection[int] | None = None) -> Iterator[str]:
        """Yield the lines of a stroke file, the oldest drawing first."""
        for kept in reversed(self.find(numbers=numbers)):
            yield json.dumps(
                {
                    "label": kept.label,
                    "strokes": [stroke.tolist() for stroke in kept.drawing.strokes],
                    "brushes": list(kept.drawing.brushes),
                    "read_as": kept.read_as,
                    "confidence": kept.confidence,
                    "status": kept.status,
                    "model": kept.model,
                    "kept_at": kept.kept_at.isoformat(timespec="seconds"),
                }
            )


def conditions(label: str | None, only_misread: bool, numbers: Collection[int] | None) -> list[Any]:
    """Return what SQL has to ask for."""
    asked: list[Any] = []
    if label is not None:
        asked.append(Row.label == label)
    if only_misread:
        asked.append(Row.label != Row.read_as)
    if numbers is not None:
        asked.append(Row.number.in_(numbers))
    return asked


def to_kept(row: Row) -> KeptDrawing:
    """Turn a row of the table into a drawing."""
    strokes = tuple(np.asarray(stroke, dtype=np.float64) for stroke in row.strokes)
    return KeptDrawing(
        Drawing(strokes, tuple(row.brushes)),
        label=row.label,
        read_as=row.read_as,
        confidence=row.confidence,
        status=row.status,
        model=row.model,
        kept_at=row.kept_at.replace(tzinfo=UTC),
        number=row.number,
    )


def is_sqlite(address: URL) -> bool:
    """Whether an address is of SQLite."""
    return address.get_backend_name() == "sqlite"


def use_write_ahead_log(connection: Any, record: object) -> None:
    """Let readers read while one visitor writes."""
    connection.execute("PRAGMA journal_mode=WAL")
