"""server.py as it is started: both commands, its page, the clients, and docs/api.md."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from digits.locations import MODEL_PATH
from digits.serving.api.settings import Settings
from tests.support.app_server import demand_chromium, open_chromium
from tests.support.live_server import serve, wait_until, wait_until_ready
from tests.support.paths import PROJECT

CLIENTS = PROJECT / "examples" / "clients"
SEVEN = PROJECT / "tests" / "assets" / "seven.png"
DOCUMENT = (PROJECT / "docs" / "api.md").read_text(encoding="utf-8")
STREAMLIT = ("streamlit", "run", "server.py", "--server.port=PORT", "--server.headless=true")
UVICORN = ("uvicorn", "server:app", "--port=PORT")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server writes its lines."""
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="module")
def url(log: Path) -> Iterator[str]:
    """A server with its model loaded, started by Streamlit."""
    with serve(*STREAMLIT, log=log) as url:
        wait_until_ready(url)
        yield url


def run(command: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)


def test_uvicorn_serves_page_and_api() -> None:
    with serve(*UVICORN) as url:
        wait_until_ready(url)
        assert httpx2.get(f"{url}/api/health").json()["status"] == "ready"
        assert "<title>Streamlit</title>" in httpx2.get(url).text


def test_streamlit_serves_page_and_api(url: str) -> None:
    assert "<title>Streamlit</title>" in httpx2.get(url).text
    assert httpx2.get(f"{url}/_stcore/health").status_code == 200
    assert httpx2.get(f"{url}/api/health").json()["status"] == "ready"
    assert httpx2.get(f"{url}/api/nope").status_code == 404
    assert httpx2.get(f"{url}/api", follow_redirects=True).url.path == "/api/docs"
    assert "digits_model_loaded 1.0" in httpx2.get(f"{url}/metrics").text


def test_it_answers_while_its_model_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "alone.keras"
    model.write_bytes(MODEL_PATH.read_bytes())
    monkeypatch.setenv("DIGITS_MODEL", str(model))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # nothing is in it
    with serve(*UVICORN) as url:
        health = httpx2.get(f"{url}/api/health")
        assert health.status_code == 503
        assert "being loaded" in health.json()["detail"]


def test_a_client_that_asks_first_is_refused_before_it_sends(url: str) -> None:
    """As curl asks, before it sends a large body."""
    address = httpx2.URL(url)
    with socket.create_connection((address.host, address.port or 0), timeout=20) as connection:
        connection.sendall(
            b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 30000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_the_log_has_one_line_of_json_a_request(url: str, log: Path) -> None:
    before = len(lines_of_readings(log))
    httpx2.post(f"{url}/api/predict", content=SEVEN.read_bytes())
    # The line is written when the answer has gone out: a client may have it earlier.
    wait_until(lambda: len(lines_of_readings(log)) > before)
    (line,) = lines_of_readings(log)[before:]
    assert line["status"] == 200 and line["readings"] == {"digit": 1}


def lines_of_readings(log: Path) -> list[dict[str, Any]]:
    """Return the lines on what /api/predict read; a refusal of another test may still come."""
    lines = [line for line in log.read_text().splitlines() if '"/api/predict"' in line]
    return [line for line in map(json.loads, lines) if line["status"] == 200]


@pytest.mark.parametrize(
    "command", [["sh", CLIENTS / "read_digit.sh"], [sys.executable, CLIENTS / "read_digit.py"]]
)
def test_a_client_reads_a_picture_and_says_why_it_cannot(url: str, command: list[str]) -> None:
    done = run([*command, SEVEN, url])
    assert done.returncode == 0, done.stderr
    assert "7" in done.stdout and "digit" in done.stdout
    failed = run([*command, PROJECT / "LICENSE", url])
    assert failed.returncode != 0
    assert "found none" in failed.stdout + failed.stderr


def test_the_client_in_javascript_reads_a_picture(url: str) -> None:
    """In Node.js, or without it in Chromium."""
    client = CLIENTS / "read_digit.mjs"
    if node := shutil.which("node"):
        done = run([node, client, SEVEN, url])
        assert done.stdout.startswith("digit 7 0.99"), done.stderr
        failed = run([node, client, PROJECT / "LICENSE", url])
        assert failed.returncode != 0 and "found none" in failed.stderr
        return
    with open_chromium(demand_chromium()) as browser:
        page = browser.new_page()
        page.goto(f"{url}/api/docs")
        reading = page.evaluate(
            """async ([code, bytes]) => {
                const module = new Blob([code], { type: "text/javascript" });
                const { readDigit } = await import(URL.createObjectURL(module));
                return readDigit(new Uint8Array(bytes), location.origin);
            }""",
            [client.read_text(), list(SEVEN.read_bytes())],
        )
    assert reading["digit"] == 7


def examples() -> list[tuple[str, str]]:
    """List the commands of curl in docs/api.md, each with the answer shown below it."""
    return re.findall(r"^```sh\n(curl .*?)^```\n\n```\w*\n(.*?)^```$", DOCUMENT, re.M | re.S)


@pytest.mark.parametrize(("command", "shown"), examples())
def test_the_document_shows_what_is_answered(url: str, command: str, shown: str) -> None:
    words = shlex.split(command.replace("\\\n", " ").replace("http://localhost:8501", url))
    answer = run([*words, "--silent"]).stdout
    if shown.startswith("{"):
        assert matches(json.loads(answer), json.loads(shown)), answer
    else:  # some lines of many
        for line in shown.splitlines():
            assert line.split()[0] in answer, line


def matches(answer: Any, shown: Any) -> bool:
    """Whether an answer is what is shown, figures nearly so; "..." stands for the rest."""
    if shown == "...":
        return True
    if isinstance(shown, dict):
        keys = shown.keys() - {"..."}
        whole = "..." in shown or keys == answer.keys()
        return whole and all(matches(answer[key], shown[key]) for key in keys)
    if isinstance(shown, list):
        return len(shown) == len(answer) and all(map(matches, answer, shown))
    if isinstance(shown, float):
        return abs(float(answer) - shown) < 1e-3
    return bool(answer == shown)


def test_the_document_has_an_example_of_each_route(url: str) -> None:
    commands = " ".join(command for command, _ in examples())
    routes = httpx2.get(f"{url}/api/openapi.json").json()["paths"]
    for route in [*(f"/api{path}" for path in routes), "/metrics", "/api/nope"]:
        assert f"http://localhost:8501{route}" in commands, route


def test_the_document_lists_each_setting_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `DIGITS_{name.upper()}` \| ([^|]*) \|", DOCUMENT, re.M)
        assert row, name
        if name != "threads":
            assert float(row[1].replace(",", "")) == field.default, name
