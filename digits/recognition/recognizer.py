"""Read digits: a model file and its card, and preprocessing, make predictions.

recognizer = Recognizer.load()              # or Recognizer.load("letters.keras")
prediction = recognizer.predict("7.png")    # a path, bytes or uint8 pixels
print(prediction.label, prediction.confidence)
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from digits.classes import DIGIT_CLASSES
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import load_image
from digits.preprocessing.ink import LocatedInk
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.preprocessing.normalization import (
    Candidates,
    ModelInput,
    locate_digit,
    preprocess_candidates,
)
from digits.preprocessing.polarity import find_inks
from digits.preprocessing.segmentation import FoundDigit, FoundDigits, find_digits
from digits.recognition.compiled_files import load_compiled
from digits.recognition.engine import Engine
from digits.recognition.errors import IncompatibleModelError
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.number_reader import MAX_PARTS, read_lines
from digits.recognition.polarity_choice import read_both_ways
from digits.recognition.predictions import (
    DigitPrediction,
    NumberPrediction,
    Prediction,
)
from digits.recognition.row_model import RowModel, load_rows
from digits.recognition.timed_engine import TimedEngine

PictureSource = str | Path | bytes | Image  # a picture's path, the bytes of its file, or its pixels

BATCH_SIZE = 256  # pictures that are read together


class Recognizer:
    """A loaded model. It keeps no state between calls: threads and visitors share it.

    >>> import cv2, digits, numpy as np
    >>> canvas = np.zeros((280, 280), np.uint8)
    >>> seven = np.array([(85, 65), (190, 65), (120, 215)])
    >>> canvas = cv2.polylines(canvas, [seven], isClosed=False, color=255, thickness=18)

    >>> recognizer = digits.Recognizer.load()
    >>> prediction = recognizer.predict(canvas)
    >>> prediction.label, prediction.status, prediction.confidence > 0.9
    ('7', 'digit', True)

    >>> number = recognizer.predict_number(np.hstack([canvas, canvas]))
    >>> number.text, [digit.box.x > 280 for digit in number.digits]
    ('77', [False, True])
    """

    def __init__(
        self,
        engine: Engine,
        card: ModelCard,
        *,
        warning: str = "",
        sha256: str = "",
        rows: RowModel | None = None,
    ) -> None:
        """Put a network and its card together.

        Args:
            engine: runs the network, calibrated as the card says.
            card: its class names and threshold.
            warning: what the user should know about this model, for display.
            sha256: of the model file, hexadecimal. Defaults to the card's.
            rows: reads lines of writing as a whole. Defaults to none: numbers are cut alone.
        """
        self.engine = engine
        self.card = card
        self.warning = warning
        self.sha256 = sha256 or card.sha256
        self.rows = rows

    @classmethod
    def load(
        cls,
        path: str | Path = MODEL_PATH,
        *,
        load_engine: Callable[[Path, ModelCard | None], Engine] = load_compiled,
    ) -> Self:
        """Load a model file and its card.

        A model without a usable card works with temperature 1 and is never unsure;
        `warning` says so. A model without a compiled form is compiled first, in a process
        of its own, which takes some ten seconds, and kept in the user's cache folder.

        Args:
            path: of a `.keras` or `.h5` file. Defaults to the shipped model.
            load_engine: loads the network of a path, with the calibration of its card or,
                for None, without. Defaults to LiteRT, or a process of Keras for what LiteRT
                cannot run.

        Raises:
            ModelNotFoundError: if there is no such file.
            BrokenModelError: if it is no Keras model.
            CompileError: if it has no compiled form, and none can be made here.
            ModelProcessError: if LiteRT cannot run it, and the process of Keras does not start.
            UnsafeModelError: if it holds code, or is far too large.
            IncompatibleModelError: if its shapes are not those of this project.
        """
        path = Path(path)
        try:
            card = ModelCard.load(path)
            if card.kind != "characters":
                raise IncompatibleModelError(
                    f"Expected a model of single characters. '{path}' reads rows: it is used"
                    " beside such a model, not in its place."
                )
            engine = load_engine(path, card)
            warnings = engine.warnings
        except CardError as error:
            engine = load_engine(path, None)
            card = ModelCard.make_unnamed(engine.num_classes, path)
            uncalibrated = "Confidence is not calibrated, and no reading is called unsure."
            warnings = (f"{error} {uncalibrated}", *engine.warnings)
        if len(card.class_names) != engine.num_classes:
            raise IncompatibleModelError(
                f"Expected {len(card.class_names)} classes, as the card of '{path}' says."
                f" The model has {engine.num_classes}."
            )
        warning = " ".join(warnings)
        rows = load_rows() if card.class_names == DIGIT_CLASSES else None  # it knows digits alone
        sha256 = card.sha256 or sha256_of(path)
        return cls(engine, card, warning=warning, sha256=sha256, rows=rows)

    def until(self, deadline: float) -> Self:
        """Return this recognizer with a time limit: later it raises TimeoutError.

        Args:
            deadline: seconds, as of `time.monotonic()`.
        """
        limited = copy(self)
        limited.engine = TimedEngine(self.engine, deadline)
        return limited

    def predict(
        self, image: PictureSource | LocatedInk, *, options: InkOptions = FOUND
    ) -> Prediction:
        """Predict which digit a picture shows.

        Args:
            image: path of a picture file, bytes of a picture file, or uint8 array of
                shape (height, width) gray, (height, width, 3) RGB or (height, width, 4)
                RGBA, in [0, 255], any polarity; or ink that was found already.
            options: what is known of the picture. Defaults to nothing.

        Returns:
            The prediction; of status `blank` when there is no ink.

        Raises:
            ImageError: if a file cannot be read or is no picture.
            ValueError: if an array is of another dtype or shape.
            ModelProcessError: if Keras runs the model, and its process ends or takes too long.
        """
        found = image if isinstance(image, LocatedInk) else to_pixels(image)
        return self.predict_candidates([preprocess_candidates(found, options=options)])[0]

    def predict_candidates(self, pictures: Sequence[Candidates]) -> list[Prediction]:
        """Read many pictures, each as the surest of what `preprocess_candidates` made of it."""
        predictions = iter(self.predict_inputs([one for each in pictures for one in each]))
        return [
            max(islice(predictions, len(each)), key=attrgetter("score"), default=self.blank())
            for each in pictures
        ]

    def choose_ink(
        self, image: Image | LocatedInk, *, options: InkOptions = FOUND
    ) -> LocatedInk | None:
        """Find the ink of a picture as `predict` reads it; None for a blank one."""
        inks = find_inks(image, options=options)
        if len(inks) < 2:
            return next(iter(inks), None)
        predictions = self.predict_inputs([locate_digit(ink)[0] for ink in inks])
        return max(zip(inks, predictions, strict=True), key=lambda pair: pair[1].score)[0]

    def predict_inputs(self, inputs: Sequence[ModelInput | None]) -> list[Prediction]:
        """Read many preprocessed pictures; None stands for a blank one."""
        inked = [model_input for model_input in inputs if model_input is not None]
        rest = iter(self._predictions(inked) if inked else ())
        return [self.blank() if model_input is None else next(rest) for model_input in inputs]

    def predict_number(
        self, image: PictureSource, *, several: bool = True, options: InkOptions = FOUND
    ) -> NumberPrediction:
        """Find the digits of one picture, line by line, and read each.

        Args:
            image: as for `predict`.
            several: whether to look for several; else all ink is one digit, as it is
                for `predict`. Defaults to True.
            options: as for `predict`.

        Returns:
            Each digit with its box and prediction; no digits when there is no ink, or, with
            a message, when it is no writing.

        Raises:
            ImageError, ValueError: as `predict`.
        """
        pixels = to_pixels(image)
        read = partial(self._read_number, pixels)
        return read_both_ways(pixels, read, options) if several else read(False, options)

    def _read_number(self, pixels: Image, several: bool, options: InkOptions) -> NumberPrediction:
        if several:
            uncut = 0 if self.rows is None else MAX_PARTS
            found = find_digits(pixels, self.score_digits, options=options, uncut=uncut)
        else:
            ink = self.choose_ink(pixels, options=options)
            found = FoundDigits(() if ink is None else (whole_digit(ink),))
        predictions = self.predict_inputs([digit.model_input for digit in found.digits])
        digits = [
            DigitPrediction(one.box, one.line, prediction)
            for one, prediction in zip(found.digits, predictions, strict=True)
        ]
        lines = read_lines(found, digits, model=self, rows=self.rows, shape=pixels.shape)
        return NumberPrediction(lines, found.message)

    def score_classes(self, inputs: Sequence[ModelInput]) -> npt.NDArray[np.float32]:
        """Return of each input the probability that it is one digit, and which.

        Args:
            inputs: float32 (28, 28, 1) in [0, 1], bright digit on black, each.

        Returns:
            float32 (n, classes) in [0, 1]; the rows sum to the probability of one digit.
        """
        if not inputs:
            return np.empty((0, self.engine.num_classes), np.float32)
        probabilities, shares = self.engine.predict(np.stack(inputs))
        return probabilities * shares[:, np.newaxis]

    def score_digits(self, inputs: Sequence[ModelInput]) -> list[float]:
        """Return the score of each input, in [0, 1]: that it is one digit and which."""
        return [prediction.score for prediction in self.predict_inputs(inputs)]

    def blank(self) -> Prediction:
        """Return the prediction of a picture without ink."""
        return Prediction((), self.card.class_names, self.card.reject_threshold, None)

    def _predictions(self, inputs: Sequence[ModelInput]) -> list[Prediction]:
        names, threshold = self.card.class_names, self.card.reject_threshold
        probabilities, shares = self.engine.predict(np.stack(inputs))
        rows = zip(probabilities.tolist(), inputs, shares.tolist(), strict=True)
        return [
            Prediction(tuple(row), names, threshold, model_input, share)
            for row, model_input, share in rows
        ]


def whole_digit(ink: LocatedInk) -> FoundDigit:
    """Take all ink of a picture for one digit."""
    return FoundDigit(ink.place.enclosing_box(), 0, locate_digit(ink)[0])


def to_pixels(picture: PictureSource) -> Image:
    """Decode a picture, unless it is an array already."""
    return picture if isinstance(picture, np.ndarray) else load_image(picture)
