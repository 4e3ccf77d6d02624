"""Kill one of two servers behind nginx, under load: who notices, and for how long?

    python -m benchmarks.robustness.server_failover    # 20 s before, 20 s after, 20 s with it back
    python -m benchmarks.robustness.server_failover --seconds 5    # a quick look

Clients send drawings to the API through deploy/nginx-two-servers.conf, each answer is compared
with what was drawn, and visits of the page are open at both servers. Then one server is killed
(kill -9), and started again later. Servers, nginx, clients and Chromium share the machine.
"""

import argparse
import http.client
import json
import statistics
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, WebSocket, expect

from benchmarks.speed.concurrent_visitors import IS_BLACK
from digits.arguments import positive_int
from tests.support.app_server import find_chromium, open_chromium
from tests.support.digit_drawings import DIGITS, draw, encode_png
from tests.support.hand import draw_with_mouse
from tests.support.live_server import wait_until_ready
from tests.support.nginx import find_nginx, serve_nginx
from tests.support.server_pair import Server, serve_pair

MOST = 100_000  # requests of one client
PATIENCE = 60_000  # milliseconds until a page counts as lost
NAMES = ("one", "two")  # of the servers, as nginx has them


@dataclass(frozen=True)
class Answer:
    """What came of one request: when it ended, how long it took, and what was wrong with it."""

    ended: float
    seconds: float
    fault: str  # "" where the digit was read that had been drawn


@dataclass
class Visit:
    """A page that somebody has open, and the websockets that it opened."""

    page: Page
    server: str
    connections: list[WebSocket] = field(default_factory=list)

    def note(self, connection: WebSocket) -> None:
        """Note a websocket that the page opens."""
        self.connections.append(connection)

    def read(self, digit: int) -> None:
        """Draw a digit on an empty canvas, and see it read."""
        draw_with_mouse(self.page, digit)
        expect(self.page.get_by_test_id("stMetricValue")).to_have_text(str(digit))

    def clear(self) -> None:
        """Empty the canvas."""
        self.page.get_by_role("button", name="Clear").last.click()
        expect(self.page.get_by_test_id("stMetricValue")).to_have_count(0)
        while not self.page.locator("canvas").first.evaluate(IS_BLACK):
            time.sleep(0.05)

    @property
    def named(self) -> str:
        """The server that the visitor's cookie names."""
        cookies = self.page.context.cookies()
        return next(c["value"] for c in cookies if c["name"] == "digits_server")


def main(argv: Sequence[str] | None = None) -> int:
    """Print what clients and visitors noticed; 1 if an answer was wrong or missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--seconds", type=positive_int, default=20, help="of each of three phases (default: 20)")
    add("--clients", type=positive_int, default=8, help="of the API (default: 8)")
    add("--visits", type=positive_int, default=3, help="of the page at each server (default: 3)")
    arguments = parser.parse_args(argv)
    nginx, chromium = find_nginx(), find_chromium()
    if nginx is None or chromium is None:
        print("This needs nginx and Chromium: 'apt-get install nginx chromium' brings them.")
        return 1
    expect.set_options(timeout=PATIENCE)
    with (
        serve_pair(settings="keep = false") as pair,
        serve_nginx(nginx, [server.url for server in pair]) as url,
        open_chromium(chromium) as browser,
    ):
        visits = [open_visit(browser, url, name) for name in NAMES * arguments.visits]
        for visit in visits:
            visit.read(7)
            visit.page.on("websocket", visit.note)  # from now on
        faults = run(pair, url, visits, arguments)
    return 1 if faults else 0


def run(
    pair: tuple[Server, Server], url: str, visits: Sequence[Visit], arguments: argparse.Namespace
) -> int:
    """Go through the phases under load, print what was noticed, and count faults."""
    lost, living = pair
    answers: list[Answer] = []
    with load(url, clients=arguments.clients, answers=answers):
        time.sleep(2)  # the first calls are slower
        phases = {"both": wait(arguments.seconds)}
        killed = time.perf_counter()
        lost.kill()
        phases["one killed"] = wait(arguments.seconds)
        visits_went_well = watch_visits(visits)
        lost.start()
        started = time.perf_counter()
        wait_until_ready(lost.url)
        phases["while it started"] = (started, time.perf_counter())
        time.sleep(10)  # nginx leaves a lost server alone for so long
        before = [count_readings(server.url) for server in pair]
        phases["both again"] = wait(arguments.seconds)
        shares = [
            count_readings(server.url) - count for server, count in zip(pair, before, strict=True)
        ]
    print(f"{arguments.clients} clients of the API, {len(visits)} visits of the page")
    report(answers, phases, killed=killed)
    print(f"both again: {shares[0]} readings at the one that was back, {shares[1]} at the other")
    wrong = sum(1 for answer in answers if answer.fault)
    return wrong + (not visits_went_well)


def wait(seconds: float) -> tuple[float, float]:
    """Let the clients go on for some seconds; return from when to when."""
    began = time.perf_counter()
    time.sleep(seconds)
    return began, time.perf_counter()


@contextmanager
def load(url: str, *, clients: int, answers: list[Answer]) -> Iterator[None]:
    """Let clients send one drawing after another for as long as the block runs."""
    is_over = threading.Event()
    pictures = [(digit, encode_png(draw(digit))) for digit in DIGITS]
    threads = [
        threading.Thread(target=send, args=(url, pictures, is_over, answers))
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def send(
    url: str,
    pictures: Sequence[tuple[int, bytes]],
    is_over: threading.Event,
    answers: list[Answer],
) -> None:
    """Send drawings over one connection, as one client; a new one only after a fault."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    for number in range(MOST):
        if is_over.is_set():
            break
        digit, picture = pictures[number % len(pictures)]
        began = time.perf_counter()
        try:
            connection.request("POST", "/api/predict", picture)
            response = connection.getresponse()
            said = json.loads(response.read())
            found = said.get("digit")
            fault = "" if found == digit else f"{digit} answered with {response.status}, {found}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            fault = f"{type(error).__name__}: {error}"
            connection.close()
        ended = time.perf_counter()
        answers.append(Answer(ended, ended - began, fault))
    connection.close()


