"""A kept drawing: in the program, as a row of the database's table, as a line of a stroke file.

row = to_row(KeptDrawing(drawing, label="7", read_as="1", ...))
kept = to_kept(row)
line = to_line(kept)
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
from sqlalchemy import JSON, String
from sqlalchemy.exc import DataError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from digits.app.canvas.drawing import Drawing
from digits.app.canvas.drawing_files import DrawingError, read_brushes
from digits.data.strokes import parse_strokes
from digits.recognition.predictions import Prediction

MODEL_DIGITS = 12  # of a model file's SHA-256, to tell one from another

# What reading a damaged row raises: SQLAlchemy's types, PostgreSQL's driver, and ours.
DAMAGE = (
    *(ValueError, TypeError, OverflowError, LookupError, RecursionError),
    *(DataError, DrawingError),
)


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
            read_as=prediction.label or "",
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
    strokes = parse_strokes(row.strokes)
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
