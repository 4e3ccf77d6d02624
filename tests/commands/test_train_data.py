"""train.py and its data: what is learnt from, tested on, and refused."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits.commands import train
from digits.data.dataset import REJECT_LABEL, DatasetError, LabelledImages
from digits.recognition.model_card import ModelCard
from digits.training import trainer
from digits.training.config import DataSources, TrainConfig
from digits.training.training_data import gather
from tests.commands.test_train import LAST_LINE, QUICK
from tests.support.digit_drawings import DIGITS, draw


def test_without_pen_digits_training_goes_on_and_says_what_that_costs(
    data: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(path: Path | None) -> None:
        raise DatasetError("The pen digits could not be downloaded.")

    monkeypatch.setattr("digits.training.training_data.load_pendigits", fail)
    loaded = gather(DataSources(mnist=Path(data[1])), TrainConfig())
    assert set(loaded.validation) == {"mnist"}
    assert "MNIST alone" in capsys.readouterr().err


def test_drawings_and_outliers_join_the_training_images(data: list[str], tmp_path: Path) -> None:
    (tmp_path / "own" / "7").mkdir(parents=True)
    Image.fromarray(draw(7)).save(tmp_path / "own" / "7" / "a.png")
    drawings = (tmp_path / "own",)
    sources = DataSources(mnist=Path(data[1]), use_pendigits=False, drawings=drawings)
    loaded = gather(sources, TrainConfig(outliers=0.25))
    assert len(loaded.images) == 480 + 1 + 120
    np.testing.assert_allclose(loaded.targets.sum(axis=1), 1)
    assert loaded.targets[480, 7] == 1 and loaded.targets[481:, REJECT_LABEL].all()
    assert loaded.has_outliers
    assert not gather(sources, TrainConfig(outliers=0)).has_outliers
    assert isinstance(loaded.tests["mnist"], LabelledImages)


@pytest.mark.parametrize("count", [1, 3, 12])
@pytest.mark.parametrize("writers", [("",), ("anna",), ("anna", "bert")])
def test_a_handful_of_drawings_is_a_sentence_or_a_model(
    count: int, writers: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes = tmp_path / "few.jsonl"
    with strokes.open("w") as file:
        for number in range(count):
            line = {"label": "AB"[number % 2], "strokes": DIGITS[number % 2]}
            print(json.dumps(line | {"writer": writers[number % len(writers)]}), file=file)
    output = tmp_path / "few.keras"
    options = ["--strokes", str(strokes), *QUICK, "--epochs", "1", "--output", str(output)]
    status = train.main(options)
    sentence = capsys.readouterr().err.splitlines()[-1]
    if status:
        assert sentence.startswith("train.py: Expected drawings ") and not output.exists()
    else:
        assert writers == ("",) and count > 1 and output.exists()


@pytest.mark.usefixtures("no_pictures")
def test_a_run_is_not_resumed_with_other_data_of_the_same_name(
    data: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mnist, own = tmp_path / "mnist.npz", tmp_path / "own"
    mnist.write_bytes(Path(data[1]).read_bytes())
    (own / "7").mkdir(parents=True)
    Image.fromarray(draw(7)).save(own / "7" / "a.png")
    options = ["--mnist", str(mnist), "--no-pendigits", *QUICK, "--epochs", "1"]
    options += ["--drawings", str(own), "--output", str(tmp_path / "new.keras")]

    def stop(*arguments: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "train_network", stop)
        assert train.main(options) == 130
    Image.fromarray(draw(7)[::-1]).save(own / "7" / "b.png")
    assert train.main([*options, "--resume"]) == 1
    assert "had another content of drawings." in capsys.readouterr().err
    (own / "7" / "b.png").unlink()
    arrays = dict(np.load(mnist))
    np.savez(mnist, **arrays | {"y_train": arrays["y_train"][::-1]})
    assert train.main([*options, "--resume"]) == 1
    assert "had another content of mnist." in capsys.readouterr().err
    mnist.write_bytes(Path(data[1]).read_bytes())
    assert train.main([*options, "--resume"]) == 0


@pytest.mark.usefixtures("no_pictures")
def test_every_test_set_is_scored(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes, output = tmp_path / "pens.jsonl", tmp_path / "both.keras"
    strokes.write_bytes(Path(data[3]).read_bytes())
    options = [*data[:2], "--no-pendigits", "--strokes", str(strokes), *QUICK, "--epochs", "1"]
    assert train.main([*options, "--output", str(output)]) == 0
    *_, strokes_line, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(LAST_LINE, last)
    assert re.fullmatch(r"strokes: test accuracy [01]\.\d{4}  test loss \d+\.\d{4}", strokes_line)
    card = ModelCard.load(output)
    assert f"test accuracy {card.figures['strokes_test_accuracy']:.4f}" in strokes_line
    assert f"test accuracy {card.figures['mnist_test_accuracy']:.4f}" in last
    assert card.training["command"].startswith("python train.py --mnist mnist.npz --no-pendigits")