def count_readings(url: str) -> int:
    """Ask a server itself how many pictures it has read."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return int(sum(float(line.split()[-1]) for line in lines if "digits_readings_total{" in line))


def open_visit(browser: Browser, url: str, server: str) -> Visit:
    """Open the page as a visitor of one server."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "digits_server", "value": server, "url": url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    return Visit(page, server)


def watch_visits(visits: Sequence[Visit]) -> bool:
    """See what visitors see once server one is killed; tell whether it is as it should be.

    A visit that does not go on raises Playwright's error.
    """
    safe = [visit for visit in visits if visit.server == "two"]
    moved = [visit for visit in visits if visit.server == "one"]
    for visit in safe:
        visit.clear()
        visit.read(3)
    reopened = sum(len(visit.connections) for visit in safe)
    by_themselves = sum(1 for visit in moved if visit.named == "two")
    print(
        f"visits at the living server: {len(safe)} of {len(safe)} went on and read a second"
        f" drawing, websockets opened again: {reopened}, now at {dict(cookies(safe))}"
    )
    seconds = []
    for visit in moved:
        began = time.perf_counter()
        visit.page.reload()
        visit.read(3)
        seconds.append(time.perf_counter() - began)
    print(
        f"visits at the killed one: {by_themselves} had moved by themselves, {len(moved)} of"
        f" {len(moved)} read a drawing after a reload,"
        f" median {statistics.median(seconds):.1f} s, now at {dict(cookies(moved))}"
    )
    return reopened == 0 and cookies(visits) == {"two": len(visits)}


def cookies(visits: Sequence[Visit]) -> Counter[str]:
    """Count to which servers visits belong."""
    return Counter(visit.named for visit in visits)


def report(
    answers: Sequence[Answer], phases: dict[str, tuple[float, float]], *, killed: float
) -> None:
    """Print a line a phase, and the longest time without an answer."""
    print("phase             seconds  right answers  a second  p50 ms  p99 ms  max ms  faults")
    for name, (began, ended) in phases.items():
        inside = [answer for answer in answers if began <= answer.ended < ended]
        right = sorted(answer.seconds * 1000 for answer in inside if not answer.fault)
        late = right[int(len(right) * 0.99)]
        print(
            f"{name:16}  {ended - began:7.1f}  {len(right):13}  {len(right) / (ended - began):8.1f}"
            f"  {statistics.median(right):6.0f}  {late:6.0f}  {right[-1]:6.0f}"
            f"  {len(inside) - len(right):6}"
        )
    times = sorted(answer.ended for answer in answers if not answer.fault)
    gaps = [(after - before, before) for before, after in zip(times, times[1:], strict=False)]
    for name, least, most in (("in all", -1e9, 1e9), ("within 5 s of the kill", -5.0, 5.0)):
        gap, began = max(gap for gap in gaps if least < gap[1] - killed < most)
        print(
            f"longest time without an answer {name}: {gap * 1000:.0f} ms,"
            f" {began - killed:.1f} s after the kill"
        )
    faults = Counter(answer.fault for answer in answers if answer.fault)
    print(f"wrong or failed in all: {sum(faults.values())} of {len(answers)} {dict(faults) or ''}")


if __name__ == "__main__":
    sys.exit(main())
