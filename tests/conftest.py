"""What the tests share: two models, twenty real digits of MNIST, a database."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings
from streamlit.components.v2 import manifest_scanner

from drawings import DrawingStore
from model_card import MODEL_PATH
from recognizer import Recognizer
from tests.letters import make_letters_model

# Few and always the same: `python -m benchmarks.fuzz` tries thousands, and others each time.
settings.register_profile(
    "short",
    max_examples=25,
    derandomize=True,
    deadline=None,  # tests bound the time themselves; cores are shared
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("short")

Images = npt.NDArray[np.uint8]  # (n, 28, 28), bright digit on black


@pytest.fixture(scope="session", autouse=True)
def scan_once() -> Iterator[None]:
    """Look for Streamlit's components once, not in each of AppTest's runs: half a second."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """Load the model that ships."""
    return Recognizer.load()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, recognizer: Recognizer) -> None:
    """Let command lines take the model that is loaded already."""
    monkeypatch.setattr(Recognizer, "load", lambda path: recognizer)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model with its card, and without its reports."""
    return copy_model(tmp_path / "copy.keras")


def copy_model(path: Path) -> Path:
    """Copy the shipped model and its card to a path, which is returned."""
    path.write_bytes(MODEL_PATH.read_bytes())
    path.with_suffix(".json").write_bytes(MODEL_PATH.with_suffix(".json").read_bytes())
    return path


@pytest.fixture(scope="session")
def letters_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a model of 26 letters: the ten digits are what it takes for A to J."""
    return make_letters_model(tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="session")
def mnist_digits() -> Images:
    """Twenty training images of MNIST (Y. LeCun, C. Cortes, C. Burges), 0 to 9 twice."""
    path = Path(__file__).parent / "data" / "mnist_twenty.png"
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
