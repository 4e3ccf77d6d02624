"""Kept drawings are learnt from: their form is read right, and the rest as before."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from digits.app.kept.records import LabelledDrawing
from digits.app.kept.store import DrawingStore
from digits.commands import train
from digits.data.dataset import REJECT_LABEL, LabelledImages
from digits.data.labelled_files import load_kept_drawings
from digits.data.rendering import draw_digits, preprocess_all
from digits.evaluation.eval_sets import EvaluationSet, load_scikit_digits
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from digits.training.batches import EpochBatches
from digits.training.config import FINE_TUNE, DataSources, TrainConfig
from digits.training.keras_network import load_network
from digits.training.options import TrainOptions
from digits.training.trainer import interpolate_weights
from digits.training.training_data import MAX_REPEATS, TrainingData, gather, to_targets
from tests.support.digit_drawings import DIGITS, draw
from tests.support.digit_forms import FORMS, Form, draw_on_canvas, spawn

FORM = FORMS["looped_nine"]
HELD_OUT = slice(900, 1200)  # of scikit-learn's 1,797 digits; no training sees them
TAUGHT = slice(900)


@pytest.fixture(scope="module")
def digits() -> EvaluationSet:
    """scikit-learn's digits, enlarged and preprocessed."""
    return load_scikit_digits()


@pytest.fixture(scope="module")
def digits_file(tmp_path_factory: pytest.TempPathFactory, digits: EvaluationSet) -> Path:
    """Those digits in MNIST's layout."""
    path = tmp_path_factory.mktemp("digits") / "load_digits.npz"
    inputs = np.stack([model_input for model_input in digits.inputs if model_input is not None])
    assert len(inputs) == len(digits.labels)
    images = np.round(inputs[..., 0] * 255).astype(np.uint8)
    labels = np.array(list(map(int, digits.labels)))
    np.savez(
        path,
        x_train=images[TAUGHT],
        y_train=labels[TAUGHT],
        x_test=images[HELD_OUT],
        y_test=labels[HELD_OUT],
    )
    return path


def keep_drawings(folder: Path, recognizer: Recognizer, form: Form, *, count: int) -> Path:
    """Keep drawings of a form as the page does, and export them."""
    store = DrawingStore(f"sqlite:///{folder / 'kept.db'}")
    for rng in spawn(1, count):
        drawing = draw_on_canvas(form, rng)
        prediction = recognizer.predict(drawing.draw())
        sha256 = recognizer.card.sha256
        store.save(LabelledDrawing.of(drawing, prediction, label=form.label, sha256=sha256))
    path = folder / "kept.jsonl"
    path.write_text("".join(store.export()), encoding="utf-8")
    return path


def share_read(recognizer: Recognizer, form: Form) -> float:
    """Return the share of other drawings of a form that are read right."""
    others = [draw_on_canvas(form, rng).draw() for rng in spawn(2, 30)]
    return float(np.mean([recognizer.predict(image).label == form.label for image in others]))


