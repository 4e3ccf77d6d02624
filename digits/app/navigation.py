"""How one view of the page leads to another.

st.switch_page(draw_page())
"""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

DRAW_PAGE = "draw_page"  # in the session's state


def draw_page() -> StreamlitPage:
    """Return the view that draws, as digits/app/page.py lists it."""
    page: StreamlitPage = st.session_state[DRAW_PAGE]
    return page
