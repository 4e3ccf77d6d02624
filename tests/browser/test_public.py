"""Kept drawings on a server that others can reach, on a phone in real Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import visit
from tests.support.accessibility import find_serious_faults
from tests.support.app_server import serve_app


@contextmanager
def visit_kept(pocket: BrowserContext, *, settings: str) -> Iterator[Page]:
    """Serve to everybody by these settings, and open Kept drawings on a phone."""
    served = serve_app(address="0.0.0.0", settings=settings)
    with served as url, visit(pocket, f"{url}/kept") as page:
        yield page
        assert find_serious_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_is_kept_until_the_operator_says_so_and_the_page_tells_how(
    pocket: BrowserContext,
) -> None:
    with visit_kept(pocket, settings="") as page:
        expect(page.get_by_text("Drawings are not kept on this page.")).to_be_visible()
        page.get_by_text("You run this server?").click()
        expect(page.get_by_text("operator_password =")).to_be_visible()


def test_only_the_operator_gets_to_all_drawings_by_the_password(pocket: BrowserContext) -> None:
    settings = 'keep = true\noperator_password = "open sesame"'
    with visit_kept(pocket, settings=settings) as page:
        expect(page.get_by_text("What you kept with this browser.")).to_be_visible()
        page.get_by_text("You run this server?").click()
        password, send = page.get_by_label("Operator's password"), page.get_by_text("Show all")
        password.fill("guess")
        send.click()
        expect(page.get_by_text("That is not the password.")).to_be_visible()
        password.fill("open sesame")
        send.click()
        expect(page.get_by_text("All drawings that visitors kept.")).to_be_visible()
        page.get_by_role("button", name="Leave as operator").click()
        expect(page.get_by_text("What you kept with this browser.")).to_be_visible()
