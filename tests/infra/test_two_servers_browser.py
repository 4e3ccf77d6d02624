"""Two real servers with one PostgreSQL, visited in Chromium: directly, and through nginx."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.conftest import TIMEOUT
from tests.browser.test_kept import keep_as_nine
from tests.support.digit_drawings import draw, encode_png
from tests.support.hand import draw_with_mouse
from tests.support.nginx import serve_nginx
from tests.support.paths import PROJECT
from tests.support.postgresql import PostgreSQL
from tests.support.server_pair import Server, serve_pair

SEVEN = PROJECT / "tests" / "assets" / "seven.png"


@dataclass
class Place:
    """Two servers, and nginx's address before them."""

    one: Server
    two: Server
    url: str


@pytest.fixture(scope="module")
def place(chromium: Browser, postgresql: PostgreSQL, nginx: str) -> Iterator[Place]:
    """Start all of it."""
    settings = f'keep = true\ndatabase = "{postgresql.make_database()}"'
    with (
        serve_pair(settings=settings) as (one, two),
        serve_nginx(nginx, [one.url, two.url]) as url,
    ):
        yield Place(one, two, url)


@contextmanager
def visit(chromium: Browser, url: str, *, server: str = "") -> Iterator[Page]:
    """Open a page as a new visitor, or as one whose cookie names a server."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    if server:
        context.add_cookies([{"name": "digits_server", "value": server, "url": url}])
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page.goto(url)
    yield page
    context.close()


def read(page: Page, digit: int) -> None:
    """Draw a digit on an empty canvas, and see it read."""
    draw_with_mouse(page, digit)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(str(digit))


def server_of(page: Page) -> str:
    """Tell which server the visitor's cookie names."""
    return next(c["value"] for c in page.context.cookies() if c["name"] == "digits_server")


def test_what_is_kept_at_one_server_is_seen_and_deleted_at_the_other(
    chromium: Browser, place: Place
) -> None:
    with visit(chromium, place.one.url) as one:
        one.wait_for_function("document.cookie.includes('digits_owner=')")
        two = one.context.new_page()  # of the same browser: ports share its cookie
        two.set_default_timeout(TIMEOUT)
        two.goto(f"{place.two.url}/kept")
        expect(two.get_by_text("turn on Keep this drawing")).to_be_visible()
        draw_with_mouse(one, 4)
        keep_as_nine(one)
        two.reload()
        expect(two.get_by_alt_text("Drawing of: 9, read as 4")).to_be_visible()
        two.get_by_role("button", name="Delete", exact=True).click()
        expect(two.get_by_text("turn on Keep this drawing")).to_be_visible()
        one.get_by_role("link", name="Kept drawings").click()
        expect(one.get_by_text("turn on Keep this drawing")).to_be_visible()


def test_when_a_server_is_killed_visits_at_the_other_go_on_and_its_own_move(
    chromium: Browser, place: Place
) -> None:
    with (
        visit(chromium, place.url, server="one") as lost,
        visit(chromium, place.url, server="two") as safe,
    ):
        draw_with_mouse(safe, 4)
        keep_as_nine(safe)
        read(lost, 7)
        connections: list[WebSocket] = []  # from now on
        safe.on("websocket", lambda opened: connections.append(opened))
        assert (server_of(lost), server_of(safe)) == ("one", "two")

        place.one.kill()
        for digit in (1, 7, 2, 3) * 3:
            picture = encode_png(draw(digit))
            with urllib.request.urlopen(f"{place.url}/api/predict", picture) as answer:
                assert json.load(answer)["digit"] == digit

        # The visit has not begun anew: it still knows what it kept.
        safe.get_by_role("link", name="Kept drawings").click()
        expect(safe.get_by_alt_text("Drawing of: 9, read as 4")).to_be_visible()
        assert connections == []
        lost.reload()
        read(lost, 3)
        assert (server_of(lost), server_of(safe)) == ("two", "two")
        # Uploads go where the websocket is, with the cookie that the lost server gave.
        lost.get_by_role("link", name="Read pictures").click()
        lost.locator("input[type=file]").set_input_files(SEVEN)
        expect(lost.get_by_role("img", name="seven.png: 7")).to_be_visible()
