"""evaluate.py on a full disk or a closed folder: a sentence, and the earlier files stay."""

from pathlib import Path

import pytest

from digits.commands import evaluate
from digits.evaluation import eval_sets, timing
from digits.evaluation.eval_sets import EvaluationSet
from digits.evaluation.timing import Speed
from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import preprocess
from digits.recognition.model_report.files import (
    report_folder,
)
from digits.recognition.recognizer import Recognizer
from tests.robustness.test_full_disk import full_after
from tests.robustness.test_fuzz_pictures import with_no_rights
from tests.support.digit_drawings import draw


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recognizer: Recognizer) -> Path:
    """A copy of the model that ships with its card; two pictures are measured."""
    monkeypatch.setattr(Recognizer, "load", lambda path: recognizer)
    digits = EvaluationSet("digits", "Sevens.", ("7", "1"), inputs=(preprocess(draw(7)),) * 2)
    monkeypatch.setattr(eval_sets, "load_sets", lambda *_: ([digits], []))
    monkeypatch.setattr(timing, "measure_speeds", lambda models: [Speed(1, 1)] * len(models))
    path = tmp_path / MODEL_PATH.name
    path.write_bytes(MODEL_PATH.read_bytes())
    path.with_suffix(".json").write_bytes(MODEL_PATH.with_suffix(".json").read_bytes())
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that tells of the fault."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("evaluate.py: "), lines
    return lines[0]


@pytest.mark.parametrize("size", [0, 100, 2000])
def test_a_card_on_a_full_disk_stays(
    size: int, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(model.parent)
    with full_after(size):
        assert evaluate.main(["--model", str(model), "--update-card"]) == 1
    assert "cannot be written" in said(capsys)
    assert contents(model.parent) == before


@pytest.mark.parametrize("size", [0, 2000])
def test_an_earlier_report_on_a_full_disk_stays(
    size: int, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = model.parent / "report"
    report.mkdir()
    for name in ("evaluation.json", "evaluation.html"):
        (report / name).write_text("before")
    before = contents(model.parent)
    with full_after(size):
        assert evaluate.main(["--model", str(model), "--report", str(report)]) == 1
    assert "cannot be written" in said(capsys)
    assert contents(model.parent) == before


def test_details_on_a_full_disk_stay(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = report_folder(model)
    folder.mkdir(parents=True)
    for source in report_folder(MODEL_PATH).glob("*.*"):
        (folder / source.name).write_bytes(source.read_bytes())
    before = contents(folder)
    with full_after(8000):  # room for the card, not for the details
        assert evaluate.main(["--model", str(model), "--update-card"]) == 1
    assert "cannot be written" in said(capsys)
    assert contents(folder) == before


@pytest.mark.parametrize("option", ["--report", "--update-card"])
def test_a_closed_folder_is_known_before_measuring(
    option: str, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "measure_speeds", lambda *_: pytest.fail("was measured"))
    before = contents(model.parent)
    for parent in (model.parent, *model.parent.parents[:4]):
        if parent.name.startswith(("pytest", "popen", "test")):
            parent.chmod(0o755)
    arguments = [option, str(model.parent)] if option == "--report" else [option]
    with with_no_rights():
        status = evaluate.main(["--model", str(model), *arguments])
    assert status == 1 and "Permission denied" in said(capsys)
    assert contents(model.parent) == before
