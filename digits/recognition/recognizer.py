"""Read digits: a model file and its card, and preprocessing, make predictions.

recognizer = Recognizer.load(Path("digit_model.keras"))
prediction = recognizer.predict(image)  # uint8 pixels, gray, RGB or RGBA
print(prediction.label, prediction.confidence)
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is no news

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from digits.locations import MODEL_PATH
from digits.preprocessing.arrays import Image
from digits.preprocessing.ink import FOUND, InkOptions
from digits.preprocessing.loader import PreparedFile, in_batches, prepare_files
from digits.preprocessing.normalization import INPUT_SHAPE, ModelInput, preprocess
from digits.recognition.architectures import logits_of
from digits.recognition.calibration import to_probabilities
from digits.recognition.errors import BrokenModelError, IncompatibleModelError
from digits.recognition.keras_file import load_model
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.numbers import predict_number, predict_single
from digits.recognition.predictions import FilePrediction, NumberPrediction, Prediction

Logits = npt.NDArray[np.float32]  # (n, classes)

BATCH_SIZE = 256  # images a call of the network
SMALLEST = 1e-12  # probabilities below it are taken as this, to have a logarithm


class Recognizer:
    """A loaded model. It keeps no state between calls: threads and visitors share it."""

    def __init__(self, model: keras.Model, card: ModelCard, *, warning: str = "") -> None:
        """Trace the model for one image and for many.

        Args:
            model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
            card: its class names, temperature and threshold.
            warning: what the user should know about this model, for display.
        """
        self.model = model
        self.card = card
        self.warning = warning
        self._run_one = trace(model, count=1)
        self._run_many = trace(model, count=None)

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> Self:
        """Load a model file and its card.

        A model without a usable card works with temperature 1 and is never unsure;
        `warning` says so.

        Raises:
            ModelNotFoundError: if there is no such file.
            BrokenModelError: if it is no Keras model.
            UnsafeModelError: if it holds code, or is far too large.
            IncompatibleModelError: if its shapes are not those of this project.
        """
        model = load_model(path)
        check_answer(model, path)
        count = model.output_shape[1]
        try:
            card, warning = ModelCard.load(path), ""
        except CardError as error:
            names = tuple(str(number) for number in range(count))
            card = ModelCard(sha256="", class_names=names)
            warning = f"{error} Confidence is not calibrated, and no reading is called unsure."
        if len(card.class_names) != count:
            raise IncompatibleModelError(
                f"Expected {len(card.class_names)} classes, as the card of '{path}' says."
                f" The model has {count}."
            )
        return cls(model, card, warning=warning)

    def predict(self, image: Image, *, options: InkOptions = FOUND) -> Prediction:
        """Read one picture.

        Args:
            image: uint8 array of shape (height, width), (height, width, 3) or
                (height, width, 4), any polarity.
            options: what is known of the picture. Defaults to nothing.

        Returns:
            The prediction; of status `blank` when there is no ink.

        Raises:
            ValueError: if `image` is of another dtype or shape.
        """
        model_input = preprocess(image, options=options)
        if model_input is None:
            return self.blank()
        logits = self._run_one(tf.constant(model_input[np.newaxis])).numpy()  # (1, classes)
        return self._predictions([model_input], logits)[0]

    def predict_inputs(self, inputs: Sequence[ModelInput | None]) -> list[Prediction]:
        """Read many preprocessed pictures; None stands for a blank one."""
        inked = [model_input for model_input in inputs if model_input is not None]
        read: list[Prediction] = []
        for start in range(0, len(inked), BATCH_SIZE):
            batch = inked[start : start + BATCH_SIZE]
            read += self._predictions(batch, self._run_many(tf.constant(np.stack(batch))).numpy())
        rest = iter(read)
        return [self.blank() if model_input is None else next(rest) for model_input in inputs]

    def predict_number(
        self, image: Image, *, several: bool = True, options: InkOptions = FOUND
    ) -> NumberPrediction:
        """Find the digits of one picture, line by line, and read each.

        Args:
            image: as for `predict`.
            several: whether to look for several; else all ink is one digit, as it is
                for `predict`. Defaults to True.
            options: as for `predict`.

        Returns:
            Each digit with its box and prediction; no digits when there is no ink.
        """
        read = predict_number if several else predict_single
        return read(image, self.predict_inputs, options=options)

    def predict_files(
        self, paths: Sequence[Path], *, processes: int = 0, options: InkOptions = FOUND
    ) -> Iterator[FilePrediction]:
        """Read picture files in their order; decoding and the network overlap.

        A file that cannot be read gives a reading with a message, and the rest is
        still read. `processes` and `options` are as for `prepare_files`.
        """
        prepared = prepare_files(paths, processes=processes, options=options)
        for batch in in_batches(prepared, BATCH_SIZE):
            yield from self._read_batch(batch)

    def blank(self) -> Prediction:
        """Return the prediction of a picture without ink."""
        return Prediction((), self.card.class_names, self.card.reject_threshold, None)

    def _read_batch(self, batch: Sequence[PreparedFile]) -> Iterator[FilePrediction]:
        readable = [file.model_input for file in batch if not file.message]
        predictions = iter(self.predict_inputs(readable))
        for file in batch:
            prediction = None if file.message else next(predictions)
            yield FilePrediction(file.path, prediction, file.message)

    def _predictions(self, inputs: Sequence[ModelInput], logits: Logits) -> list[Prediction]:
        probabilities, in_distribution_probability = to_probabilities(
            logits, temperature=self.card.temperature, reject_logit=self.card.reject_logit
        )
        names, threshold = self.card.class_names, self.card.reject_threshold
        return [
            Prediction(tuple(row), names, threshold, model_input, share)
            for row, model_input, share in zip(
                probabilities.tolist(), inputs, in_distribution_probability.tolist(), strict=True
            )
        ]


def check_answer(model: keras.Model, path: Path) -> None:
    """Raise BrokenModelError unless the network gives probabilities for an empty image."""
    try:
        answer = model(np.zeros((1, *INPUT_SHAPE), np.float32), training=False)
        row = np.asarray(answer, dtype=np.float64)[0]  # (classes,)
        is_sane = bool((row >= 0).all() and abs(row.sum() - 1) < 1e-3)
    except Exception as error:  # whatever a network may fail with
        raise BrokenModelError(
            f"The network in '{path}' cannot be run. Run 'python train.py' to make a new one."
        ) from error
    if not is_sane:
        raise BrokenModelError(
            f"Expected probabilities that sum to 1 from '{path}'. Received others: its weights"
            " are damaged, or it does not end in a softmax. Run 'python train.py' to make a new"
            " one."
        )


def trace(model: keras.Model, *, count: int | None) -> tf.types.experimental.ConcreteFunction:
    """Compile a model to logits, for `count` images a call: far faster than `model.predict`."""
    function = tf.function(
        to_logits(model),
        input_signature=[tf.TensorSpec((count, *INPUT_SHAPE), tf.float32)],
        jit_compile=count is not None,  # pays for one image; a batch is as fast without
    )
    traced = function.get_concrete_function()
    traced(tf.zeros((count or 1, *INPUT_SHAPE)))  # the first call compiles
    return traced


def to_logits(model: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return what makes logits (n, classes) of images (n, 28, 28, 1), for TensorFlow to trace."""
    network = logits_of(model)

    def call(images: tf.Tensor) -> tf.Tensor:
        if network is not None:
            return network(images, training=False)
        # A model of other make: softmax forgot how high its logits stood.
        return tf.math.log(tf.maximum(model(images, training=False), SMALLEST))

    return call
