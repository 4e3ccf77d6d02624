"""The last readings of a visit, each of which can be opened again on the canvas."""

import streamlit as st

from digits.app.canvas.board import PastReading, get_draw_state
from digits.app.canvas.widget import open_on_board
from digits.app.draw.number_view import TILE_WIDTH
from digits.preprocessing.image_io import to_data_url


def show_history() -> None:
    """Show the last readings, the latest first; nothing before there is one."""
    history = get_draw_state().history
    if not history:
        return
    st.header("Earlier", anchor=False)
    with st.container(horizontal=True, gap="xsmall", key="strip"):
        for past in history:
            show_tile(past)


def show_tile(past: PastReading) -> None:
    """Show one drawing with a button that opens it."""
    with st.container(width=TILE_WIDTH, gap="xsmall"):
        alt = f"A drawing read as {past.answer}"
        st.image(to_data_url(past.thumbnail), alt=alt, width=TILE_WIDTH)
        st.button(
            f"Open {past.answer}",
            key=f"open_{past.key}",
            help="Put it back on the canvas",
            on_click=open_on_board,
            args=[past.drawing],
            type="tertiary",
            width="stretch",
        )