@pytest.mark.usefixtures("no_pictures")
def test_twenty_kept_drawings_teach_their_form_and_the_rest_is_not_forgotten(
    digits: EvaluationSet,
    digits_file: Path,
    tmp_path: Path,
    recognizer: Recognizer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = keep_drawings(tmp_path, recognizer, FORM, count=20)
    output = tmp_path / "learnt.keras"
    options = ["--mnist", str(digits_file), "--no-pendigits", "--output", str(output)]
    # Beside so few others each is drawn three times, and each step goes ten times as far.
    learn = ["--drawings", *[str(kept)] * 3, "--from", str(MODEL_PATH)]
    assert train.main([*options, *learn, "--learning-rate", "2e-3"]) == 0
    assert f"  {FINE_TUNE.epochs} epochs  " in capsys.readouterr().out.splitlines()[-1]

    learnt = Recognizer.load(output)
    assert share_read(recognizer, FORM) < 0.6
    assert share_read(learnt, FORM) > 0.9
    for digit in DIGITS:
        assert learnt.predict(draw(digit)).label == str(digit)
    labels, inputs = digits.labels[HELD_OUT], digits.inputs[HELD_OUT]
    before, after = (
        np.mean([p.label == label for p, label in zip(read, labels, strict=True)])
        for read in (r.predict_inputs(inputs) for r in (recognizer, learnt))
    )
    assert after >= before - 0.01

    made = ModelCard.load(output).training
    assert made["learnt_on"]["sha256"] == recognizer.card.sha256
    assert made["learnt_on"]["training"] == recognizer.card.training
    last = json.loads(kept.read_text().splitlines()[-1])
    assert made["kept_until"] == last["kept_at"]


def test_learning_on_takes_fewer_epochs_unless_told_otherwise() -> None:
    start = ["--from", str(MODEL_PATH)]
    assert TrainOptions.parse([]).config == TrainConfig()
    assert TrainOptions.parse(start).config == FINE_TUNE
    assert FINE_TUNE.epochs < TrainConfig().epochs
    assert FINE_TUNE.learning_rate < TrainConfig().learning_rate
    told = TrainOptions.parse([*start, "--epochs", "9", "--learning-rate", "0.1"]).config
    assert (told.epochs, told.learning_rate) == (9, 0.1)
    assert told.mnist_images == FINE_TUNE.mnist_images


def test_few_drawings_are_repeated_until_they_count_and_differ_each_time(
    digits_file: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    kept = keep_drawings(tmp_path, recognizer, FORM, count=2)
    sources = DataSources(mnist=digits_file, use_pendigits=False, drawings=(kept,))
    old = 720  # of the 900 to train with, a fifth is for validation
    once = gather(sources, TrainConfig(outliers=0))
    assert len(once.images) == old + 2
    repeated = gather(sources, TrainConfig(outliers=0, own_drawings_fraction=0.1))
    assert len(repeated.images) == old + 2 * round(0.1 * old / 2)
    assert len(np.unique(repeated.images[old:], axis=0)) == len(repeated.images) - old
    most = gather(sources, TrainConfig(outliers=0, own_drawings_fraction=0.9, mnist_images=500))
    assert len(most.images) == 500 + 2 * MAX_REPEATS


def test_what_shows_no_digit_is_learnt_as_none(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text('{"label": "none", "strokes": [[[0, 0], [9, 4], [3, 8], [1, 1]]]}\n')
    drawn = draw_digits(load_kept_drawings(path), seed=0)
    assert isinstance(drawn, LabelledImages) and drawn.labels.tolist() == [REJECT_LABEL]


def test_a_teacher_gives_soft_targets_for_old_images_and_new_ones_keep_their_labels(
    recognizer: Recognizer,
) -> None:
    seven = np.round(preprocess_all([draw(7)[..., 0]]))
    images = np.repeat(seven, 4, axis=0)
    is_new = np.array([False, False, True, True])
    digits = LabelledImages(images, np.full(4, 2))  # all are called twos
    data = TrainingData(images, to_targets(digits.labels), {}, {"mnist": digits}, is_new)
    config = TrainConfig(augmentation=False)
    targets = {
        teacher: np.concatenate([t for _, t in EpochBatches(data, config, teacher=model).batches()])
        for teacher, model in (("none", None), ("shipped", load_network(MODEL_PATH).model))
    }
    assert (targets["none"].argmax(axis=1) == 2).all()
    assert sorted(targets["shipped"].argmax(axis=1)) == [2, 2, 7, 7]
    np.testing.assert_allclose(targets["shipped"].sum(axis=1), 1, atol=1e-5)


def test_interpolated_weights_lie_between_the_old_and_the_new() -> None:
    start, model = (keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)]) for _ in range(2))
    start.set_weights([np.array([[0.0, 4.0]]), np.array([1.0, 1.0])])
    model.set_weights([np.array([[8.0, 4.0]]), np.array([1.0, -3.0])])
    interpolate_weights(model, start, fraction=0.75)
    np.testing.assert_allclose(model.get_weights()[0], [[6.0, 4.0]])
    np.testing.assert_allclose(model.get_weights()[1], [1.0, -2.0])
    assert FINE_TUNE.weight_interpolation < 1 == TrainConfig().weight_interpolation
