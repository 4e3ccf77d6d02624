"""MNIST's validation part is stratified, and the same in every run."""

import numpy as np

from digits.data.dataset import LabelledImages
from digits.training.mnist_split import split_mnist


def test_mnist_validation_is_stratified_and_always_the_same() -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
    train = LabelledImages(images, np.repeat(np.arange(10), 20))
    chosen, held_out = split_mnist(train)
    assert (len(chosen), len(held_out)) == (160, 40)
    assert np.bincount(held_out.labels).tolist() == [4] * 10
    np.testing.assert_array_equal(split_mnist(train)[1].images, held_out.images)
