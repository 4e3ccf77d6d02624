"""Train the network that reads rows.

train_row_network(model, train_rows, validation_rows, config, folder)
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd
import tensorflow as tf

from digits.preprocessing.row import ROW_HEIGHT
from digits.training.config import TrainConfig
from digits.training.row_data import Row, batch_by_width, stack_labels, stack_rows
from digits.training.row_network import ctc_loss
from digits.training.trainer import fit_resumably, make_optimizer

CLIP_NORM = 1.0  # of the gradients: long rows have steep ones at first


class RowBatches(keras.callbacks.Callback):  # type: ignore[misc]
    """Batches of rows of about one width; as a callback it hears which epoch begins."""

    def __init__(self, rows: Sequence[Row], config: TrainConfig) -> None:
        super().__init__()
        self.rows, self.config = rows, config
        self.steps = -(-len(rows) // config.batch_size)
        self.epoch = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Note which epoch the next batches are for."""
        self.epoch = epoch

    def dataset(self) -> tf.data.Dataset:
        """Return a tf.data pipeline of rows (batch, 32, width, 1) and labels (batch, longest)."""
        signature = (
            tf.TensorSpec((None, ROW_HEIGHT, None, 1), tf.float32),
            tf.TensorSpec((None, None), tf.int32),
        )
        batches = tf.data.Dataset.from_generator(self.batches, output_signature=signature)
        return batches.apply(tf.data.experimental.assert_cardinality(self.steps)).prefetch(4)

    def batches(self) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]]:
        """Yield one epoch."""
        rng = np.random.default_rng([self.config.seed, self.epoch])
        for rows in batch_by_width(self.rows, self.config.batch_size, rng=rng):
            yield stack_rows(rows), stack_labels(rows)


def train_row_network(
    model: keras.Model,
    rows: Sequence[Row],
    held_out: Sequence[Row],
    config: TrainConfig,
    folder: Path,
) -> pd.DataFrame:
    """Train a network, one cycle of the learning rate long.

    Args:
        model: the network, built; its weights are changed.
        rows: to learn from.
        held_out: of other writers and images, to watch the loss on.
        config: the run.
        folder: keeps the state after each epoch; a state found there is resumed.

    Returns:
        One row an epoch: epoch, loss, val_loss.

    Raises:
        DivergedError: when a loss is NaN or infinite.
    """
    batches, watched = RowBatches(rows, config), RowBatches(held_out, config)
    optimizer = make_optimizer(config, batches.steps)
    optimizer.clipnorm = CLIP_NORM
    model.compile(optimizer, loss=ctc_loss)
    return fit_resumably(
        model, batches, folder, epochs=config.epochs, validation_data=watched.dataset()
    )
