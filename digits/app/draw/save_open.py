"""Take a drawing along as a file, and open such a file again."""

import streamlit as st

from digits.app.canvas.drawing_files import DrawingError, open_drawing, to_json, to_png
from digits.app.canvas.widget import Board, open_on_board

MAX_MEGABYTES = 2  # of a file, as drawing_files.MAX_BYTES


def show_files(board: Board) -> None:
    """Show a button behind which files are saved and opened."""
    with st.popover("Save or open", icon=":material/folder_open:"):
        show_saving(board)
        show_opening()


def show_saving(board: Board) -> None:
    """Offer the drawing as a picture and as strokes."""
    drawing = board.drawing
    is_empty = not drawing.strokes
    with st.container(horizontal=True):
        st.download_button(
            "Picture",
            b"" if is_empty else to_png(drawing),
            file_name="drawing.png",
            mime="image/png",
            icon=":material/image:",
            help="A PNG file; it carries the strokes, too",
            key="save_png",
            disabled=is_empty,
            on_click="ignore",
        )
        st.download_button(
            "Strokes",
            "" if is_empty else to_json(drawing),
            file_name="drawing.json",
            mime="application/json",
            icon=":material/gesture:",
            help="A JSON file: where the pen was, and how wide it drew",
            key="save_json",
            disabled=is_empty,
            on_click="ignore",
        )


def show_opening() -> None:
    """Take a file, and put what it holds on the canvas."""
    state = st.session_state
    state.setdefault("uploads", 0)
    key = f"drawing_file_{state.uploads}"  # a new key empties the field
    st.file_uploader(
        "Open a saved drawing",
        type=["png", "json", "jsonl"],
        key=key,
        on_change=open_upload,
        args=[key],
        max_upload_size=MAX_MEGABYTES,
    )
    if message := state.get("upload_message"):
        st.error(message, icon=":material/error:")


def open_upload(key: str) -> None:
    """Open the file of the field of that key, or keep the sentence on why not."""
    state = st.session_state
    upload = state.get(key)
    state.upload_message = None
    if upload is None:  # it was taken out of the field
        return
    try:
        open_on_board(open_drawing(upload.getvalue()))
    except DrawingError as error:
        state.upload_message = str(error)
        return
    state.uploads += 1
