"""An ensemble's answers are the mean of its networks', mixed with the labels."""

from pathlib import Path

import keras
import numpy as np
import pytest

from distillation import TEACHER_SHARE, Ensemble, TeacherError
from models import build_model, with_no_digit
from training import to_targets


def test_targets_lie_between_the_labels_and_the_mean_answer() -> None:
    keras.utils.set_random_seed(0)
    models = [build_model("classic") for _ in range(2)]
    images = np.random.default_rng(0).uniform(size=(5, 28, 28, 1)).astype(np.float32)
    targets = to_targets(np.arange(5) * 2)
    softened = Ensemble(models).soften(images, targets)
    logits = [np.asarray(with_no_digit(model)(images)) for model in models]
    answers = [np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) for z in logits]
    expected = (1 - TEACHER_SHARE) * targets + TEACHER_SHARE * np.mean(answers, axis=0)
    np.testing.assert_allclose(softened, expected, atol=1e-5)
    np.testing.assert_allclose(softened.sum(axis=1), 1, atol=1e-5)


def test_a_file_that_cannot_teach_is_named(tmp_path: Path) -> None:
    plain = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    plain.save(tmp_path / "plain.keras")
    (tmp_path / "broken.keras").write_bytes(b"broken")
    for name in ("plain.keras", "broken.keras"):
        with pytest.raises(TeacherError, match=f"learn from in .*{name}"):
            Ensemble.load([tmp_path / name])
