"""Every architecture maps 28 x 28 images to ten probabilities."""

import keras
import numpy as np
import pytest

from digits.training.architectures import BUILDERS, build_model, logits_of, with_no_digit


@pytest.mark.parametrize("architecture", BUILDERS)
def test_outputs_are_probabilities(architecture: str) -> None:
    model = build_model(architecture)
    outputs = np.asarray(model(np.zeros((3, 28, 28, 1), np.float32)))
    assert outputs.shape == (3, 10)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)
    assert isinstance(model.layers[-1], keras.layers.Softmax)


def test_logits_come_of_the_same_weights() -> None:
    model = build_model("classic")
    images = np.random.default_rng(0).uniform(size=(3, 28, 28, 1)).astype(np.float32)
    network = logits_of(model)
    assert network is not None
    powers = np.exp(np.asarray(network(images)))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, np.asarray(model(images)), atol=1e-5)
    assert (np.asarray(with_no_digit(model)(images))[:, 10] == 0).all()


def test_a_network_of_other_make_has_no_logits() -> None:
    other = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    assert logits_of(other) is None
    with pytest.raises(ValueError, match="named 'logits'"):
        with_no_digit(other)


def test_the_classic_network_is_the_tutorials() -> None:
    assert build_model("classic").count_params() == 347_146


def test_our_own_is_small_enough_to_ship() -> None:
    assert build_model("compact").count_params() * 4 < 480_000  # bytes; 524,288 may ship


def test_an_unknown_name_is_refused_with_those_known() -> None:
    with pytest.raises(ValueError, match="classic, three_conv, batchnorm, compact"):
        build_model("resnet")
