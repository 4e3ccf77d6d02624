"""The page: draw digits or bring pictures of them, and see what they are read as.

streamlit run app.py
"""

from pathlib import Path

import streamlit as st

# A file of our own: Streamlit's named icons are fetched from another host.
ICON = Path(__file__).parent / "views" / "icon.png"

# The answer is what people look for: it is the largest thing on the page.
STYLE = """
<style>
.stMainBlockContainer { padding-top: 4.5rem; max-width: 56rem; }
[data-testid="stMetricValue"] { font-size: 5rem; font-weight: 600; line-height: 1.15; }
</style>
"""


def main() -> None:
    """Frame the page and run the view that its address names."""
    st.set_page_config(page_title="Handwritten digits", page_icon=ICON)
    st.html(STYLE)
    view = st.navigation(
        [
            st.Page("views/draw.py", title="Draw", icon=":material/draw:", default=True),
            st.Page("views/pictures.py", title="Read pictures", icon=":material/imagesmode:"),
            st.Page("views/model.py", title="The model", icon=":material/query_stats:"),
            st.Page("views/kept.py", title="Kept drawings", icon=":material/inventory_2:"),
        ],
        position="top",
    )
    view.run()


if __name__ == "__main__":
    main()
