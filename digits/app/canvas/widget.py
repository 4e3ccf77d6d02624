"""The canvas to draw on, and buttons that change what lies on it."""

from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digits.app.canvas.board import Board, get_draw_state
from digits.app.canvas.drawing import CANVAS_SIDE, INK, Drawing

PAPER = "#000000"


def show_board(brush: int) -> Board:
    """Show the canvas, and return what lies on it.

    The component keeps its drawing while it is on screen, and sends no picture after
    it has come back to it: what it sent last is kept here.
    """
    # The canvas' own toolbar floats above its right half: the left has room for words.
    st.caption("Mouse, pen or finger")
    state = get_draw_state()
    if "canvas" not in st.session_state and state.board.objects:  # back from another view
        state.put_on_canvas(state.board.objects)
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
    is_outdated, state.is_outdated = state.is_outdated, False
    if canvas.image_data is not None and not is_outdated:
        objects: list[dict[str, Any]] = (canvas.json_data or {}).get("objects", [])
        if not objects:  # the canvas' own reset
            state.remember_reading()
        state.board = Board(objects, canvas.image_data, Drawing.from_objects(objects))
    return state.board


def show_edit_buttons(board: Board) -> None:
    """Show buttons of our own to take back strokes: the canvas' need a mouse to appear."""
    for label, icon, key, action in (
        ("Undo stroke", ":material/undo:", "undo", undo_stroke),
        ("Clear", ":material/delete:", "clear", clear_board),
    ):
        st.button(label, icon=icon, key=key, disabled=not board.objects, on_click=action)


def undo_stroke() -> None:
    """Take back the last stroke."""
    state = get_draw_state()
    state.replace_drawing(state.board.objects[:-1])


def clear_board() -> None:
    """Wipe the canvas; the drawing joins the history."""
    open_on_board(Drawing())


def open_on_board(drawing: Drawing) -> None:
    """Put a drawing on the canvas, to look at and to draw on; what lay there joins the history."""
    state = get_draw_state()
    state.remember_reading()
    state.replace_drawing(drawing.to_objects())
