"""The board: a canvas to draw on, and buttons that change what lies on it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digits.app.canvas.drawing import CANVAS_SIDE, INK, Drawing
from digits.app.canvas.history import remember_reading

PAPER = "#000000"
NO_DRAWING: dict[str, Any] = {"objects": [], "edit": 0}  # as the canvas takes it

Picture = npt.NDArray[np.uint8]  # (280, 280) or (280, 280, 4), [0, 255]


@dataclass(frozen=True, eq=False)
class Board:
    """What lies on the canvas: the canvas' own objects, their picture, and their strokes."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    picture: Picture | None = None
    drawing: Drawing = field(default_factory=Drawing)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.objects or self.picture is None

    def is_same(self, other: "Board") -> bool:
        """Whether both show the same strokes: the canvas writes them in ways of its own."""
        if self.objects == other.objects:
            return True
        return bool(self.drawing.strokes) and self.drawing == other.drawing


def show_board(brush: int) -> Board:
    """Show the canvas, and return what lies on it.

    The component keeps its drawing while it is on screen, and sends no picture after
    it has come back to it: what it sent last is kept here.
    """
    # The canvas' own toolbar floats above its right half: the left has room for words.
    st.caption("Mouse, pen or finger")
    state = st.session_state
    state.setdefault("start", NO_DRAWING)
    state.setdefault("board", Board())
    if "canvas" not in state and state.board.objects:  # back from another view
        put_on_canvas(state.board.objects)
    canvas = st_canvas(
        stroke_width=brush,
        stroke_color=INK,
        background_color=PAPER,
        width=CANVAS_SIDE,
        height=CANVAS_SIDE,
        initial_drawing=state.start,
        return_image_data=True,
        key="canvas",
    )
    # Right after a change from here the component still tells of the drawing before it.
    is_outdated = state.pop("is_outdated", False)
    if canvas.image_data is not None and not is_outdated:
        take_from_canvas((canvas.json_data or {}).get("objects", []), canvas.image_data)
    board: Board = state.board
    return board


def take_from_canvas(objects: list[dict[str, Any]], picture: Picture) -> None:
    """Keep what the canvas shows; a drawing that was wiped off it goes to the strip."""
    if not objects:
        remember_reading()
    st.session_state.board = Board(objects, picture, Drawing.from_objects(objects))


def replace_drawing(objects: list[dict[str, Any]]) -> None:
    """Put other strokes on the canvas."""
    drawing = Drawing.from_objects(objects)
    put_on_canvas(objects)
    st.session_state.board = Board(objects, drawing.draw(), drawing)
    st.session_state.is_outdated = True


def put_on_canvas(objects: list[dict[str, Any]]) -> None:
    """Have the canvas show these; it takes them when `edit` has changed."""
    edit = st.session_state.get("start", NO_DRAWING)["edit"]
    st.session_state.start = {"objects": objects, "edit": edit + 1}


def show_edit_buttons(board: Board) -> None:
    """Show buttons of our own to take back strokes: the canvas' need a mouse to appear."""
    st.button(
        "Undo stroke",
        icon=":material/undo:",
        key="undo",
        disabled=not board.objects,
        on_click=undo_stroke,
    )
    st.button(
        "Clear",
        icon=":material/delete:",
        key="clear",
        disabled=not board.objects,
        on_click=clear_board,
    )


def undo_stroke() -> None:
    """Take back the last stroke."""
    replace_drawing(st.session_state.board.objects[:-1])


def clear_board() -> None:
    """Wipe the canvas; the drawing goes to the strip."""
    remember_reading()
    replace_drawing([])


def open_on_board(drawing: Drawing) -> None:
    """Put a drawing on the canvas, to look at and to draw on; what lay there goes to the strip."""
    remember_reading()
    replace_drawing(drawing.to_objects())
