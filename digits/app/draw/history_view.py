"""A strip of the last readings, each of which can be opened again on the canvas."""

import streamlit as st

from digits.app.canvas.history import PastReading
from digits.app.canvas.widget import open_on_board
from digits.preprocessing.image_io import to_data_url

TILE_WIDTH = 76  # screen pixels; four stand side by side on a phone


def show_strip() -> None:
    """Show the last readings, the latest first; nothing before there is one."""
    past: tuple[PastReading, ...] = st.session_state.get("past", ())
    if not past:
        return
    st.header("Earlier", anchor=False)
    with st.container(horizontal=True, gap="xsmall", key="strip"):
        for old in past:
            show_tile(old)


def show_tile(old: PastReading) -> None:
    """Show one drawing with a button that opens it."""
    with st.container(width=TILE_WIDTH, gap="xsmall"):
        st.image(
            to_data_url(old.thumbnail), alt=f"A drawing read as {old.answer}", width=TILE_WIDTH
        )
        st.button(
            f"Open {old.answer}",
            key=f"open_{old.key}",
            help="Put it back on the canvas",
            on_click=open_on_board,
            args=[old.drawing],
            type="tertiary",
            width="stretch",
        )
