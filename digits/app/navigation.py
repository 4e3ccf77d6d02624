"""The views of the page, and how one view leads to another.

st.switch_page(draw_page())
"""

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def list_views() -> list[StreamlitPage]:
    """Return the views in the order in which the page lists them."""
    # Imported here: a view may lead to another one.
    from digits.app.kept import page as kept
    from digits.app.model import page as model
    from digits.app.pictures import page as pictures

    return [
        draw_page(),
        st.Page(
            pictures.main,
            title="Read pictures",
            icon=":material/imagesmode:",
            url_path="pictures",
        ),
        st.Page(model.main, title="The model", icon=":material/query_stats:", url_path="model"),
        st.Page(kept.main, title="Kept drawings", icon=":material/inventory_2:", url_path="kept"),
    ]


def draw_page() -> StreamlitPage:
    """Return the view that draws, which is where the page begins."""
    from digits.app.draw import page as draw

    return st.Page(draw.main, title="Draw", icon=":material/draw:", url_path="draw", default=True)
