"""The names that `import digits` offers: there at once, and loaded when they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

import digits

HEAVY = ("tensorflow", "keras", "numpy", "cv2", "scipy")


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    program = f"import digits, sys; print([name for name in {HEAVY} if name in sys.modules])"
    assert run(program, tmp_path) == "[]"


def test_errors_and_predictions_load_no_tensorflow(tmp_path: Path) -> None:
    program = (
        "import digits, sys; digits.Prediction, digits.RecognizerError, digits.preprocess;"
        "print('tensorflow' in sys.modules)"
    )
    assert run(program, tmp_path) == "False"


def run(program: str, folder: Path) -> str:
    """Run a program in a fresh interpreter and return what it prints."""
    root = Path(digits.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(root)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_every_public_name_is_there() -> None:
    assert set(dir(digits)) == set(digits.__all__)
    for name in digits.__all__:
        assert getattr(digits, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'predict'"):
        digits.predict  # noqa: B018
