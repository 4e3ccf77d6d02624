"""Which compiled model belongs to a model file, and how one is made where there is none."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition import compiled_files, errors, model_file
from digits.recognition.compiled_files import MAX_CACHED, CacheEntry, load_compiled
from digits.recognition.errors import (
    BrokenModelError,
    CompileError,
    ModelNotFoundError,
    RecognizerError,
    UnsafeModelError,
)
from digits.recognition.model_card import ModelCard
from tests.support.paths import PROJECT

BLANK = np.zeros((1, 28, 28, 1), np.float32)
WARNING = "It holds a Rescaling layer: it receives 0 to 255."
SHIPPED = MODEL_PATH.with_suffix(".tflite").read_bytes()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep compiled models in the test's own folder."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(compiled_files, "cache_folder", lambda name: folder)
    return folder


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Count the models that are compiled, which takes no time here."""
    paths: list[Path] = []

    def compile_apart(path: Path, content: bytes, card: ModelCard | None) -> CacheEntry:
        paths.append(path)
        return CacheEntry({"warnings": [WARNING]}, SHIPPED)

    monkeypatch.setattr(compiled_files, "compile_apart", compile_apart)
    return paths


@pytest.fixture
def card(model: Path) -> ModelCard:
    """The card of a model that has its compiled form next to it."""
    model.with_suffix(".tflite").write_bytes(SHIPPED)
    return dataclasses.replace(ModelCard.load(model), compiled_sha256=sha256_of(SHIPPED))


def test_the_shipped_pair_is_used_as_it_is(compiled: list[Path]) -> None:
    card = ModelCard.load(MODEL_PATH)
    assert card.compiled_sha256 == sha256_of(SHIPPED)
    assert load_compiled(MODEL_PATH, card).can_explain
    assert not compiled


def test_a_pair_that_the_card_names_is_used(
    model: Path, card: ModelCard, compiled: list[Path]
) -> None:
    assert load_compiled(model, card).num_classes == 10
    assert not compiled


@pytest.mark.parametrize("change", ["tflite", "keras", "card", "no card", "no tflite"])
def test_a_pair_that_does_not_belong_together_is_compiled_once(
    model: Path, card: ModelCard, compiled: list[Path], change: str
) -> None:
    used: ModelCard | None = card
    if change == "tflite":
        model.with_suffix(".tflite").write_bytes(SHIPPED + b"x")
    elif change == "keras":
        model.write_bytes(model.read_bytes() + b"x")
    elif change == "card":
        used = dataclasses.replace(card, compiled_sha256="")
    elif change == "no card":
        used = None
    else:
        model.with_suffix(".tflite").unlink()
    for _ in range(2):
        assert load_compiled(model, used).warnings == (WARNING,)
    assert compiled == [model]


def test_another_calibration_is_another_entry_of_the_cache(
    model: Path, compiled: list[Path]
) -> None:
    card = ModelCard.load(model)
    model.with_suffix(".tflite").unlink()
    for used in (
        None,
        card,
        dataclasses.replace(card, temperature=2.0),
        dataclasses.replace(card, reject_logit=1.0),
    ):
        load_compiled(model, used)
    assert len(compiled) == 4


def test_a_damaged_entry_is_removed_and_made_again(
    model: Path, cache: Path, compiled: list[Path]
) -> None:
    load_compiled(model, None)
    (entry,) = cache.iterdir()
    content = entry.read_bytes()
    assert content.endswith(SHIPPED)
    entry.write_bytes(content[:1000])
    load_compiled(model, None)
    assert len(compiled) == 2
    assert entry.read_bytes() == content


def test_the_cache_keeps_the_models_that_were_used_last(
    model: Path, cache: Path, compiled: list[Path]
) -> None:
    cache.mkdir()
    for age in range(MAX_CACHED + 5):
        other = cache / f"{age}-old.compiled"
        other.touch()
        os.utime(other, (1e9 - age, 1e9 - age))
    load_compiled(model, None)
    names = {path.name for path in cache.iterdir()}
    assert len(names) == MAX_CACHED
    assert {f"{age}-old.compiled" for age in range(MAX_CACHED - 1)} < names


