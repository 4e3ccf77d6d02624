"""One recognizer a process: loaded once, and again when its file is another."""

from pathlib import Path

import pytest

from digits.locations import MODEL_PATH
from digits.recognition.background_loader import start_loading
from digits.recognition.errors import BrokenModelError, ModelNotFoundError

SECONDS = 120  # for TensorFlow to load on a busy machine


def test_all_who_ask_get_the_same_recognizer() -> None:
    loadings = [start_loading(), start_loading()]
    assert loadings[0].result(SECONDS) is loadings[1].result(SECONDS)


def test_a_file_that_is_repaired_is_loaded_anew(tmp_path: Path) -> None:
    path = tmp_path / "digit_model.keras"
    with pytest.raises(ModelNotFoundError):
        start_loading(path).result(SECONDS)
    path.write_bytes(b"broken")
    with pytest.raises(BrokenModelError):
        start_loading(path).result(SECONDS)
    path.write_bytes(MODEL_PATH.read_bytes())
    assert start_loading(path).result(SECONDS).card.class_names[7] == "7"
