"""Train a network on images.

history = train_network(model, data, TrainConfig(), Path("digit_model.training"))
outputs = compute_outputs(model, data.tests["mnist"].images)
"""

from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd
import tensorflow as tf
from tqdm.keras import TqdmCallback

from digits.classes import ClassNames
from digits.data.dataset import Images
from digits.preprocessing.normalization import to_model_input
from digits.recognition.errors import RecognizerError
from digits.training.architectures import build_model, with_no_digit
from digits.training.batches import EpochBatches
from digits.training.checkpoints import (
    LOG,
    Checkpoints,
    TrainingError,
    diverged,
    repair_log,
    restore,
)
from digits.training.config import TrainConfig
from digits.training.keras_file import load_model
from digits.training.training_data import TrainingData, to_targets

WEIGHT_DECAY = 1e-3  # of AdamW; the other optimizers have none
WARMUP = 0.2  # fraction of the steps in which the rate climbs, from a tenth of its peak


class Batches(Protocol):
    """The batches of a run; as a callback they hear which epoch begins."""

    steps: int

    def dataset(self) -> tf.data.Dataset:
        """Return the batches of an epoch."""


def make_model(architecture: str, classes: ClassNames, *, start: Path | None = None) -> keras.Model:
    """Build a network, with the weights of another model where one is named.

    Args:
        architecture: one of `config.ARCHITECTURES`.
        classes: that it tells apart.
        start: a model file of that architecture and as many classes. Defaults to none.

    Raises:
        TrainingError: if that file is broken or of another shape.
    """
    model = build_model(architecture, num_classes=len(classes))
    if start is not None:
        try:
            model.set_weights(load_model(start).get_weights())
        except RecognizerError as error:
            raise TrainingError(str(error)) from error
        except ValueError as error:
            raise TrainingError(
                f"Expected a '{architecture}' model of {len(classes)} classes in '{start}' to start"
                f" from: {error}"
            ) from error
    return model


def train_network(
    model: keras.Model,
    data: TrainingData,
    config: TrainConfig,
    folder: Path,
    *,
    teacher: keras.Model | None = None,
) -> pd.DataFrame:
    """Train a network, one cycle of the learning rate long.

    Args:
        model: the network, built; its weights are changed.
        data: training images, and validation digits to watch.
        config: the run.
        folder: keeps the state after each epoch; a state found there is resumed.
        teacher: a trained network, whose outputs stay the targets of all images that are
            not new, whatever their labels (Li and Hoiem, "Learning without Forgetting",
            2016). Defaults to none: every image is learnt by its label.

    Returns:
        One row an epoch: epoch, loss, accuracy, val_loss, val_accuracy.

    Raises:
        DivergedError: when a loss is NaN or infinite.
    """
    batches = EpochBatches(data, config, teacher=teacher)
    network = with_no_digit(model)
    network.compile(
        optimizer=make_optimizer(config, batches.steps),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    held_out = list(data.validation.values())
    images = to_model_input(np.concatenate([part.images for part in held_out]))
    labels = np.concatenate([part.labels for part in held_out])
    return fit_resumably(
        network,
        batches,
        folder,
        epochs=config.epochs,
        validation_data=(images, to_targets(labels, data.class_names)),
        validation_batch_size=512,
    )


def fit_resumably(
    network: keras.Model, batches: Batches, folder: Path, *, epochs: int, **validation: Any
) -> pd.DataFrame:
    """Fit a compiled network epoch by epoch, from where an earlier run stopped.

    Args:
        network: its weights are changed.
        batches: of each epoch.
        folder: keeps the state and the log after each epoch; a state found there is resumed.
        epochs: of the whole run.
        validation: arguments of `keras.Model.fit` about validation.

    Returns:
        The log, one row an epoch.

    Raises:
        DivergedError: when a loss is NaN or infinite.
    """
    log = folder / LOG
    repair_log(log)
    progress = TqdmCallback(verbose=1, mininterval=1)
    try:
        network.fit(
            batches.dataset(),
            epochs=epochs,
            initial_epoch=restore(network, folder, steps_per_epoch=batches.steps),
            callbacks=[
                # Log before saving: a duplicate row is harmless, a missing one is not.
                keras.callbacks.CSVLogger(log, append=True),
                Checkpoints(folder),
                batches,
                progress,
            ],
            shuffle=False,
            verbose=0,
            **validation,
        )
    finally:
        progress.on_train_end()  # so that an error's sentence stands below its bars
    # A run that went back an epoch has logged it twice: the later row counts.
    return pd.read_csv(log).drop_duplicates("epoch", keep="last")


def make_optimizer(config: TrainConfig, steps: int) -> keras.optimizers.Optimizer:
    """Build the optimizer with a one-cycle rate: up over a fifth, then a cosine to zero.

    Smith and Topin, "Super-convergence", 2018.
    """
    total = config.epochs * steps
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / 10,
        warmup_target=config.learning_rate,
        warmup_steps=max(round(WARMUP * total), 1),
        decay_steps=max(round((1 - WARMUP) * total), 1),
    )
    extra = {"weight_decay": WEIGHT_DECAY} if config.optimizer == "adamw" else {}
    name = config.optimizer
    return keras.optimizers.get({"class_name": name, "config": {"learning_rate": rate, **extra}})


def interpolate_weights(model: keras.Model, start: keras.Model, *, fraction: float) -> None:
    """Move a network's weights to a point between those of another network and its own.

    Earlier knowledge comes back faster than new knowledge goes (Wortsman et al., "Robust
    fine-tuning of zero-shot models", 2022).

    Args:
        model: the trained network; its weights are changed.
        start: the network that training started from.
        fraction: of the way from `start` to `model`, in [0, 1]; 1 changes nothing.
    """
    pairs = zip(start.get_weights(), model.get_weights(), strict=True)
    model.set_weights([old + fraction * (new - old) for old, new in pairs])


def compute_outputs(model: keras.Model, images: Images) -> npt.NDArray[np.float32]:
    """Return a network's outputs (n, ...) for finished images, uint8 (n, 28, 28).

    Raises:
        DivergedError: when some are NaN or infinite.
    """
    outputs: npt.NDArray[np.float32] = model.predict(
        to_model_input(images), batch_size=512, verbose=0
    )
    if not np.isfinite(outputs).all():
        raise diverged("outputs that are NaN or infinite")
    return outputs
