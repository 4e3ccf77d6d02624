"""What lies on the canvas, and what the Draw page remembers of a visit.

    state = get_draw_state()
    state.board.drawing                  # what is on the canvas
    state.remember_reading()             # it joins the history, as it leaves the canvas

A drawing joins the history when it leaves the canvas. Undo takes strokes back and is no
leaving; clearing, opening another drawing and the canvas' own reset are.
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from digits.app.canvas.drawing import Drawing
from digits.app.canvas.reading import CanvasReading
from digits.data.strokes import Canvas
from digits.preprocessing.arrays import Image
from digits.recognition.recognizer import Recognizer

MAX_REMEMBERED = 8  # readings; two rows of four on a phone
THUMBNAIL_SIDE = 144  # pixels; twice what a plain screen shows, for sharp ones


@dataclass(frozen=True, eq=False)
class Board:
    """What lies on the canvas.

    Attributes:
        objects: the strokes as the canvas keeps them, Fabric.js paths.
        picture: what the canvas shows, (280, 280) or (280, 280, 4).
        drawing: the strokes.
    """

    objects: list[dict[str, Any]] = field(default_factory=list)
    picture: Image = field(default_factory=Drawing().draw)
    drawing: Drawing = field(default_factory=Drawing)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.objects

    def is_same(self, other: "Board") -> bool:
        """Whether both show the same strokes: the canvas writes them in ways of its own."""
        if self.objects == other.objects:
            return True
        return bool(self.drawing.strokes) and self.drawing == other.drawing


@dataclass(frozen=True, eq=False)
class HeldReading:
    """The reading on screen, and of what and by whom it is."""

    board: Board
    recognizer: Recognizer
    reading: CanvasReading


@dataclass(frozen=True, eq=False)
class PastReading:
    """A drawing that was read, its answer, a small picture of it, and its key in this visit."""

    drawing: Drawing
    answer: str
    thumbnail: Canvas  # (144, 144)
    key: int


@dataclass
class DrawState:
    """State of one visitor's Draw page.

    Attributes:
        start: what the canvas shall show; it takes it when `edit` has changed.
        board: what lies on the canvas.
        is_outdated: the canvas still tells of the drawing before.
        held: the reading on screen.
        history: the last readings, the latest first.
        count: of the readings that ever joined the history.
        uploads: files that were opened; it empties the field for the next one.
        upload_message: why the last file was not opened.
    """

    start: dict[str, Any] = field(default_factory=lambda: {"objects": [], "edit": 0})
    board: Board = field(default_factory=Board)
    is_outdated: bool = False
    held: HeldReading | None = None
    history: tuple[PastReading, ...] = ()
    count: int = 0
    uploads: int = 0
    upload_message: str = ""

    def put_on_canvas(self, objects: list[dict[str, Any]]) -> None:
        """Have the canvas show these strokes."""
        self.start = {"objects": objects, "edit": self.start["edit"] + 1}

    def replace_drawing(self, objects: list[dict[str, Any]]) -> None:
        """Put other strokes on the canvas and on the board."""
        drawing = Drawing.from_objects(objects)
        self.put_on_canvas(objects)
        self.board = Board(objects, drawing.draw(), drawing)
        self.is_outdated = True

    def remember_reading(self) -> None:
        """Put the drawing on the canvas into the history, if it has been read."""
        held = self.held
        if held is None or not held.reading.text or not held.board.is_same(self.board):
            return
        drawing = held.board.drawing
        if drawing.strokes:
            self.count += 1
            thumbnail = drawing.draw_small(THUMBNAIL_SIDE)
            past = PastReading(drawing, held.reading.text, thumbnail, self.count)
            self.history = put_first(past, self.history)


def get_draw_state() -> DrawState:
    """Return the state of this visitor's Draw page."""
    state: DrawState = st.session_state.setdefault("draw", DrawState())
    return state


def put_first(new: PastReading, past: tuple[PastReading, ...]) -> tuple[PastReading, ...]:
    """Return the last readings, the latest first; the same drawing stands there once."""
    others = [old for old in past if old.drawing != new.drawing]
    return (new, *others)[:MAX_REMEMBERED]
