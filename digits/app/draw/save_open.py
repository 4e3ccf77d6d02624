"""Take a drawing along as a file, and open such a file again."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from digits.app.canvas.board import Board, get_draw_state
from digits.app.canvas.drawing_files import MAX_BYTES, DrawingError, open_drawing, to_json, to_png
from digits.app.canvas.widget import open_on_board


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
    state = get_draw_state()
    key = f"drawing_file_{state.uploads}"  # a new key empties the field
    st.file_uploader(
        "Open a saved drawing",
        type=["png", "json", "jsonl"],
        key=key,
        on_change=open_upload,
        args=[key],
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    if state.upload_message:
        st.error(state.upload_message, icon=":material/error:")


def open_upload(key: str) -> None:
    """Open the file of the field of that key, or note why it cannot be opened."""
    state = get_draw_state()
    upload: UploadedFile | None = st.session_state.get(key)
    state.upload_message = ""
    if upload is None:  # it was taken out of the field
        return
    try:
        open_on_board(open_drawing(upload.getvalue()))
    except DrawingError as error:
        state.upload_message = str(error)
        return
    state.uploads += 1
