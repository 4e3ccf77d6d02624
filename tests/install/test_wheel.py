"""The wheel, built and installed into a fresh environment, works from an empty folder.

It needs the network, and a minute: all that requirements-serve.txt names is installed.
"""

import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import digits
from tests.support.environments import fresh_environment
from tests.support.live_server import find_free_port, status_of, wait_until
from tests.support.paths import ASSETS, PROJECT

EXTRAS = {
    "dev": "requirements-test.txt",
    "export": "requirements-export.txt",
    "scale": "requirements-scale.txt",
    "tensorflow-serving": "requirements-tensorflow-serving.txt",
    "train": "requirements.txt",
}
SEVEN = str(ASSETS / "seven.png")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = ["wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(PROJECT)]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel: Path) -> Iterator[Path]:
    """Install the wheel, and give the folder of its programs."""
    with fresh_environment(str(wheel)) as programs:
        yield programs


def run(command: list[str | Path], folder: Path) -> str:
    """Run a command in a folder without the checkout's variables, and return what it prints."""
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment() -> dict[str, str]:
    """Leave out what points to this checkout or to a model of its own."""
    left_out = ("PYTHONPATH", "DIGITS_MODEL")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "digits",
        f"digit_recognition-{digits.__version__}.dist-info",
    }
    assert not [name for name in names if "test" in name]
    assert {
        "digits/py.typed",
        "digits/model/digit_model.keras",
        "digits/model/digit_model.json",
        "digits/model/digit_model.tflite",
        "digits/model/rows_model.keras",
        "digits/model/rows_model.json",
        "digits/model/rows_model.tflite",
        "digits/model/reports/digit_model/details.json",
        "digits/app/icon.png",
        "digits/app/pictures/examples/chalk.jpg",
        "digits/commands/scripts/.streamlit/config.toml",
    } <= set(names)


def test_the_metadata_name_what_the_requirement_files_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    assert f"Version: {digits.__version__}\n" in metadata
    assert re.findall(r"^Provides-Extra: (\S+)$", metadata, re.M) == sorted(EXTRAS)
    assert named_in("requirements-serve.txt") == required(metadata, "")
    for extra, file in EXTRAS.items():
        assert named_in(file) == required(metadata, f"; extra == '{extra}'"), extra


def named_in(file: str) -> set[str]:
    """Return the packages that the lines of a requirements file name themselves."""
    lines = (PROJECT / file).read_text(encoding="utf-8")
    return set(re.findall(r"^([\w-]+)(?:\[\w+\])?>=", lines, re.M))


def required(metadata: str, ending: str) -> set[str]:
    """Return the packages that lines of the metadata with this ending require."""
    line = rf"^Requires-Dist: ([\w-]+)[^;\n]*{re.escape(ending)}$"
    return set(re.findall(line, metadata, re.M))


def test_a_picture_is_read_from_an_empty_folder(programs: Path, tmp_path: Path) -> None:
    code = f"import digits; print(digits.Recognizer.load().predict({SEVEN!r}).label)"
    assert run([programs / "python", "-c", code], tmp_path) == "7\n"
    assert "digit   7" in run([programs / "digits", "predict", SEVEN], tmp_path)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def start(command: list[str | Path], folder: Path) -> Iterator[str]:
    """Start the page or the server in a folder, and give its address."""
    port = find_free_port()
    options = [f"--server.port={port}", "--server.headless=true"]
    process = subprocess.Popen([*command, *options], cwd=folder, env=environment())
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: status_of(f"{url}/_stcore/health") == 200, process)
        yield url
    finally:
        process.kill()
        process.wait(timeout=20)


def test_the_page_starts(programs: Path, tmp_path: Path) -> None:
    with start([programs / "digits", "app"], tmp_path) as url:
        assert "<title>Streamlit</title>" in urllib.request.urlopen(url).read().decode()


def test_the_server_reads_a_picture(programs: Path, tmp_path: Path) -> None:
    with start([programs / "python", "-m", "digits", "serve"], tmp_path) as url:
        wait_until(lambda: status_of(f"{url}/api/health") == 200)
        picture = Path(SEVEN).read_bytes()
        with urllib.request.urlopen(f"{url}/api/predict", picture) as answer:
            assert b'"digit":7' in answer.read()


def test_the_views_of_the_installed_page_show_the_model_and_its_reports(
    programs: Path, tmp_path: Path
) -> None:
    code = """
from streamlit.testing.v1 import AppTest
app = AppTest.from_string("from digits.app.model import page; page.main()", default_timeout=120)
app.run()
assert not app.exception, app.exception
print(app.title[0].value, len(app.get("vega_lite_chart")), *[one.value for one in app.warning])
import digits.locations as places
from digits.evaluation.model_summary import read_about
assert read_about(places.MODEL_PATH).digits, "no figures"
print(places.models_folder(places.MODEL_PATH), places.data_folder())
"""
    shown = run([programs / "python", "-c", code], tmp_path)
    assert str(PROJECT) not in shown
