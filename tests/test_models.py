"""Every architecture maps 28 x 28 images to ten probabilities."""

import keras
import numpy as np
import pytest

from models import ARCHITECTURES, build_model


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_outputs_are_probabilities(architecture: str) -> None:
    model = build_model(architecture)
    outputs = np.asarray(model(np.zeros((3, 28, 28, 1), np.float32)))
    assert outputs.shape == (3, 10)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)
    assert isinstance(model.layers[-1], keras.layers.Dense)


def test_the_classic_network_is_the_tutorials() -> None:
    assert build_model("classic").count_params() == 347_146


def test_our_own_is_small_enough_to_ship() -> None:
    assert build_model("compact").count_params() * 4 < 480_000  # bytes; 524,288 may ship


def test_an_unknown_name_is_refused_with_those_known() -> None:
    with pytest.raises(ValueError, match="classic, three_conv, batchnorm, compact"):
        build_model("resnet")
