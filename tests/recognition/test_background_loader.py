"""Each model is loaded once, and again when its file or its card is another."""

import shutil
from pathlib import Path

import pytest

from digits.locations import MODEL_PATH
from digits.recognition.background_loader import MAX_MODELS, file_identity, start_loading
from digits.recognition.errors import BrokenModelError, ModelNotFoundError
from digits.recognition.model_card import card_path

SECONDS = 120  # for compiling on a busy machine


def test_all_who_ask_get_the_same_recognizer() -> None:
    loadings = [start_loading(), start_loading()]
    assert loadings[0].result(SECONDS) is loadings[1].result(SECONDS)


def test_a_file_that_is_repaired_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "digit_model.keras"
    with pytest.raises(ModelNotFoundError):
        start_loading(path).result(SECONDS)
    path.write_bytes(b"broken")
    with pytest.raises(BrokenModelError):
        start_loading(path).result(SECONDS)
    path.write_bytes(MODEL_PATH.read_bytes())
    assert start_loading(path).result(SECONDS).card.class_names[7] == "7"


def test_a_card_that_arrives_after_its_model_is_used(tmp_path: Path) -> None:
    path = tmp_path / "digit_model.keras"
    shutil.copy(MODEL_PATH, path)
    early = start_loading(path).result(SECONDS)
    assert "not calibrated" in early.warning and early.card.reject_threshold == 0
    before = file_identity(path)
    shutil.copy(card_path(MODEL_PATH), card_path(path))
    assert file_identity(path) != before
    late = start_loading(path).result(SECONDS)
    assert late.warning == "" and late.card.reject_threshold > 0
    between = file_identity(path)
    shutil.copy(MODEL_PATH.with_suffix(".tflite"), path.with_suffix(".tflite"))
    assert file_identity(path) != between


def test_two_models_do_not_evict_each_other(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.keras" for number in range(MAX_MODELS + 1)]
    first, second = start_loading(paths[0]), start_loading(paths[1])
    assert start_loading(paths[0]) is first and start_loading(paths[1]) is second
    for path in paths[2:]:
        start_loading(path)
    assert start_loading(paths[1]) is second  # used later than the first, which had to go
    assert start_loading(paths[0]) is not first


def test_a_broken_new_model_leaves_the_earlier_one_in_use(
    model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = start_loading(model).result(SECONDS)
    for _ in range(2):  # the second broken file follows a broken one
        model.write_bytes(model.read_bytes()[:-1000])
        kept = start_loading(model).result(SECONDS)
        assert kept.card == good.card and kept.engine is good.engine
        assert "The earlier model stays in use." in kept.warning and kept.warning in caplog.text
    model.write_bytes(MODEL_PATH.read_bytes())
    repaired = start_loading(model).result(SECONDS)
    assert repaired.warning == "" and repaired.engine is not good.engine
