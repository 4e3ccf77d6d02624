"""The command line measures what it is given, and keeps its contract."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digits.commands import evaluate
from digits.evaluation import eval_sets, timing
from digits.evaluation.model_summary import read_about
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from digits.recognition.model_report.files import (
    read_details,
    report_folder,
)
from tests.conftest import Images
from tests.support.digit_drawings import DIGITS, draw, encode_png
from tests.support.number_folders import write_numbers
from tests.support.paths import PROJECT


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer pictures of each kind: their number is all that changes."""
    monkeypatch.setattr(eval_sets, "OUTLIERS", 20)
    monkeypatch.setattr(timing, "SPEED_CANVASES", 8)
    monkeypatch.setattr(timing, "SPEED_BATCHES", 1)


@pytest.fixture
def strokes(tmp_path: Path) -> Path:
    """A stroke file of the ten digits."""
    path = tmp_path / "pens.jsonl"
    lines = [{"label": digit, "strokes": strokes} for digit, strokes in DIGITS.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A stroke file of letters, by a writer who is kept for measuring: an X, and a U."""
    path = tmp_path / "letters.jsonl"
    lines = [
        {"label": "X", "writer": "a", "strokes": [[[0, 0], [9, 9]], [[9, 0], [0, 9]]]},
        {"label": "U", "writer": "a", "strokes": [[[0, 0], [0, 7], [3, 9], [6, 7], [6, 0]]]},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Folders with a five, a three that lies among the sevens, a blank and a broken file."""
    folder = tmp_path / "photos"
    for label in "57":
        (folder / label).mkdir(parents=True)
    (folder / "5" / "five.png").write_bytes(encode_png(draw(5)))
    (folder / "7" / "misplaced.png").write_bytes(encode_png(draw(3)))
    (folder / "7" / "blank.png").write_bytes(encode_png(draw(7, ink=(0, 0, 0))))
    (folder / "7" / "broken.png").write_bytes(b"broken")
    return folder


@pytest.fixture
def mnist(tmp_path: Path, mnist_digits: Images) -> Path:
    """Twenty digits in the form of MNIST's file; the test labels are right, the others not."""
    labels = np.arange(20) % 10
    path = tmp_path / "mnist.npz"
    parts = {"x_train": mnist_digits, "y_train": labels * 0, "x_test": mnist_digits}
    np.savez(path, **parts, y_test=labels)  # type: ignore[arg-type]
    return path


def test_every_kind_of_set_has_its_line(
    strokes: Path,
    letters: Path,
    pictures: Path,
    mnist: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--strokes", strokes, "--letters", letters, "--images", pictures]
    assert evaluate.main([*map(str, arguments), "--mnist", str(mnist)]) == 0
    printed = capsys.readouterr().out
    lines = {line.split("  ")[0]: line for line in printed.splitlines()}
    assert "113,290 parameters" in printed
    assert re.search(r"\b20 +100\.00 % +83\.89 - 100\.00 %", lines["mnist_test"])
    assert re.search(r"\b10 +100\.00 %", lines["pens"])
    assert re.search(r"\b4 +25\.00 %", lines["photos"])  # neither blank nor broken is right
    assert re.search(r"\b2 ", lines["letters"]) and re.search(r"\b1 ", lines["clear letters"])
    for name in ("two digits", "scribbles", "blanks"):
        assert re.search(r"\b20 ", lines[name])


def test_numbers_have_their_table_and_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_numbers(tmp_path / "rows", {"42": "rows", "137": "rows", "-58": "signs"})
    report = tmp_path / "report"
    assert evaluate.main(["--numbers", str(folder), "--report", str(report)]) == 0
    printed = capsys.readouterr().out
    lines = {line.split("  ")[0]: line for line in printed.splitlines()}
    assert "numbers wholly right" in printed and "No digits were read" not in printed
    assert re.search(r"\b1 +0\.00 % .* 100\.00 % +0\.00 %", lines["signs"])  # the sign is lost
    (record,) = json.loads((report / "evaluation.json").read_text())["models"]
    rows = record["numbers"]["rows"]
    assert (rows["count"], rows["numbers_right"]) == (3, 0.6667)
    assert list(rows["kinds"]) == ["rows", "signs"]
    page = (report / "evaluation.html").read_text()
    assert "Numbers of several digits" in page and "on 3 numbers" in page


def test_the_card_and_the_details_get_the_figures_of_numbers(model: Path, tmp_path: Path) -> None:
    folder = write_numbers(tmp_path / "rows", {"42": "", "137": ""})
    arguments = ["--model", model, "--numbers", folder, "--update-card"]
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    about = read_about(model)
    (one,) = about.numbers
    assert (one.name, one.count, one.share, one.digit_error_rate) == ("rows", 2, 1, 0)
    assert one.about.startswith("Picture files of numbers")
    assert "rows" not in {other.name for other in (*about.digits, *about.negatives)}


def test_the_columns_are_aligned(strokes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate.main(["--strokes", str(strokes)])
    tables = capsys.readouterr().out.strip().split("\n\n")[1:]
    for table in tables:
        assert len({len(line) for line in table.splitlines()}) == 1, table


def test_the_report_holds_figures_and_pictures(
    strokes: Path, pictures: Path, model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "report"
    arguments = ["--model", model, "--strokes", strokes, "--images", pictures, "--report", folder]
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    (record,) = json.loads((folder / "evaluation.json").read_text())["models"]
    photos = record["digits"]["photos"]
    assert (photos["accuracy"], photos["blank"], photos["error"]) == (0.25, 1, 1)
    confusion = np.array(photos["confusion"]["counts"])
    assert confusion[7, 3] == 1 and confusion[7, 10] == 2  # the last column: not read
    assert record["digits"]["pens"]["accuracy"] == 1
    assert record["refusals_compared_with"] == ["pens"]
    curve = record["others"]["scribbles"]["refusal_curve"]
    assert curve["digits_refused"][0] == 0 and curve["digits_refused"][-1] == 1
    page = (folder / "evaluation.html").read_text()
    assert 'title="7/misplaced.png"' in page and "data:image/png;base64," in page
    assert page.count("<svg") == 4  # accuracies, refusals, and a reliability a set
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)  # it needs no other file
    assert not list(folder.glob("*.partial"))


def test_names_of_files_cannot_break_the_page(pictures: Path, tmp_path: Path) -> None:
    bad = pictures.rename(tmp_path / "<script>alert(1)<")
    (bad / "7" / "misplaced.png").rename(bad / "7" / 'x"onload="y.png')
    assert evaluate.main(["--images", str(bad), "--report", str(tmp_path / "r")]) == 0
    page = (tmp_path / "r" / "evaluation.html").read_text()
    assert "<script>" not in page and 'x"onload' not in page


def test_the_card_gets_an_entry_a_set_and_keeps_the_rest(model: Path, strokes: Path) -> None:
    before = ModelCard.load(model)
    assert evaluate.main(["--model", str(model), "--strokes", str(strokes), "--update-card"]) == 0
    after = ModelCard.load(model)
    assert after.figures["pens"]["accuracy"] == 1
    assert after.figures["pens"]["count"] == 10
    assert {"scribbles", "blanks", "two_digits"} <= set(after.figures)
    measured = {"pens", "scribbles", "blanks", "two_digits"}
    kept = before.figures.keys() - measured
    assert "mnist_test_loss" in kept
    assert all(after.figures[name] == before.figures[name] for name in kept)
    assert (after.temperature, after.training) == (before.temperature, before.training)


def test_the_page_gets_details_and_pictures_of_public_sets_alone(
    model: Path, mnist: Path, pictures: Path
) -> None:
    with np.load(mnist) as data:
        parts = dict(data)
    parts["y_test"][5] = 3  # a five that is called a three
    np.savez(mnist, **parts)
    arguments = ["--model", model, "--mnist", mnist, "--images", pictures, "--update-card"]
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    details = read_details(report_folder(model), sha256=sha256_of(model))
    assert details.parameters == 113_290
    (misread,) = details.sets["mnist_test"].misread
    assert (misread.truth, misread.reading) == ("3", "5")
    np.testing.assert_array_equal(misread.picture, parts["x_test"][5])
    photos = details.sets["photos"]
    assert photos.count("7", "3") == 1 and photos.count("7", "") == 2
    assert photos.misread == ()  # somebody's photos

    shown = ["--model", model, "--images", pictures, "--update-card", "--pictures-of", "photos"]
    assert evaluate.main([str(argument) for argument in shown]) == 0
    details = read_details(report_folder(model), sha256=sha256_of(model))
    assert [one.truth for one in details.sets["photos"].misread] == ["7"]
    assert len(details.sets["mnist_test"].misread) == 1  # measured before, and still there


def test_several_models_stand_side_by_side(
    model: Path, strokes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = write_numbers(tmp_path / "rows", {"42": ""})
    arguments = ["--model", MODEL_PATH, model, "--strokes", strokes, "--numbers", numbers]
    arguments += ["--report", tmp_path / "r"]
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    comparison = capsys.readouterr().out.split("\n\n")[-2].splitlines()
    assert comparison[0].split() == ["digit_model", "copy"]
    (accuracy,) = [line for line in comparison if line.startswith("pens, read right")]
    assert accuracy.count("100.00 %") == 2
    assert any(line.startswith("rows, numbers right") for line in comparison)
    page = (tmp_path / "r" / "evaluation.html").read_text()
    assert "2 models" in page and 'id="model-2"' in page


def test_keras_measures_and_says_how_far_litert_differs(
    model: Path, strokes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--engine", "keras", "--model", MODEL_PATH, model, "--strokes", strokes]
    monkeypatch.setattr(eval_sets, "OUTLIERS", 4)
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    printed = capsys.readouterr().out
    assert printed.count(" 100.00 %") >= 2  # both tables
    lines = [line for line in printed.splitlines() if "compared with Keras" in line]
    assert [line.split(",")[0] for line in lines] == ["digit_model", "copy"]
    for line in lines:
        found = re.search(
            r"(\d+) pictures, 0 other labels, 0 other statuses, .* probability (\S+)$", line
        )
        assert found and 14 <= int(found[1]) <= 22 and 0 < float(found[2]) < 1e-5


def test_only_the_engine_keras_loads_keras() -> None:
    check = (
        "import sys; from digits.commands.evaluate import main\n"
        "from digits.evaluation import eval_sets, timing\n"
        "eval_sets.OUTLIERS, timing.SPEED_CANVASES, timing.SPEED_BATCHES = 4, 8, 1\n"
        f"assert main(['--model', {str(MODEL_PATH)!r}]) == 0\n"
        "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_without_digits_it_says_how_to_name_some(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main([]) == 0
    printed = capsys.readouterr().out
    assert "--load-digits" in printed and "scribbles" in printed


def test_a_label_that_the_model_does_not_know_is_one_sentence(
    letters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main(["--strokes", str(letters)]) == 1
    error = capsys.readouterr().err
    assert "Received: U, X." in error and "Traceback" not in error


@pytest.mark.parametrize(
    ("option", "name", "sentence"),
    [
        ("--model", "bad.keras", "no Keras model"),
        ("--model", "gone.keras", "Run 'python train.py'"),
        ("--mnist", "bad.keras", "Expected MNIST"),
        ("--strokes", "bad.keras", "line 1"),
        ("--letters", "bad.keras", "line 1"),
        ("--images", ".", "folders named by label"),
        ("--numbers", ".", "Expected 'labels.csv'"),
        ("--report", "bad.keras", "bad.keras"),
        ("--pictures-of", "pens", "Received: pens"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    option: str,
    name: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.keras").write_text("bad")
    assert evaluate.main([option, name]) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("evaluate.py: ") and sentence in error
    assert "\n" not in error and "Traceback" not in error


def test_a_card_that_is_missing_is_told_before_measuring(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.with_suffix(".json").unlink()
    assert evaluate.main(["--model", str(model), "--update-card"]) == 1
    printed = capsys.readouterr()
    assert "Leave out --update-card" in printed.err
    assert printed.out == ""


def test_two_sets_of_one_name_are_told_apart_first(
    strokes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main(["--strokes", str(strokes), str(strokes)]) == 1
    assert "2 are called 'pens'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--strokes", "gone.jsonl"], ["--unknown"], ["--model"]])
def test_a_wrong_call_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        evaluate.main(arguments)
    assert stop.value.code == 2
