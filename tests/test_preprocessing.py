"""The door preprocessing.py: the package's own functions, and what every path to the model uses."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import digits
import preprocessing
from digits.data import labelled_files, rendering
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import load_image
from digits.preprocessing.normalization import preprocess_candidates
from digits.recognition import recognizer
from digits.serving.api import routes
from tests.support.digit_drawings import draw
from tests.support.paths import ASSETS, PROJECT


def test_the_door_hands_on_the_functions_of_the_package() -> None:
    assert preprocessing.preprocess is digits.preprocess


def test_training_page_and_api_reach_that_very_function() -> None:
    assert labelled_files.__dict__["preprocess"] is digits.preprocess
    for module in (recognizer, routes):
        assert module.__dict__["preprocess_candidates"] is preprocess_candidates
    assert rendering.__dict__["fit_digit"] is preprocessing.fit_digit


@pytest.mark.parametrize("image", [draw(7), load_image(ASSETS / "seven.png")])
def test_a_drawing_that_trains_is_what_the_page_shows_the_model(image: Image) -> None:
    (trained,) = rendering.preprocess_all([image])  # (28, 28) uint8
    model_input = preprocessing.preprocess(image)
    assert model_input is not None
    np.testing.assert_array_equal(preprocessing.to_model_input(trained), model_input)


def test_the_program_writes_the_picture_that_the_model_sees(tmp_path: Path) -> None:
    picture, seen = ASSETS / "seven.png", tmp_path / "seen.png"
    subprocess.run([sys.executable, "preprocessing.py", picture, seen], cwd=PROJECT, check=True)
    written = cv2.imread(str(seen), cv2.IMREAD_UNCHANGED)
    model_input = digits.preprocess(load_image(picture))
    assert model_input is not None and written is not None
    np.testing.assert_array_equal(written, (model_input[..., 0] * 255).round())
