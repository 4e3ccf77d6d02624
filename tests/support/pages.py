"""The page without a browser: open it, go to one of its views, or show a view alone."""

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.support.paths import APP

SECONDS = 60  # that a run may take; the first one loads the model


def open_page() -> AppTest:
    """Return the whole page, not yet run; it begins with Draw."""
    return AppTest.from_file(str(APP), default_timeout=SECONDS)


def switch_page(app: AppTest, name: str) -> AppTest:
    """Go to the view of an address, as "kept"; AppTest's own way knows files alone."""
    app._page_hash = calc_hash(name)
    return app


def show_view(name: str) -> AppTest:
    """Return a view alone, without the page around it, not yet run."""
    script = f"""
from digits.app.page import list_views
from digits.app.{name} import page

list_views()
page.main()
"""
    return AppTest.from_string(script, default_timeout=SECONDS)
