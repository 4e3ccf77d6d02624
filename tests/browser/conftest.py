"""Fixtures: a running app, a Chromium, and its page on a desk and on a phone.

Without Chromium these tests are skipped and say how to get it; in CI that is a failure.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import demand_chromium, open_chromium, serve_app

TIMEOUT = 30_000  # milliseconds; the first visitor waits for TensorFlow to load

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the Chromium that is on the PATH."""
    with open_chromium(demand_chromium()) as browser:
        yield browser


@pytest.fixture(scope="session")
def app_url(chromium: Browser) -> Iterator[str]:
    """Serve the app."""
    with serve_app() as url:
        yield url


@pytest.fixture
def page(chromium: Browser, app_url: str) -> Iterator[Page]:
    """Open the app on a desk's screen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page.goto(app_url)
    yield page
    context.close()


@pytest.fixture
def phone(chromium: Browser, app_url: str) -> Iterator[Page]:
    """Open the app on a phone's screen, with touch."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page.goto(app_url)
    yield page
    context.close()
