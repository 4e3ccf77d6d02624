"""Two servers behind nginx: who is sent where, and what happens when one is lost.

The servers here only note what reaches them; tests/infra/test_two_servers_browser.py has real ones.
"""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.live_server import find_free_port
from tests.support.nginx import serve_nginx
from tests.support.paths import PROJECT

PICTURE = (PROJECT / "tests" / "assets" / "seven.png").read_bytes()
FORGET = "0s"  # instead of the file's 10: until the next second
RETURN_SECONDS = 1.1
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}
PROBLEM = {"title": "Service Unavailable", "status": 503}


@dataclass
class Upstream:
    """A server that answers with its name, as `does` says, and notes what it was sent."""

    name: str
    port: int = field(default_factory=find_free_port)
    does: str = "answer"  # or "be busy", "hang up"
    got: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upstream.got.append((self.command, self.path, body))
                upstream.headers = {name.lower(): text for name, text in self.headers.items()}
                if upstream.does == "hang up":
                    self.connection.shutdown(socket.SHUT_RDWR)
                elif upstream.does == "be busy":
                    self.reply(503, json.dumps(PROBLEM), ("Retry-After", "1"))
                elif "upgrade" in upstream.headers:
                    self.reply(101, "", ("Upgrade", "websocket"), ("Connection", "upgrade"))
                else:
                    self.reply(200, upstream.name)

            do_POST = do_GET

            def reply(self, status: int, text: str, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                if status != 101:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())
                self.close_connection = True

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@dataclass
class Both:
    """Two servers, and nginx before them."""

    one: Upstream
    two: Upstream
    url: str = ""
    has_failed: bool = False  # one of them, in this test

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, dict[str, str]]:
        """Send a request through nginx; return status, text and headers."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = "" if answer.status == 101 else answer.read().decode()
            return answer.status, text, {key.lower(): value for key, value in answer.getheaders()}
        finally:
            connection.close()

    def visit(self, path: str = "/", server: str = "") -> tuple[str, str]:
        """Load a page with the cookie of a server; return who answered, and the new cookie."""
        cookie = {"Cookie": f"digits_server={server}"} if server else {}
        status, text, headers = self.ask("GET", path, headers=cookie)
        assert status == 200
        return text, headers.get("set-cookie", "")

    @contextmanager
    def without(self, lost: Upstream) -> Iterator[None]:
        """Lose a server for a while."""
        self.has_failed = True
        lost.stop()
        try:
            yield
        finally:
            lost.start()


@pytest.fixture(scope="module")
def running(nginx: str) -> Iterator[Both]:
    """Start all three."""
    both = Both(Upstream("one"), Upstream("two"))
    urls = [both.one.url, both.two.url]
    both.one.start()
    both.two.start()
    with serve_nginx(nginx, urls, forget=FORGET) as both.url:
        yield both
    both.one.stop()
    both.two.stop()


@pytest.fixture
def both(running: Both) -> Iterator[Both]:
    """Give them as they were started; a server that failed is asked again a second later."""
    running.has_failed = False
    for upstream in (running.one, running.two):
        upstream.got.clear()
        upstream.does = "answer"
    yield running
    if running.has_failed:
        time.sleep(RETURN_SECONDS)


def test_new_visitors_and_requests_to_the_api_go_to_either(both: Both) -> None:
    assert {both.visit()[0] for _ in range(40)} == {"one", "two"}
    assert {both.ask("POST", "/api/predict", PICTURE)[1] for _ in range(40)} == {"one", "two"}
    sent = {body for method, _, body in both.one.got + both.two.got if method == "POST"}
    assert sent == {PICTURE}


@pytest.mark.parametrize("server", ["one", "two"])
def test_a_visit_stays_with_the_server_that_began_it(both: Both, server: str) -> None:
    found, cookie = both.visit()
    assert cookie.startswith(f"digits_server={found};") and "HttpOnly" in cookie
    for path in ("/", "/kept", "/media/x.png", "/_stcore/health", "/_stcore/host-config"):
        assert [both.visit(path, server) for _ in range(5)] == [(server, "")] * 5
    assert "set-cookie" not in both.ask("GET", "/api/health")[2]


def test_the_pages_websocket_goes_where_the_visit_is(both: Both) -> None:
    for server in ("one", "two"):
        both.one.got.clear()
        both.two.got.clear()
        cookie = f"digits_server={server}"
        status, _, _ = both.ask("GET", "/_stcore/stream", headers={**UPGRADE, "Cookie": cookie})
        upstream: Upstream = getattr(both, server)
        assert status == 101 and len(upstream.got) == 1
        assert upstream.headers["upgrade"] == "websocket"
        assert upstream.headers["connection"] == "upgrade"


def test_a_websocket_that_had_to_move_takes_the_visit_along(both: Both) -> None:
    headers = {**UPGRADE, "Cookie": "digits_server=one"}
    with both.without(both.one):
        status, _, answered = both.ask("GET", "/_stcore/stream", headers=headers)
        assert status == 101 and answered["set-cookie"].startswith("digits_server=two;")


def test_a_visit_whose_server_is_lost_moves_and_stays_there(both: Both) -> None:
    with both.without(both.one):
        found, cookie = both.visit("/", "one")
        assert found == "two" and cookie.startswith("digits_server=two;")
        assert both.visit("/", "two") == ("two", "")
    time.sleep(RETURN_SECONDS)
    assert both.visit("/", "two") == ("two", "")  # also when the other one is back
    assert both.visit("/", "one") == ("one", "")


@pytest.mark.parametrize("cookie", ["three", "one; digits_server=two", "x" * 3000, "$either"])
def test_any_other_cookie_is_that_of_a_new_visitor(both: Both, cookie: str) -> None:
    found, renewed = both.visit("/", cookie)
    assert found in ("one", "two") and (renewed or "one" in cookie)


def test_no_request_to_the_api_fails_when_a_server_is_lost(both: Both) -> None:
    with both.without(both.two):
        answers = [both.ask("POST", "/api/predict", PICTURE) for _ in range(40)]
    assert {(status, text) for status, text, _ in answers} == {(200, "one")}


def test_a_request_whose_server_dies_at_work_is_sent_whole_to_the_other(both: Both) -> None:
    both.one.does, both.has_failed = "hang up", True
    answers = [both.ask("POST", "/api/predict", PICTURE) for _ in range(20)]
    assert {(status, text) for status, text, _ in answers} == {(200, "two")}
    assert both.one.got and {body for _, _, body in both.two.got} == {PICTURE}


def test_who_finds_no_place_at_one_server_is_read_by_the_other(both: Both) -> None:
    both.one.does = "be busy"
    answers = [both.ask("POST", "/api/predict", PICTURE) for _ in range(20)]
    assert {(status, text) for status, text, _ in answers} == {(200, "two")}
    assert len(both.one.got) > 3  # a busy server is no lost one: it is asked again
    assert {body for _, _, body in both.two.got} == {PICTURE}


def test_when_both_are_busy_the_client_learns_when_to_return(both: Both) -> None:
    both.one.does = both.two.does = "be busy"
    status, text, headers = both.ask("POST", "/api/predict", PICTURE)
    assert (status, json.loads(text), headers["retry-after"]) == (503, PROBLEM, "1")
    assert len(both.one.got) == len(both.two.got) == 1
    with both.without(both.two):
        status, text, headers = both.ask("POST", "/api/predict", PICTURE)
        assert (status, headers["retry-after"]) == (503, "1")


def test_when_both_are_lost_the_client_gets_a_problem_with_a_sentence(both: Both) -> None:
    with both.without(both.one), both.without(both.two):
        for _ in range(3):
            status, text, headers = both.ask("POST", "/api/predict", PICTURE)
            problem: dict[str, Any] = json.loads(text)
            assert status == problem["status"] == 503 and headers["retry-after"] == "5"
            assert headers["content-type"] == "application/problem+json"
            assert problem["detail"].endswith("Try again in some seconds.")
    assert both.ask("POST", "/api/predict", PICTURE)[0] == 200


def test_before_an_upgrade_only_open_visits_go_to_the_server_that_is_replaced(
    both: Both, nginx: str
) -> None:
    urls = [both.one.url, both.two.url]
    with serve_nginx(nginx, urls, leave_out="50% one_first;") as url:
        reloaded = Both(both.one, both.two, url)
        assert {reloaded.visit()[0] for _ in range(20)} == {"two"}
        assert {reloaded.ask("POST", "/api/predict", PICTURE)[1] for _ in range(20)} == {"two"}
        assert {reloaded.visit("/", "one") for _ in range(5)} == {("one", "")}


def test_a_full_batch_passes_and_more_does_not(both: Both) -> None:
    assert both.ask("POST", "/api/predict/batch", bytes(52 * 2**20))[0] == 200
    assert both.ask("POST", "/api/predict/batch", bytes(61 * 2**20))[0] == 413


def test_servers_learn_the_visitors_address_and_nobody_sees_their_metrics(both: Both) -> None:
    server, _ = both.visit()
    headers = getattr(both, server).headers
    assert headers["x-forwarded-for"] == "127.0.0.1" and headers["x-forwarded-proto"] == "http"
    assert headers["host"] == urlsplit(both.url).netloc
    assert both.ask("GET", "/metrics")[0] == 403


def test_both_configurations_say_the_same_of_what_they_share() -> None:
    single = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    double = (PROJECT / "deploy" / "nginx-two-servers.conf").read_text(encoding="utf-8")
    for name in ("proxy_set_header", "proxy_http_version", "listen", "ssl_", "server_name"):
        lines = [re.findall(rf"^ *({name}.*?;)", text, re.MULTILINE) for text in (single, double)]
        assert lines[0] and lines[0] == lines[1]
    assert "client_max_body_size 60m;" in single and "client_max_body_size 60m;" in double
