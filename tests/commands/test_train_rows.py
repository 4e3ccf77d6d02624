"""`train.py --rows`: a short real training writes a row reader that belongs together."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from digits.commands import train
from digits.preprocessing.row import fit_row
from digits.recognition.errors import IncompatibleModelError
from digits.recognition.number_choice import TOUCHING
from digits.recognition.recognizer import Recognizer
from digits.recognition.row_decoding import CHARACTERS
from digits.recognition.row_model import RowModel
from digits.training import compile as compile_command
from digits.training import options, row_calibration
from digits.training.config import ROWS
from tests.support.digit_drawings import draw

LAST_LINE = (
    r"validation rows wholly right \d\.\d{4}, with cutting \d\.\d{4}  1 epochs  \d+ s  seed 0"
)


@pytest.fixture(scope="module")
def trained(data: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A row reader that has seen few rows."""
    output = tmp_path_factory.mktemp("rows") / "rows.keras"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(options, "ROWS", dataclasses.replace(ROWS, epochs=1, rows_count=128))
        patch.setattr(row_calibration, "CHOICE_ROWS", 10)
        assert train.main([*data, "--rows", "--output", str(output)]) == 0
    return output


def test_training_writes_model_card_and_compiled_form(trained: Path) -> None:
    names = {path.name for path in trained.parent.iterdir()}
    assert names == {"rows.keras", "rows.json", "rows.tflite"}
    card = RowModel.load(trained).card
    assert card.kind == "rows" and card.class_names == tuple(CHARACTERS)
    assert {*card.weights} == {*TOUCHING} and card.temperature > 0
    assert card.training["config"]["rows_count"] == 128
    assert trained.stat().st_size < 1_000_000


def test_the_last_line_sums_the_run_up(
    data: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(options, "ROWS", dataclasses.replace(ROWS, epochs=1, rows_count=64))
    monkeypatch.setattr(row_calibration, "CHOICE_ROWS", 4)
    assert train.main([*data, "--rows", "--output", str(tmp_path / "rows.keras")]) == 0
    assert re.fullmatch(LAST_LINE, capsys.readouterr().out.splitlines()[-1])


def test_it_gives_probabilities_for_every_column(trained: Path) -> None:
    row = fit_row(draw(7)[..., 0])
    columns = RowModel.load(trained).read(row)
    assert columns.shape == (row.pixels.shape[1] // 2, len(CHARACTERS) + 1)
    np.testing.assert_allclose(np.exp(columns).sum(axis=1), 1, atol=1e-4)


def test_the_compile_command_makes_the_same_file_again(trained: Path, tmp_path: Path) -> None:
    copy = tmp_path / "again.tflite"
    assert compile_command.main([str(trained), "--output", str(copy)]) == 0
    assert copy.read_bytes() == trained.with_suffix(".tflite").read_bytes()


def test_it_is_no_model_of_single_digits(trained: Path) -> None:
    with pytest.raises(IncompatibleModelError, match="reads rows"):
        Recognizer.load(trained)


@pytest.mark.parametrize(
    "arguments", [["--architecture", "classic"], ["--classes", "ab"], ["--no-pendigits"]]
)
def test_options_of_the_other_training_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        train.main(["--rows", *arguments])
    assert "not allowed with --rows" in capsys.readouterr().err
