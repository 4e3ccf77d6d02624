"""The last readings of a visit: a drawing joins them when it leaves the canvas.

Undo takes strokes back and is no leaving; clearing, opening another drawing and the
canvas' own reset are.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import streamlit as st

from digits.app.canvas.drawing import Drawing
from digits.app.canvas.reading import CanvasReading

if TYPE_CHECKING:  # recognizer.py loads TensorFlow; board.py is above this module
    from digits.app.canvas.widget import Board
    from digits.recognition.recognizer import Recognizer

KEPT = 8  # readings; two rows of four on a phone
THUMBNAIL_SIDE = 144  # pixels; twice what a plain screen shows, for sharp ones


@dataclass(frozen=True, eq=False)
class HeldReading:
    """The reading on screen, and of what and by whom it is."""

    board: "Board"
    recognizer: "Recognizer"
    reading: CanvasReading


@dataclass(frozen=True, eq=False)
class PastReading:
    """A drawing that was read, its answer, a small picture of it, and its key in this visit."""

    drawing: Drawing
    answer: str
    thumbnail: npt.NDArray[np.uint8]  # (144, 144), white on black
    key: int


def remember_reading() -> None:
    """Put the drawing on the canvas among the past ones, if it has been read."""
    state = st.session_state
    held: HeldReading | None = state.get("held")
    if held is None or not held.reading.text or not held.board.is_same(state.board):
        return
    if not held.board.drawing.strokes:
        return
    state.past_count = state.get("past_count", 0) + 1
    drawn = held.board.drawing
    past = PastReading(drawn, held.reading.text, draw_small(drawn), state.past_count)
    state.past = put_first(past, state.get("past", ()))


def put_first(new: PastReading, past: tuple[PastReading, ...]) -> tuple[PastReading, ...]:
    """Return the last readings, the latest first; the same drawing stands there once."""
    others = [old for old in past if old.drawing != new.drawing]
    return (new, *others)[:KEPT]


def draw_small(drawing: Drawing) -> npt.NDArray[np.uint8]:
    """Draw a thumbnail."""
    size = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    small = cv2.resize(drawing.draw(), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
