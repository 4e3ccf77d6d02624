"""A disk that is full or a folder that is closed: a sentence, and what was there stays.

The disk is filled for real where nothing else writes: a process may write no more than so
many bytes to a file (RLIMIT_FSIZE), which fails in the midst of a file as a full disk does.
"""

import errno
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from digits.app.kept.records import LabelledDrawing
from digits.app.kept.store import DrawingStore, StoreError
from digits.commands import evaluate, predict, train
from digits.files import atomic_write, explain_failure
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from digits.training.checkpoints import reset
from tests.app.kept.test_visit import saved_as
from tests.robustness.test_fuzz_pictures import with_no_rights
from tests.support.corpus import encode, seven


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_is_replaced_whole_or_stays(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("before")
    with pytest.raises(OSError) as failed, full_after(4096), atomic_write(path) as partial:
        partial.write_bytes(bytes(10_000))
    assert path.read_text() == "before" and names(tmp_path) == {"table.csv"}
    sentence = explain_failure(failed.value, path)
    assert "cannot be written: File too large. What was there before" in sentence


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_predict_leaves_the_earlier_table(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "7.png").write_bytes(encode(seven()))
    output = tmp_path / f"digits.{ending}"
    output.write_text("before")
    with full_after(100):
        assert predict.main([str(tmp_path / "7.png"), "--output", str(output)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "cannot be written" in lines[0]
    assert output.read_text() == "before"
    assert names(tmp_path) == {"7.png", output.name}


def test_a_card_and_the_arguments_of_a_run_are_written_whole(tmp_path: Path) -> None:
    model = tmp_path / "model.keras"
    ModelCard("earlier").write(model)
    card = model.with_suffix(".json").read_bytes()
    with pytest.raises(OSError), full_after(100):
        ModelCard("later").write(model)
    with pytest.raises(OSError), full_after(100):
        reset(tmp_path / "state", arguments={"seed": "0" * 200})
    assert model.with_suffix(".json").read_bytes() == card
    assert names(tmp_path / "state") == set()


def test_kept_drawings_survive_a_full_disk(tmp_path: Path) -> None:
    store = DrawingStore(f"sqlite:///{tmp_path / 'kept.db'}")
    store.save(saved_as("4"))
    kept: list[LabelledDrawing] = []
    with full_after(64 * 1024), pytest.raises(StoreError) as failed:
        for _ in range(400):
            kept.append(saved_as("9"))
            store.save(kept[-1])
    assert "cannot be written" in str(failed.value) and "\n" not in str(failed.value)
    assert store.count() == len(kept)  # the last one failed, the first was there before
    store.save(saved_as("9"))
    assert len(list(store.export())) == len(kept) + 1


def test_a_closed_folder_is_known_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise AssertionError("the model was loaded in vain")

    monkeypatch.setattr(Recognizer, "load", fail)
    (tmp_path / "7.png").write_bytes(encode(seven()))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for parent in (tmp_path, *tmp_path.parents[:4]):
        if parent.name.startswith(("pytest", "popen", "test")):
            parent.chmod(0o755)
    with with_no_rights():
        status = predict.main([str(tmp_path / "7.png"), "--output", str(closed / "x.csv")])
    assert status == 1
    error = capsys.readouterr().err
    assert "Permission denied" in error and len(error.splitlines()) == 1


def test_a_report_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recognizer, "load", lambda path: None)
    (tmp_path / "file").write_text("no folder")
    assert evaluate.main(["--report", str(tmp_path / "file" / "report")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "cannot be written: Not a directory" in lines[0]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_training_on_a_full_disk_leaves_the_earlier_model(
    number: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise OSError(number, "No space left on device", str(tmp_path / "finished.keras"))

    output = tmp_path / "model.keras"
    output.write_bytes(MODEL_PATH.read_bytes())
    monkeypatch.setattr(train, "train_and_report", fail)
    assert train.main(["--output", str(output)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "cannot be written" in lines[0] and "--resume" in lines[0]
    assert output.read_bytes() == MODEL_PATH.read_bytes()
