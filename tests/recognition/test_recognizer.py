"""The shipped model reads digits, alone and in batches; broken models are named."""

from pathlib import Path

import cv2
import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from digits.evaluation.scribbles import draw_scribbles
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import ImageError
from digits.preprocessing.normalization import preprocess
from digits.recognition.errors import BrokenModelError, IncompatibleModelError, ModelNotFoundError
from digits.recognition.model_card import ModelCard
from digits.recognition.picture_files import predict_files
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw, draw_number, encode_png

LOAD_DIGITS_FLOOR = 0.96  # of scikit-learn's 1,797 digits


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read(recognizer: Recognizer, digit: int) -> None:
    prediction = recognizer.predict(draw(digit))
    assert (prediction.label, prediction.status) == (str(digit), "digit")
    assert sum(prediction.probabilities) == pytest.approx(1)
    assert prediction.confidence == max(prediction.probabilities)
    assert prediction.model_input is not None


def test_digits_of_other_hands_are_read(recognizer: Recognizer) -> None:
    """Enlarged from 8 x 8 to 160 x 160, as uploads."""
    data = load_digits()
    pictures = (
        cv2.resize((image * 255 / 16).astype(np.uint8), (160, 160), interpolation=cv2.INTER_CUBIC)
        for image in data.images
    )
    predictions = recognizer.predict_inputs([preprocess(picture) for picture in pictures])
    read = [prediction.label for prediction in predictions]
    right = np.mean([digit == str(label) for digit, label in zip(read, data.target, strict=True)])
    assert right >= LOAD_DIGITS_FLOOR


def test_a_path_bytes_and_pixels_of_one_picture_are_predicted_alike(
    recognizer: Recognizer, tmp_path: Path
) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(encode_png(draw(7)))
    for picture in (str(path), path, path.read_bytes()):
        assert recognizer.predict(picture) == recognizer.predict(draw(7))
        assert recognizer.predict_number(picture).text == "7"


def test_a_file_that_is_no_picture_is_an_image_error(recognizer: Recognizer) -> None:
    with pytest.raises(ImageError, match="found none"):
        recognizer.predict(b"no picture")


def test_a_blank_canvas_is_no_digit(recognizer: Recognizer) -> None:
    prediction = recognizer.predict(np.zeros((280, 280, 4), np.uint8))
    assert (prediction.status, prediction.label, prediction.confidence) == ("blank", None, 0)


def test_scribbles_and_pairs_of_digits_are_no_digits(recognizer: Recognizer) -> None:
    """Scribbles of another generator than the one that training has."""
    scribbles = [canvas for _, canvas in draw_scribbles(50, seed=1)]
    pairs = [draw_number(f"{a}{b}") for a, b in zip("13524", "74869", strict=True)]
    readings = recognizer.predict_inputs([preprocess(image) for image in scribbles + pairs])
    taken = [reading.status == "digit" for reading in readings]
    assert sum(taken[:50]) <= 5 and sum(taken[50:]) <= 1


def test_batches_agree_with_single_calls(recognizer: Recognizer) -> None:
    inputs = [preprocess(draw(digit)) for digit in DIGITS]
    together = recognizer.predict_inputs([inputs[0], None, *inputs[1:]])
    assert together.pop(1).status == "blank"
    for digit, prediction in zip(DIGITS, together, strict=True):
        alone = recognizer.predict(draw(digit))
        np.testing.assert_allclose(prediction.probabilities, alone.probabilities, atol=1e-5)


def test_files_are_read_in_order_and_a_broken_one_does_not_stop_the_rest(
    recognizer: Recognizer, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{digit}.png" for digit in DIGITS]
    for digit, path in zip(DIGITS, paths, strict=True):
        path.write_bytes(encode_png(draw(digit)))
    paths[3].write_bytes(b"broken")
    readings = list(predict_files(recognizer, paths))
    assert [reading.path for reading in readings] == paths
    assert readings[3].prediction is None and "found none" in readings[3].message
    rest = [reading.prediction for reading in readings if reading.prediction]
    assert [prediction.label for prediction in rest] == list("012456789")


def test_a_missing_model_tells_how_to_train(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"No model at .*python train\.py"):
        Recognizer.load(tmp_path / "gone.keras")


@pytest.mark.parametrize("size", [0, 100, 30_000])
def test_a_damaged_model_tells_how_to_train(tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.keras"
    path.write_bytes(MODEL_PATH.read_bytes()[:size])
    with pytest.raises(BrokenModelError, match=r"damaged.*python train\.py"):
        Recognizer.load(path)


def test_a_model_without_a_card_works_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bare.keras"
    path.write_bytes(MODEL_PATH.read_bytes())
    bare = Recognizer.load(path)
    assert bare.predict(draw(2)).label == "2"
    assert "no card" in bare.warning and "not calibrated" in bare.warning


def test_a_card_of_other_classes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ten.keras"
    path.write_bytes(MODEL_PATH.read_bytes())
    ModelCard(sha256_of(path), class_names=("a", "b")).write(path)
    with pytest.raises(IncompatibleModelError, match="Expected 2 classes"):
        Recognizer.load(path)


def test_the_shipped_model_is_small_and_bare() -> None:
    assert MODEL_PATH.stat().st_size <= 524_288
    model = keras.models.load_model(MODEL_PATH)
    assert not model.compiled
    assert model.output_shape == (None, 10)
    assert isinstance(model.layers[-1], keras.layers.Softmax)
