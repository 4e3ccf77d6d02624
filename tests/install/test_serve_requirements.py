"""A server's installation, without TensorFlow, reads, answers the API and shows the page.

It needs the network, and a minute: all that requirements-serve.txt names is installed.
"""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.environments import fresh_environment
from tests.support.hand import draw_with_mouse
from tests.support.live_server import run_server, wait_until_ready
from tests.support.paths import ASSETS, PROJECT

SEVEN = ASSETS / "seven.png"
ONLY_FOR_TRAINING = ("tensorflow", "keras", "sklearn", "scipy", "matplotlib", "h5py", "pooch")


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    """Install requirements-serve.txt alone, and give its Python."""
    with fresh_environment("-r", str(PROJECT / "requirements-serve.txt")) as programs:
        yield programs / "python"


@pytest.fixture(scope="module")
def server(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve page and API from the checkout, as the image does; give the address."""
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text("[drawings]\nkeep = false\n")
    words = ["streamlit", "run", "server.py", "--server.headless=true", "--server.port=PORT"]
    options = ["--server.address=127.0.0.1", f"--secrets.files={secrets}"]
    with run_server(*words, *options, python=python) as url:
        wait_until_ready(url)
        yield url


def run(*command: str | Path) -> str:
    """Run a command in the checkout, and return what it prints; on standard error, nothing."""
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_nothing_is_installed_that_training_alone_needs(python: Path) -> None:
    code = (
        "from importlib.util import find_spec;"
        f"print([name for name in {ONLY_FOR_TRAINING} if find_spec(name)])"
    )
    assert run(python, "-c", code) == "[]\n"


def test_a_picture_is_read(python: Path) -> None:
    assert "digit   7" in run(python, "predict.py", SEVEN)


def test_the_api_answers(server: str) -> None:
    with urllib.request.urlopen(f"{server}/api/predict", SEVEN.read_bytes()) as answer:
        assert json.load(answer)["digit"] == 7


def test_a_drawing_on_the_page_is_read(server: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(server)
    expect(page.get_by_text("Draw one digit")).to_be_visible(timeout=30_000)
    draw_with_mouse(page, 7)
    expect(page.get_by_test_id("stMetricValue")).to_have_text("7", timeout=30_000)
    page.close()
