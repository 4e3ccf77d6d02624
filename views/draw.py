"""Draw a digit with mouse, pen or finger, and see what it is read as."""

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from canvas import CANVAS_SIDE
from recognizer import Prediction, Recognizer
from views.reading import get_recognizer, show_reading

INK, PAPER = "#ffffff", "#000000"

Rgba = npt.NDArray[np.uint8]  # (280, 280, 4), [0, 255]
StrokeObject = dict[str, Any]  # a stroke as the canvas keeps it, a Fabric.js path


def main() -> None:
    """Lay out the view: the canvas on the left, the reading on the right."""
    st.title("Draw a digit")
    recognizer = get_recognizer()
    draw_and_read(recognizer)


@st.fragment
def draw_and_read(recognizer: Recognizer) -> None:
    """Rerun, after a stroke, nothing but canvas and reading."""
    left, right = st.columns([5, 6], gap="large")
    with left:
        board = st.container()  # above its brush, which it has to know
        brush = st.slider("Brush", 8, 40, 20, format="%d px", key="brush")
        with board:
            image, strokes = drawing_canvas(brush)
            edit_controls(strokes)
        is_live = st.toggle("Predict while drawing", value=True, key="live")
        is_asked = not is_live and st.button(
            "Predict", type="primary", key="predict", disabled=not strokes
        )
    with right:
        show_state(read_drawing(recognizer, image, strokes, is_wanted=is_live or is_asked))


def drawing_canvas(brush: int) -> tuple[Rgba | None, list[StrokeObject]]:
    """Show the canvas; return its picture, None before the first stroke, and strokes.

    The component keeps its drawing while it is on screen, and sends no picture after
    it has come back to it: what it sent last is kept here.
    """
    # The canvas' own toolbar floats above its right half: the left has room for words.
    st.caption("Mouse, pen or finger")
    state = st.session_state
    state.setdefault("start", {"objects": [], "edit": 0})
    if "kept" in state and "canvas" not in state:  # back from another view
        replace_drawing(state.kept["strokes"], image=state.kept["image"])
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
    if canvas.image_data is not None:
        strokes = (canvas.json_data or {}).get("objects", [])
        state.kept = {"strokes": strokes, "image": canvas.image_data}
    kept = state.get("kept", {"strokes": [], "image": None})
    return kept["image"], kept["strokes"]


def replace_drawing(strokes: list[StrokeObject], *, image: Rgba | None = None) -> None:
    """Put other strokes on the canvas; it takes them when `edit` has changed."""
    state = st.session_state
    state.start = {"objects": strokes, "edit": state.start["edit"] + 1}
    state.kept = {"strokes": strokes, "image": image}


def edit_controls(strokes: list[StrokeObject]) -> None:
    """Show buttons of our own to take back strokes: the canvas' need a mouse to appear."""
    with st.container(horizontal=True):
        st.button(
            "Undo stroke",
            icon=":material/undo:",
            key="undo",
            disabled=not strokes,
            on_click=replace_drawing,
            args=[strokes[:-1]],
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key="clear",
            disabled=not strokes,
            on_click=replace_drawing,
            args=[[]],
        )


def read_drawing(
    recognizer: Recognizer, image: Rgba | None, strokes: list[StrokeObject], *, is_wanted: bool
) -> Prediction | None:
    """Read the drawing, or return the last reading while it is still of this drawing.

    Returns:
        None when the drawing has not been read yet.
    """
    if image is None or not strokes:
        return recognizer.blank()
    if is_wanted:
        st.session_state.reading = strokes, recognizer.recognize(image)
    read_strokes, prediction = st.session_state.get("reading", (None, None))
    return prediction if read_strokes == strokes else None


def show_state(prediction: Prediction | None) -> None:
    """Show the reading, or what to do to get one."""
    if prediction is None:
        st.info("Press **Predict** to have it read.", icon=":material/touch_app:")
    elif prediction.status == "blank":
        st.info("Draw one digit from 0 to 9 on the black field.", icon=":material/draw:")
    else:
        show_reading(prediction)


main()
