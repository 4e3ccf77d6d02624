"""Batches depend on nothing but the data, the seed and the epoch."""

import numpy as np

from digits.data.dataset import LabelledImages
from digits.training.batches import EpochBatches
from digits.training.config import TrainConfig
from digits.training.training_data import TrainingData, to_targets


def test_every_epoch_sees_every_image_once_in_another_order() -> None:
    images = np.zeros((300, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(300) % 256
    digits = LabelledImages(images, np.arange(300) % 10)
    data = TrainingData(
        images, to_targets(digits.labels), {}, {"mnist": digits}, np.ones(300, bool)
    )
    batches = EpochBatches(data, TrainConfig(augmentation=False, batch_size=64))
    orders = []
    for epoch in range(2):
        batches.on_epoch_begin(epoch)
        seen = np.concatenate([np.asarray(x)[:, 0, 0, 0] for x, _ in batches.dataset()])
        np.testing.assert_allclose(np.sort(seen), np.sort(images[:, 0, 0] / 255), atol=1e-6)
        orders.append(seen)
    assert not np.array_equal(orders[0], orders[1])
