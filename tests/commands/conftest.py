"""Data for short trainings."""

import json
from typing import Any

import numpy as np
import pytest

from digits.data.image_augmentation import augment
from tests.support.digit_drawings import DIGITS


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, mnist_digits: Any) -> list[str]:
    """Arguments for a training on few digits: MNIST's layout, and pen strokes."""
    folder = tmp_path_factory.mktemp("data")
    images = augment(np.tile(mnist_digits, (30, 1, 1)), rng=np.random.default_rng(0))
    labels = np.tile(np.arange(10), 60)
    train_part: dict[str, Any] = {"x_train": images, "y_train": labels}
    test_part: dict[str, Any] = {"x_test": images[:100], "y_test": labels[:100]}
    np.savez(folder / "mnist.npz", **train_part, **test_part)
    records = [
        {"label": digit, "writer": str(writer), "strokes": strokes}
        for writer in range(1, 31)
        for digit, strokes in DIGITS.items()
    ]
    (folder / "pens.jsonl").write_text("\n".join(map(json.dumps, records)))
    return ["--mnist", str(folder / "mnist.npz"), "--pendigits", str(folder / "pens.jsonl")]
