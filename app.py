"""The page: draw digits or bring pictures of them, and see what they are read as.

streamlit run app.py
"""

from pathlib import Path

import streamlit as st

from views.reading import worded

# A file of our own: Streamlit's named icons are fetched from another host.
ICON = Path(__file__).parent / "views" / "icon.png"

# The answer is what people look for: it is the largest thing on the page.
STYLE = """
<style>
.stMainBlockContainer { padding-top: 1rem; padding-bottom: 4rem; max-width: 56rem; }
[data-testid="stHeader"] { background: none; pointer-events: none; }
[data-testid="stMetricValue"] { font-size: 5rem; font-weight: 600; line-height: 1.15; }
@media (max-width: 640px) {  /* all four names in one line of a phone */
    .st-key-views { gap: 0.1rem !important; justify-content: space-between; }
    .st-key-views a > :first-child:not(:last-child) { display: none; }
    .st-key-views a { padding: 0.25rem 0.4rem; }
    .st-key-views p { font-size: 0.85rem; }
}
</style>
"""


def main() -> None:
    """Frame the page and run the view that its address names."""
    st.set_page_config(page_title=worded("Handwritten digits"), page_icon=ICON)
    st.html(STYLE)
    views = [
        st.Page("views/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("views/pictures.py", title="Read pictures", icon=":material/imagesmode:"),
        st.Page("views/model.py", title="The model", icon=":material/query_stats:"),
        st.Page("views/kept.py", title="Kept drawings", icon=":material/inventory_2:"),
    ]
    # Streamlit's own menu hides behind an arrow on phones.
    view = st.navigation(views, position="hidden")
    with st.container(horizontal=True, key="views"):
        for page in views:
            st.page_link(page, width="content")
    view.run()


if __name__ == "__main__":
    main()
