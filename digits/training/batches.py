"""Shuffled and augmented batches, one epoch after the other.

batches = EpochBatches(data, TrainConfig())
network.fit(batches.dataset(), callbacks=[batches])
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from digits.data.image_augmentation import Strength, augment
from digits.preprocessing.normalization import to_model_input
from digits.training.architectures import with_no_digit
from digits.training.config import TrainConfig
from digits.training.training_data import Targets, TrainingData


class EpochBatches(keras.callbacks.Callback):  # type: ignore[misc]
    """Batches that depend on nothing but the data, the seed and the epoch.

    As a callback it hears which epoch begins, so that a resumed run sees what the
    uninterrupted one would have seen.
    """

    def __init__(
        self, data: TrainingData, config: TrainConfig, *, teacher: keras.Model | None = None
    ) -> None:
        """Prepare the batches.

        Args:
            data: images and targets.
            config: the run.
            teacher: a trained network whose outputs are the targets of all images that
                are not new. Defaults to none.
        """
        super().__init__()
        self.data, self.config = data, config
        self.soft_targets = None if teacher is None else trace_soft_targets(teacher)
        self.steps = count_steps(data, config)
        self.epoch = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Note which epoch the next batches are for."""
        self.epoch = epoch

    def dataset(self) -> tf.data.Dataset:
        """Return a tf.data pipeline that makes batches while the network learns."""
        signature = (
            tf.TensorSpec((None, 28, 28, 1), tf.float32),
            tf.TensorSpec((None, self.data.targets.shape[1]), tf.float32),
        )
        batches = tf.data.Dataset.from_generator(self.batches, output_signature=signature)
        # Not `steps_per_epoch` of `fit`, which would not restart the data set each epoch.
        return batches.apply(tf.data.experimental.assert_cardinality(self.steps)).prefetch(4)

    def batches(self) -> Iterator[tuple[npt.NDArray[np.float32], Targets]]:
        """Yield one epoch: images (batch, 28, 28, 1) and targets (batch, classes + 1)."""
        config = self.config
        rng = np.random.default_rng([config.seed, self.epoch])
        is_weak = self.epoch >= (1 - config.weak_augmentation_fraction) * config.epochs
        strength = Strength(elastic=config.elastic).scaled(0.5 if is_weak else 1.0)
        order = rng.permutation(len(self.data.images))
        for start in range(0, len(order), config.batch_size):
            chosen = order[start : start + config.batch_size]
            images = self.data.images[chosen]
            if config.augmentation:
                images = augment(images, rng=rng, strength=strength)
            inputs, targets = to_model_input(images), self.data.targets[chosen]
            if self.soft_targets is not None:
                is_new = self.data.is_new[chosen, np.newaxis]  # (batch, 1)
                targets = np.where(is_new, targets, self.soft_targets(inputs).numpy())
            yield inputs, targets


def count_steps(data: TrainingData, config: TrainConfig) -> int:
    """Return the batches of an epoch."""
    return -(-len(data.images) // config.batch_size)


def trace_soft_targets(teacher: keras.Model) -> Any:
    """Compile a trained network to its probabilities, in the form of targets."""
    network = with_no_digit(teacher)
    signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32)]
    return tf.function(
        lambda images: tf.nn.softmax(network(images, training=False)), input_signature=signature
    )
