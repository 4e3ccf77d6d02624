"""A model of letters: taught, measured, and on the command line, by the names of its classes."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.app.model.wording import learn_command, measure_command
from digits.classes import DIGIT_CLASSES
from digits.commands import evaluate, predict, train
from digits.data.dataset import DatasetError
from digits.data.splits import is_training_writer
from digits.evaluation import eval_sets, timing
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from digits.training.config import DataSources, TrainConfig
from digits.training.options import TrainOptions
from digits.training.training_data import gather
from tests.support.digit_drawings import DIGITS, draw, draw_number, encode_png
from tests.support.letters_model import LETTERS

WRITERS = [f"writer {i}" for i in range(12)]


def write_letters(path: Path, labels: str = "ABCDEFGHIJ", **more: Any) -> Path:
    """Write the ten digits under other names, by each of twelve writers."""
    lines = [
        {"label": labels[digit % len(labels)], "writer": writer, "strokes": strokes}
        for writer in WRITERS
        for digit, strokes in DIGITS.items()
    ]
    path.write_text("".join(json.dumps(line | more) + "\n" for line in lines))
    return path


def parse(*words: str | Path) -> DataSources:
    return TrainOptions.parse(list(map(str, words))).sources


def test_training_on_letters_writes_a_card_of_letters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes, output = write_letters(tmp_path / "pens.jsonl"), tmp_path / "letters.keras"
    options = ["--architecture", "classic", "--epochs", "1", "--pen-drawings", "2"]
    command = ["--strokes", str(strokes), *options, "--output", str(output)]
    assert train.main(command) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("test accuracy ")
    card = ModelCard.load(output)
    assert card.class_names == tuple("ABCDEFGHIJ") and card.reject_logit == 0
    assert {"strokes_validation_accuracy", "strokes_test_accuracy"} < set(card.figures)
    assert Recognizer.load(output).predict(draw(3)).label in LETTERS[:10]


def test_small_letters_join_large_ones_where_they_are_no_classes(tmp_path: Path) -> None:
    path = write_letters(tmp_path / "pens.jsonl", "AaBbCc")
    config = TrainConfig(renders_per_drawing=1, outliers=0.1)
    assert gather(parse("--strokes", path), config).class_names == tuple("ABCabc")
    data = gather(parse("--strokes", path, "--classes", "ABC"), config)
    assert data.targets.shape[1] == 4 and data.has_outliers
    (test,) = data.tests.values()
    assert np.bincount(test.labels).argmax() in (0, 1)
    assert set(test.labels.tolist()) == {0, 1, 2} and list(data.tests) == ["strokes"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--classes", "ABCDEFGHIJK"], "none of: K"),
        (["--classes", "ABC"], "Received: D, E, F"),
        (["--letters", "{pens}"], "come after --strokes"),
        (["--drawings", "{kept}"], "labels from A, B, C.* Received: '7'"),
    ],
)
def test_data_that_are_not_of_the_classes_get_one_sentence(
    options: list[str], sentence: str, tmp_path: Path
) -> None:
    pens, kept = write_letters(tmp_path / "pens.jsonl"), tmp_path / "kept.jsonl"
    kept.write_text('{"label": "7", "strokes": [[[0, 0], [5, 5]]]}')
    filled = [option.format(pens=pens, kept=kept) for option in options]
    config = TrainConfig(renders_per_drawing=1, outliers=0.1)
    with pytest.raises(DatasetError, match=sentence):
        gather(parse("--strokes", pens, *filled), config)


def test_classes_without_data_are_a_wrong_call_or_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(["--classes", "ABC", "--output", str(tmp_path / "l.keras")]) == 1
    assert "images after --mnist, or strokes after --strokes" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        train.main(["--classes", "AA"])
    assert stop.value.code == 2
    assert "argument --classes: Expected two different" in capsys.readouterr().err


def test_learning_on_takes_the_classes_of_the_model(
    letters_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes = write_letters(tmp_path / "pens.jsonl")
    command = ["--strokes", str(strokes), "--output", str(tmp_path / "new.keras")]
    assert train.main([*command, "--from", str(letters_model)]) == 1
    assert "none of: K, L, M" in capsys.readouterr().err  # 26 letters, as its card says


def test_commands_name_the_model_and_its_data(letters_model: Path) -> None:
    card = ModelCard.load(letters_model)
    assert learn_command(card, "l.keras", "kept.jsonl") == (
        "python train.py --strokes letters.jsonl --drawings kept.jsonl --from l.keras"
        " --output l.keras"
    )
    assert measure_command(card, "l.keras") == (
        "python evaluate.py --model l.keras --strokes letters.jsonl --held-out --update-card"
    )
    assert learn_command(None, "digit_model.keras", "kept.jsonl").endswith("digit_model.keras")


def test_csv_names_the_letters(letters_model: Path, tmp_path: Path) -> None:
    (tmp_path / "seven.png").write_bytes(encode_png(draw(7)))
    output = tmp_path / "letters.csv"
    arguments = [str(tmp_path / "seven.png"), "--model", str(letters_model)]
    assert predict.main([*arguments, "--output", str(output)]) == 0
    (row,) = csv.DictReader(output.read_text().splitlines())
    assert [name for name in row if name.startswith("p")] == [f"p_{name}" for name in LETTERS]
    assert (row["digit"], row["status"]) == ("H", "digit")
    assert float(row["p_H"]) == float(row["confidence"]) > 0.9


def test_several_letters_are_read_in_their_order(letters_model: Path) -> None:
    reading = Recognizer.load(letters_model).predict_number(draw_number("407"))
    assert reading.text == "EAH"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer pictures of each kind."""
    monkeypatch.setattr(eval_sets, "OUTLIERS", 10)
    monkeypatch.setattr(timing, "SPEED_CANVASES", 4)
    monkeypatch.setattr(timing, "SPEED_BATCHES", 1)


@pytest.mark.usefixtures("quick")
def test_letters_are_measured_on_the_writers_who_taught_nothing(
    letters_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes = write_letters(tmp_path / "pens.jsonl", "abcdefghij")
    command = ["--model", str(letters_model), "--strokes", str(strokes), "--held-out"]
    report = ["--report", str(tmp_path / "report")]
    assert evaluate.main([*command, *report]) == 0
    table = capsys.readouterr().out
    count = 10 * sum(not is_training_writer(writer) for writer in WRITERS)
    (line,) = [line for line in table.splitlines() if line.startswith("pens")]
    assert line.split()[1] == str(count) and float(line.split()[2]) > 90
    assert "what is no letter" in table and "two letters" in table and "digit" not in table
    assert "How well letters are read" in (tmp_path / "report" / "evaluation.html").read_text()
    assert evaluate.main(["--model", str(letters_model), "--letters", str(strokes)]) == 1
    assert "What it reads comes after --strokes" in capsys.readouterr().err


def test_the_ten_digits_stay_what_a_model_without_names_reads() -> None:
    assert ModelCard(sha256="").class_names == DIGIT_CLASSES
