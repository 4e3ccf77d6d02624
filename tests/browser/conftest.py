"""Fixtures: a running app, and its page in Chromium on a desk and on a phone."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.app_server import serve_app

TIMEOUT = 30_000  # milliseconds; cores are shared

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def app_url(chromium: Browser) -> Iterator[str]:
    """Serve the app."""
    with serve_app() as url:
        yield url


@pytest.fixture(scope="session")
def desk(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser on a desk's screen: one visitor, who comes again and again."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(TIMEOUT)
        yield context


@pytest.fixture(scope="session")
def pocket(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser on a phone's screen, with touch."""
    with chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as context:
        context.set_default_timeout(TIMEOUT)
        yield context


@pytest.fixture
def page(desk: BrowserContext, app_url: str) -> Iterator[Page]:
    """Open the app on a desk's screen."""
    with visit(desk, app_url) as page:
        yield page


@pytest.fixture
def phone(pocket: BrowserContext, app_url: str) -> Iterator[Page]:
    """Open the app on a phone's screen, with touch."""
    with visit(pocket, app_url) as page:
        yield page


@contextmanager
def visit(context: BrowserContext, url: str) -> Iterator[Page]:
    """Open an address in a new tab; when that is closed, all that the page stored is forgotten.

    What it loaded is not: to load and compile the page's code anew takes seconds.
    """
    with context.new_page() as page:
        page.goto(url)
        try:
            yield page
        finally:
            page.evaluate("localStorage.clear()")
            context.clear_cookies()
