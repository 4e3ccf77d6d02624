"""Exported files answer as the recognizer does, in their own runtimes, and come whole."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from digits.commands import export
from digits.evaluation.eval_sets import EvaluationSet
from digits.evaluation.scribbles import draw_scribbles
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import ModelInput, preprocess
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from digits.serving.export import comparison
from digits.serving.export.formats import (
    FORMATS,
    FormatError,
    Predictor,
    load_savedmodel,
    save_savedmodel,
)
from digits.serving.export.manifest import measure_file
from digits.serving.export.network import DIGIT_PROBABILITY, make_network
from digits.serving.export.options import FORMAT_NAMES
from digits.training.architectures import build_model, logits_of
from digits.training.calibrated_network import PROBABILITIES, apply_calibration
from digits.training.keras_network import load_network
from tests.support.digit_drawings import DIGITS, draw
from tests.support.paths import PROJECT

GUIDE = (PROJECT / "docs" / "export.md").read_text(encoding="utf-8")
EXAMPLES = [block.partition("```")[0] for block in GUIDE.split("```python\n")[1:]]


def is_here(name: str) -> bool:
    """Whether a format's packages are installed; in CI they must be."""
    try:
        FORMATS[name].check()
    except FormatError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        return False
    return True


@pytest.fixture(scope="module", autouse=True)
def few_timings() -> Iterator[None]:
    """Let the program time little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "SINGLES", 2)
        patch.setattr(comparison, "BATCHES", 1)
        yield


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every format that can be written here, by the program itself."""
    folder = tmp_path_factory.mktemp("elsewhere") / "exported"
    names = [name for name in FORMATS if is_here(name)]
    assert export.main(["--formats", *names, "--output", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def contract(exported: Path) -> dict[str, Any]:
    """What the JSON file beside the exported ones says."""
    content: dict[str, Any] = json.loads((exported / "digit_model.export.json").read_text())
    return content


@pytest.fixture(params=FORMATS)
def reader(request: pytest.FixtureRequest, exported: Path) -> Predictor:
    """Each format, loaded by its own runtime."""
    if not is_here(request.param):
        pytest.skip("its packages are in requirements-export.txt")
    kind = FORMATS[request.param]
    return kind.load(exported / f"digit_model{kind.ending}")


@pytest.fixture(scope="module")
def inputs() -> list[ModelInput]:
    """Ten digits, and forty scribbles, most of which are refused."""
    pictures = [draw(digit) for digit in DIGITS]
    pictures += [scribble for _, scribble in draw_scribbles(40, seed=3)]
    return [made for made in map(preprocess, pictures) if made is not None]


def read_by_the_contract(
    read: Predictor, inputs: Sequence[ModelInput], contract: dict[str, Any]
) -> list[tuple[str, str]]:
    """Read as a program does that knows the JSON file and nothing else of this project."""
    probabilities, shares = read(np.stack(inputs))
    return [
        (
            contract["class_names"][row.argmax()],
            "unsure" if share * row.max() < contract["unsure_below"] else "digit",
        )
        for row, share in zip(probabilities, shares, strict=True)
    ]


def test_the_contract_is_enough_to_give_the_recognizers_answers(
    reader: Predictor,
    recognizer: Recognizer,
    inputs: list[ModelInput],
    contract: dict[str, Any],
) -> None:
    predictions = recognizer.predict_inputs(inputs)
    expected = [(prediction.label, prediction.status) for prediction in predictions]
    assert {status for _, status in expected} == {"digit", "unsure"}
    assert read_by_the_contract(reader, inputs, contract) == expected


def test_probabilities_are_the_calibrated_ones_alone_and_in_batches(
    reader: Predictor, recognizer: Recognizer, inputs: list[ModelInput]
) -> None:
    predictions = recognizer.predict_inputs(inputs)
    expected = np.array([prediction.probabilities for prediction in predictions])
    shares = np.array([prediction.in_distribution_probability for prediction in predictions])
    for count in (1, len(inputs), 1):  # LiteRT's interpreter changes its size each time
        answers = reader(np.stack(inputs[:count]))
        np.testing.assert_allclose(answers[0], expected[:count], atol=1e-5)
        np.testing.assert_allclose(answers[1], shares[:count], atol=1e-5)


def test_the_contract_lists_the_files_and_how_they_compare(
    exported: Path, contract: dict[str, Any]
) -> None:
    assert contract["model"]["sha256"] == sha256_of(MODEL_PATH)
    assert contract["measured_on"] == "load_digits"
    names = {entry["path"] for entry in contract["files"].values()}
    assert {path.name for path in exported.iterdir()} == names | {"digit_model.export.json"}
    for entry in contract["files"].values():
        assert (entry["bytes"], entry["sha256"]) == measure_file(exported / entry["path"])
        assert entry["comparison"]["images"] == 1797
        assert entry["comparison"]["other_digits"] == 0
        assert 0 <= entry["comparison"]["largest_difference"] < 1e-4
        assert entry["speed"]["milliseconds"] > 0


def test_a_card_of_other_calibration_is_inside_the_network(inputs: list[ModelInput]) -> None:
    """And a model that never saw "no digit" is sure that everything is one."""
    keras.utils.set_random_seed(0)
    model = build_model("classic", num_classes=4)
    network = logits_of(model)
    assert network is not None
    logits = network(np.stack(inputs)).numpy()
    for reject_logit in (None, 0.7):
        card = ModelCard("", class_names=tuple("abcd"), temperature=2.5, reject_logit=reject_logit)
        answers = make_network(model, card).predict(np.stack(inputs))
        expected = apply_calibration(logits, temperature=2.5, reject_logit=reject_logit)
        np.testing.assert_allclose(answers[PROBABILITIES], expected[0], atol=1e-6)
        np.testing.assert_allclose(answers[DIGIT_PROBABILITY], expected[1], atol=1e-6)


@pytest.fixture
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program compare ten images."""
    pictures = [preprocess(draw(digit)) for digit in DIGITS]
    examples = EvaluationSet("few", "Ten drawn digits.", tuple("0123456789"), tuple(pictures))
    monkeypatch.setattr("digits.evaluation.eval_sets.load_scikit_digits", lambda: examples)


@pytest.mark.usefixtures("few_digits")
def test_a_file_that_answers_differently_leaves_the_former_ones(
    tmp_path: Path,
    recognizer: Recognizer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--formats", "savedmodel", "--output", str(tmp_path)]
    assert export.main(arguments) == 0
    assert export.main(arguments) == 0  # what is there is replaced
    former = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    hotter = dataclasses.replace(recognizer.card, temperature=2 * recognizer.card.temperature)
    other = make_network(load_network(MODEL_PATH).model, hotter)
    faulty = dataclasses.replace(
        FORMATS["savedmodel"], save=lambda network, path: save_savedmodel(other, path)
    )
    monkeypatch.setitem(FORMATS, "savedmodel", faulty)
    assert export.main(arguments) == 1
    assert "nothing was written" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == former
    load_savedmodel(tmp_path / "digit_model.savedmodel")  # is whole


def test_a_missing_package_is_one_sentence_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = dataclasses.replace(FORMATS["onnx"], packages=("no_such_runtime",))
    monkeypatch.setitem(FORMATS, "onnx", lacking)
    assert export.main(["--output", str(tmp_path / "exported")]) == 1
    error = capsys.readouterr().err
    assert "no_such_runtime" in error and "pip install -r requirements-export.txt" in error
    assert error.count("\n") == 1 and not list(tmp_path.iterdir())


def test_what_cannot_be_written_or_read_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    occupied = tmp_path / "a file"
    occupied.write_text("")
    assert export.main(["--formats", "savedmodel", "--output", str(occupied)]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert export.main(["--model", str(tmp_path / "no.keras"), "--formats", "savedmodel"]) == 1
    assert "Run 'python train.py'" in capsys.readouterr().err


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_guides_examples_print_what_they_say(
    code: str,
    exported: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, kind in FORMATS.items():
        if kind.ending in code and not is_here(name):
            pytest.skip("its packages are in requirements-export.txt")
    tests = exported.parent / "tests"
    if not tests.exists():
        tests.symlink_to(PROJECT / "tests")
    monkeypatch.chdir(exported.parent)
    exec(compile(code, "docs/export.md", "exec"), {})
    said = [line.rpartition("#")[2].strip() for line in code.splitlines() if "print(" in line]
    assert capsys.readouterr().out.splitlines() == said


def test_another_program_needs_no_tensorflow(exported: Path) -> None:
    if not is_here("onnx"):
        pytest.skip("its packages are in requirements-export.txt")
    code = next(code for code in EXAMPLES if "onnxruntime" in code)
    code += "\nimport sys\nprint('tensorflow' in sys.modules, 'keras' in sys.modules)"
    picture = str(PROJECT / "tests" / "assets" / "seven.png")
    run = subprocess.run(
        [sys.executable, "-c", code.replace("tests/assets/seven.png", picture)],
        cwd=exported.parent,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == ["7 sure", "False False"]


def test_the_options_name_every_format() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES
