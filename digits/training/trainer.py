"""Fit a network to images, and its confidence to the truth.

history = fit(model, data, TrainConfig(), Path("digit_model.training"))
calibration = calibrate(model, data)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd
import tensorflow as tf
from tqdm.keras import TqdmCallback

from digits.classes import DIGIT_CLASSES, ClassNames
from digits.data.dataset import REJECT_LABEL, Images, LabelledImages
from digits.data.image_augmentation import Strength, augment
from digits.preprocessing.normalization import to_model_input
from digits.recognition.architectures import DEFAULT_ARCHITECTURE, with_no_digit
from digits.recognition.calibration import fit_temperature, to_probabilities
from digits.training.checkpoints import LOG, TrainingBackup, diverged, repair_log

Outputs = npt.NDArray[np.float32]  # (n, classes)
Targets = npt.NDArray[np.float32]  # (n, classes + 1), rows sum to 1; the last is no digit
Flags = npt.NDArray[np.bool_]  # (n,)

OPTIMIZERS = {
    "adamw": keras.optimizers.AdamW,
    "adam": keras.optimizers.Adam,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}
WEIGHT_DECAY = 1e-3  # of AdamW; the other optimizers have none
WARMUP = 0.2  # share of the steps in which the rate climbs, from a tenth of its peak
UNSURE_SHARE = 0.005  # of the validation digits are called unsure, the least certain


@dataclass(frozen=True)
class TrainConfig:
    """What decides the result of a run, beside the data."""

    architecture: str = DEFAULT_ARCHITECTURE
    epochs: int = 15
    batch_size: int = 128
    optimizer: str = "adamw"
    learning_rate: float = 5e-3  # peak of the one-cycle schedule
    mnist_images: int | None = None  # of its training images, at most; None takes them all
    pen_drawings: int = 3  # how often each pen drawing is drawn, at other sizes and brushes
    drawings_share: float = 0.0  # of the digits: people's own are repeated to be as many
    habits: float = 0.25  # share of pen digits that get each habit of other hands
    elastic: float = 0.5  # pixels, by which images are bent
    outliers: float = 0.07  # of the training images are no digits
    augmentation: bool = True
    blend: float = 1.0  # of the way from the network it started from to what was learnt
    gentle: float = 0.25  # of the epochs, the last: images change half as far, to end on clean ones
    seed: int = 0


# A trained network learns on from some drawings: a little of all it knew lies between them.
FINE_TUNE = TrainConfig(
    epochs=2,
    learning_rate=2e-4,
    mnist_images=10_000,
    pen_drawings=1,
    drawings_share=0.03,
    blend=0.75,
    gentle=1.0,
)


@dataclass(frozen=True)
class TrainingData:
    """What the network learns from, chooses by, and is tested on."""

    images: Images
    targets: Targets
    validation: dict[str, LabelledImages]  # by name of the data set; never trained on
    test: LabelledImages
    is_new: Flags  # of the images, those that a trained network has yet to learn
    class_names: ClassNames = DIGIT_CLASSES
    test_name: str = "mnist"  # of the data set that the test images are from

    @property
    def has_outliers(self) -> bool:
        """Whether some of the images are no digits."""
        return bool(self.targets[:, REJECT_LABEL].any())


@dataclass(frozen=True)
class Calibration:
    """What the validation digits say about a network.

    Attributes:
        temperature: by which logits are divided to make confidence honest.
        reject_logit: the logit of "no digit"; None when training saw digits alone.
        reject_threshold: certainty below which `UNSURE_SHARE` of the digits lie.
        accuracies: by name, "<data set>_validation_accuracy".
    """

    temperature: float
    reject_logit: float | None
    reject_threshold: float
    accuracies: dict[str, float]


def fit(
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
        teacher: a trained network, to which all images that are not new shall look as
            before, whatever their labels (Li and Hoiem, "Learning without Forgetting",
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
    log = folder / LOG
    repair_log(log)
    progress = TqdmCallback(verbose=1, mininterval=1)
    try:
        network.fit(
            batches.dataset(),
            epochs=config.epochs,
            validation_data=(
                to_model_input(np.concatenate([part.images for part in held_out])),
                to_targets(np.concatenate([part.labels for part in held_out]), data.class_names),
            ),
            validation_batch_size=512,
            callbacks=[
                # Before the state: an epoch that is logged twice is no loss, one that is not, is.
                keras.callbacks.CSVLogger(log, append=True),
                TrainingBackup(folder, steps_per_epoch=batches.steps),
                batches,
                progress,
            ],
            shuffle=False,
            verbose=0,
        )
    finally:
        progress.on_train_end()  # what is said of an error stands below its bars
    # A run that went back an epoch has logged it twice: the later row counts.
    return pd.read_csv(log).drop_duplicates("epoch", keep="last")


def blend(model: keras.Model, start: keras.Model, *, share: float) -> None:
    """Go a share of the way from one network's weights to another's.

    What was known comes back faster than what is new goes (Wortsman et al., "Robust
    fine-tuning of zero-shot models", 2022).

    Args:
        model: what was learnt; its weights are changed.
        start: what the learning started from.
        share: of the way, in [0, 1]; 1 changes nothing.
    """
    pairs = zip(start.get_weights(), model.get_weights(), strict=True)
    model.set_weights([old + share * (new - old) for old, new in pairs])


def to_targets(labels: npt.NDArray[np.integer], classes: ClassNames = DIGIT_CLASSES) -> Targets:
    """Turn labels, `REJECT_LABEL` among them, into one-hot rows; its logit is always zero."""
    return np.eye(len(classes) + 1, dtype=np.float32)[labels]


class EpochBatches(keras.callbacks.Callback):  # type: ignore[misc]
    """Shuffled and changed batches, which depend on nothing but the seed and the epoch.

    As a callback it hears which epoch begins, so that a resumed run sees what the
    uninterrupted one would have seen.
    """

    def __init__(
        self, data: TrainingData, config: TrainConfig, *, teacher: keras.Model | None = None
    ) -> None:
        super().__init__()
        self.data, self.config = data, config
        self.opinion = None if teacher is None else trace_opinion(teacher)
        self.steps = -(-len(data.images) // config.batch_size)
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
        # Told by the data set, not to `fit`, which would then not start it anew each epoch.
        return batches.apply(tf.data.experimental.assert_cardinality(self.steps)).prefetch(4)

    def batches(self) -> Iterator[tuple[npt.NDArray[np.float32], Targets]]:
        """Yield one epoch: images (batch, 28, 28, 1) and targets (batch, classes + 1)."""
        rng = np.random.default_rng([self.config.seed, self.epoch])
        is_gentle = self.epoch >= (1 - self.config.gentle) * self.config.epochs
        strength = Strength(elastic=self.config.elastic).scaled(0.5 if is_gentle else 1.0)
        order = rng.permutation(len(self.data.images))
        for start in range(0, len(order), self.config.batch_size):
            chosen = order[start : start + self.config.batch_size]
            images = self.data.images[chosen]
            if self.config.augmentation:
                images = augment(images, rng=rng, strength=strength)
            inputs, targets = to_model_input(images), self.data.targets[chosen]
            if self.opinion is not None:
                is_new = self.data.is_new[chosen, np.newaxis]  # (batch, 1)
                targets = np.where(is_new, targets, self.opinion(inputs).numpy())
            yield inputs, targets


def trace_opinion(teacher: keras.Model) -> Any:
    """Compile a trained network to what it makes of images, as targets are."""
    network = with_no_digit(teacher)
    signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32)]
    return tf.function(
        lambda images: tf.nn.softmax(network(images, training=False)), input_signature=signature
    )


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
    return OPTIMIZERS[config.optimizer](rate, **extra)


def predict(model: keras.Model, images: Images) -> Outputs:
    """Return a network's outputs (n, ...) for finished images (n, 28, 28)."""
    outputs: Outputs = model.predict(to_model_input(images), batch_size=512, verbose=0)
    if not np.isfinite(outputs).all():
        raise diverged("outputs that are NaN or infinite")
    return outputs


def calibrate(model: keras.Model, data: TrainingData) -> Calibration:
    """Find the temperature and the threshold that fit the validation digits."""
    network = with_no_digit(model)
    logits = {
        name: predict(network, part.images)[:, :REJECT_LABEL]
        for name, part in data.validation.items()
    }
    labels = np.concatenate([part.labels for part in data.validation.values()])
    together = np.concatenate(list(logits.values()))
    temperature = fit_temperature(together, labels)
    reject_logit = 0.0 if data.has_outliers else None
    probabilities, in_distribution_probability = to_probabilities(
        together, temperature=temperature, reject_logit=reject_logit
    )
    score = in_distribution_probability * probabilities.max(axis=1)
    return Calibration(
        temperature=round(temperature, 4),
        reject_logit=reject_logit,
        reject_threshold=round(float(np.quantile(score, UNSURE_SHARE)), 4),
        accuracies={
            f"{name}_validation_accuracy": round(
                float((logits[name].argmax(axis=1) == part.labels).mean()), 4
            )
            for name, part in data.validation.items()
        },
    )
