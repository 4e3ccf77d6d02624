"""What the tests share: marks by folder, models, twenty real digits of MNIST, servers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from digits.app.kept.store import DrawingStore
from digits.locations import MODEL_PATH
from tests.support.app_server import demand_chromium, open_chromium
from tests.support.nginx import find_nginx
from tests.support.paths import ASSETS, PROJECT
from tests.support.postgresql import PostgreSQL, find_postgresql

if TYPE_CHECKING:  # the process that shares out the tests need not load TensorFlow
    from digits.recognition.recognizer import Recognizer

# Few examples, the same in each run; HYPOTHESIS_EXAMPLES=1000 tries that many, at random.
EXAMPLES = os.environ.get("HYPOTHESIS_EXAMPLES")
settings.register_profile(
    "digits",
    max_examples=int(EXAMPLES or 25),
    derandomize=EXAMPLES is None,
    deadline=None,  # tests bound the time themselves; cores are shared
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("digits")

MARKS = {"browser": "browser", "robustness": "slow", "infra": "infra", "install": "install"}
LONGEST = ("tests/browser", "tests/commands/test_train.py", "tests/serving/api/test_overload.py")

Images = npt.NDArray[np.uint8]  # (n, 28, 28), bright digit on black


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and begin with the files that take longest."""
    for item in items:
        folder = item.path.relative_to(PROJECT).parts[1]
        if folder in MARKS:
            item.add_marker(MARKS[folder])
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))  # keeps the files whole


@pytest.fixture(scope="session", autouse=True)
def compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep compiled models of tests apart from those of the user, for all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        yield folder


@pytest.fixture(scope="session")
def recognizer() -> "Recognizer":
    """Load the model that ships."""
    from digits.recognition.recognizer import Recognizer

    return Recognizer.load()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, recognizer: "Recognizer") -> None:
    """Let command lines take the model that is loaded already."""
    monkeypatch.setattr(type(recognizer), "load", lambda path: recognizer)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model with its card, and without its reports."""
    return copy_model(tmp_path / "copy.keras")


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no reports, which takes as long as the learning in tests."""
    monkeypatch.setattr("digits.training.plots.write_reports", lambda folder, **about: None)


@pytest.fixture
def not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile no finished model, which takes seconds."""
    monkeypatch.setattr("digits.training.finished.compile_file", lambda model, output: None)


def copy_model(path: Path) -> Path:
    """Copy the shipped model, its card and its compiled form to a path, which is returned."""
    for ending in (".keras", ".json", ".tflite"):
        path.with_suffix(ending).write_bytes(MODEL_PATH.with_suffix(ending).read_bytes())
    return path


@pytest.fixture(scope="session")
def letters_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a model of 26 letters: the ten digits are what it takes for A to J."""
    from tests.support.letters_model import make_letters_model

    return make_letters_model(tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="session")
def mnist_digits() -> Images:
    """Twenty training images of MNIST (Y. LeCun, C. Cortes, C. Burges), 0 to 9 twice."""
    path = ASSETS / "mnist_twenty.png"
    page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)  # (56, 280)
    assert page is not None
    return page.reshape(2, 28, 10, 28).transpose(0, 2, 1, 3).reshape(20, 28, 28)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Name a database of the test's own."""
    return f"sqlite:///{tmp_path / 'kept.db'}"


@pytest.fixture
def store(url: str) -> DrawingStore:
    """Open that database."""
    return DrawingStore(url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the Chromium that is on the PATH; else skip the test, which in CI is a failure."""
    with open_chromium(demand_chromium()) as browser:
        yield browser


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Start the PostgreSQL that is installed; else skip the test, which in CI is a failure."""
    programs = find_postgresql()
    if programs is None:
        do_without("PostgreSQL", package="postgresql")
    with PostgreSQL.serve(programs) as server:
        yield server


@pytest.fixture(scope="session")
def nginx() -> str:
    """Find the nginx that is installed; else skip the test, which in CI is a failure."""
    return find_nginx() or do_without("nginx", package="nginx")


def do_without(program: str, *, package: str) -> NoReturn:
    """Skip a test whose program is missing; in CI it must be there."""
    advice = f"{program} is not installed: 'apt-get install {package}' brings it."
    if os.environ.get("CI"):
        pytest.fail(advice)
    pytest.skip(advice)
