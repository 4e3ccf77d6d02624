"""A kept drawing: in the program, as a row of the database's table, as a line of a stroke file.

record = to_record(LabelledDrawing(drawing, label="7", read_as="1", ...), owner="5f...")
drawing = from_record(record)
line = to_line(drawing)
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import JSON, String
from sqlalchemy.exc import DataError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from digits.app.canvas.drawing import Drawing
from digits.app.canvas.drawing_files import DrawingError, read_brushes
from digits.classes import REJECT_NAME
from digits.data.stroke_files import format_strokes
from digits.data.strokes import parse_strokes
from digits.recognition.predictions import Prediction

MODEL_DIGITS = 12  # of a model file's SHA-256, to tell one from another
TEXTS = ("label", "read_as", "status", "model")
# What a drawing, its row and its line have in common, in the order of the line.
SHARED = ("label", "read_as", "confidence", "status", "model")

# What reading a damaged row raises: SQLAlchemy's types, PostgreSQL's driver, and ours.
DAMAGE = (
    *(ValueError, TypeError, OverflowError, LookupError, RecursionError),
    *(DataError, DrawingError),
)


@dataclass(frozen=True)
class LabelledDrawing:
    """A drawing with its label, and what the model made of it.

    Attributes:
        drawing: the strokes.
        label: what the person says that it shows; "none" for a non-digit.
        read_as: the class that the model read.
        confidence: `Prediction.confidence` of that reading, in [0, 1].
        status: of that reading: "digit" or "unsure".
        model: first 12 digits of the model file's SHA-256; "" where it has no card.
        kept_at: when, UTC, to the second.
        number: its key in the table; 0 before it is saved.
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
    def of(cls, drawing: Drawing, prediction: Prediction, *, label: str, sha256: str) -> Self:
        """Combine a drawing, its true label, and what the model of `sha256` read."""
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
        """Whether the model was wrong about it."""
        return not is_right(self.label, self.read_as, self.status)


def is_right(label: Any, read_as: Any, status: Any) -> Any:
    """Whether a reading was right: it is the label, or the model doubted a non-digit.

    The page, its counter and the database ask this one function: it takes texts and returns
    a bool, or columns of the table and returns a condition of SQL.
    """
    return (label == read_as) | ((label == REJECT_NAME) & (status == "unsure"))


class Base(DeclarativeBase):
    """The tables of this module."""


class DrawingRecord(Base):
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
    # SHA-256 of a browser's cookie; None in rows from before there was one, the operator's alone.
    owner: Mapped[str | None] = mapped_column(String(64), index=True)

    __table_args__ = {"sqlite_autoincrement": True}  # no number is given twice


def to_record(drawing: LabelledDrawing, *, owner: str | None) -> DrawingRecord:
    """Turn a drawing into a row of the table; places are kept to a tenth of a pixel."""
    return DrawingRecord(
        **{name: getattr(drawing, name) for name in SHARED},
        number=drawing.number or None,
        strokes=drawing.drawing.rounded()[0],
        brushes=[float(brush) for brush in drawing.drawing.brushes],
        kept_at=without_zone(drawing.kept_at),
        owner=owner,
    )


def from_record(record: DrawingRecord) -> LabelledDrawing:
    """Turn a row into a drawing; raises one of `DAMAGE` if that cannot be drawn."""
    strokes = parse_strokes(record.strokes)
    shared = {name: getattr(record, name) for name in SHARED}
    if not all(is_text(shared[name]) for name in TEXTS):
        raise TypeError(f"{', '.join(TEXTS)} are texts")
    if not 0 <= record.confidence <= 1:
        raise ValueError("the confidence is not between 0 and 1")
    if not isinstance(record.kept_at, datetime):
        raise TypeError("kept_at is a moment")
    return LabelledDrawing(
        Drawing(strokes, read_brushes(record.brushes, len(strokes))),
        **shared,
        kept_at=record.kept_at.replace(tzinfo=UTC),
        number=record.number,
    )


def is_text(value: object) -> bool:
    """Whether a value is a text: SQLite keeps what a column is given, of any kind."""
    return isinstance(value, str)


def to_line(drawing: LabelledDrawing) -> str:
    """Write a drawing as a line of a stroke file."""
    line = format_strokes(
        drawing.drawing.strokes,
        brushes=list(drawing.drawing.brushes),
        **{name: getattr(drawing, name) for name in SHARED},
        kept_at=drawing.kept_at.isoformat(timespec="seconds"),
    )
    return line + "\n"


def without_zone(moment: datetime) -> datetime:
    """Write a moment in UTC, as the table has it."""
    return moment.astimezone(UTC).replace(tzinfo=None)
