"""What the tests share: two models, and twenty real digits of MNIST."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from recognizer import Recognizer
from tests.letters import make_letters_model

Images = npt.NDArray[np.uint8]  # (n, 28, 28), bright digit on black


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """Load the model that ships."""
    return Recognizer.load()


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