def test_a_cache_that_cannot_be_written_costs_time_alone(
    model: Path, cache: Path, compiled: list[Path]
) -> None:
    cache.write_text("a file where the folder should be")
    assert load_compiled(model, None).num_classes == 10
    assert load_compiled(model, None).num_classes == 10
    assert len(compiled) == 2


def test_without_tensorflow_a_sentence_says_what_to_install(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_files, "has_tensorflow", lambda: False)
    with pytest.raises(CompileError, match="pip install -r requirements.txt"):
        load_compiled(model, None)


def test_compiling_is_given_up_after_the_time_limit(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_files, "TIME_LIMIT", 0.01)
    with pytest.raises(CompileError, match=r"copy.keras' was not compiled within 0.01 seconds"):
        load_compiled(model, None)


def test_a_process_that_was_killed_is_a_compile_error(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.CompletedProcess([], -9, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: killed)
    with pytest.raises(CompileError, match="ended early"):
        load_compiled(model, None)


@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [
        ("UnsafeModelError", True),
        ("IncompatibleModelError", True),
        ("BrokenModelError", False),
        ("CompileError", False),
    ],
)
def test_errors_of_the_process_name_the_users_file_and_lasting_ones_are_kept(
    model: Path, monkeypatch: pytest.MonkeyPatch, kind: str, is_kept: bool
) -> None:
    runs: list[str] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        runs.append(command[-2])
        report = {"error": kind, "message": f"'{command[-2]}' is wrong."}
        return subprocess.CompletedProcess(command, 1, json.dumps(report).encode(), b"")

    monkeypatch.setattr(subprocess, "run", run)
    moved = model.with_name("moved.keras")
    moved.write_bytes(model.read_bytes())
    for path in (model, moved):
        with pytest.raises(RecognizerError, match=f"'{re.escape(str(path))}' is wrong") as raised:
            load_compiled(path, None)
        assert type(raised.value) is getattr(errors, kind)
    assert len(runs) == (1 if is_kept else 2)


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"error": "Path", "message": ""}'])
def test_a_process_that_says_something_else_is_a_compile_error(
    model: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    done = subprocess.CompletedProcess([], 1, said, b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    with pytest.raises(CompileError, match="ended early"):
        load_compiled(model, None)


def test_a_file_that_is_far_too_large_is_not_read(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_file, "MAX_FILE_BYTES", 1000)
    with pytest.raises(UnsafeModelError, match="copy.keras' has"):
        load_compiled(model, None)


@pytest.mark.parametrize("name", ["saved", "saved/saved_model.pb"])
def test_a_saved_model_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    with pytest.raises(UnsafeModelError, match="SavedModel"):
        load_compiled(tmp_path / name, None)


def test_a_missing_model_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="python train.py"):
        load_compiled(tmp_path / "none.keras", None)


PROGRAM = """
import sys
from pathlib import Path
from digits.recognition import compiled_files
compiled_files.cache_folder = lambda name: Path(sys.argv[2])
compiled_files.load_compiled(Path(sys.argv[1]), None)
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""


def test_two_processes_compile_one_model_at_once_without_tensorflow_of_their_own(
    model: Path, cache: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", PROGRAM, str(model), str(cache)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    running = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        _, written = process.communicate(timeout=300)
        assert (process.returncode, written) == (0, b"")
    assert {path.suffix for path in cache.iterdir()} == {".compiled"}
    assert load_compiled(model, None).num_classes == 10


@pytest.mark.parametrize("content", [b"", b"a text", MODEL_PATH.read_bytes()[:-1000]])
def test_a_file_that_is_no_model_starts_no_process(
    tmp_path: Path, compiled: list[Path], content: bytes
) -> None:
    path = tmp_path / "bad.keras"
    path.write_bytes(content)
    with pytest.raises(BrokenModelError, match="no Keras model of this version, or damaged"):
        load_compiled(path, None)
    assert not compiled
