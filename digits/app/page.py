"""The page: draw digits or bring pictures of them, and see the predictions.

streamlit run app.py
"""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from digits.app.navigation import DRAW_PAGE
from digits.app.prediction_view import page_noun
from digits.preprocessing.loader import set_up_process

# A file of our own: Streamlit's named icons are fetched from another host.
ICON = Path(__file__).with_name("icon.png")


def main() -> None:
    """Frame the page and run the view that its address names."""
    set_up_process()
    st.set_page_config(page_title=f"Handwritten {page_noun()}s", page_icon=ICON)
    st.html(Path(__file__).with_suffix(".css"))
    views = list_views()
    # Streamlit's own menu hides behind an arrow on phones.
    view = st.navigation(views, position="hidden")
    with st.container(horizontal=True, key="views"):
        for page in views:
            st.page_link(page, width="content")
    view.run()


def list_views() -> list[StreamlitPage]:
    """Return the views in the order in which the page lists them; the first one draws."""
    views = [
        st.Page(show_draw, title="Draw", icon=":material/draw:", url_path="draw", default=True),
        st.Page(
            show_pictures, title="Read pictures", icon=":material/imagesmode:", url_path="pictures"
        ),
        st.Page(show_model, title="The model", icon=":material/query_stats:", url_path="model"),
        st.Page(show_kept, title="Kept drawings", icon=":material/inventory_2:", url_path="kept"),
    ]
    st.session_state[DRAW_PAGE] = views[0]
    return views


# Each view is imported when it is opened: the first one needs no Pandas and Altair of the
# others, and the canvas can be imported by a running page alone.


def show_draw() -> None:
    """Show the view that reads what is drawn."""
    from digits.app.draw import page

    page.main()


def show_pictures() -> None:
    """Show the view that reads files."""
    from digits.app.pictures import page

    page.main()


def show_model() -> None:
    """Show the view of the model's figures."""
    from digits.app.model import page

    page.main()


def show_kept() -> None:
    """Show the view of the drawings that visitors gave."""
    from digits.app.kept import page

    page.main()
