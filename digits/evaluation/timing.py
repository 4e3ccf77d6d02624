"""How fast models read, preprocessing included; for evaluate.py.

print(measure_speeds([recognizer])[0].milliseconds)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from timeit import timeit

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

from digits.data.strokes import CANVAS_STYLE
from digits.preprocessing.normalization import preprocess
from digits.recognition.recognizer import Recognizer

SPEED_CANVASES = 256  # read one after the other for the median time, then as a batch
SPEED_BATCHES = 5  # such batches, for images a second


@dataclass(frozen=True)
class Speed:
    """How fast a model reads, preprocessing included.

    Attributes:
        milliseconds: median from one canvas (280, 280, 4) to its prediction.
        images_per_second: such canvases, preprocessed and read in batches.
    """

    milliseconds: float
    images_per_second: float


def measure_speeds(recognizers: Sequence[Recognizer]) -> list[Speed]:
    """Time canvases of scikit-learn's digits, one by one and in batches.

    The models read by turns, so that what else the machine does slows all alike.
    """
    canvases = make_canvases(SPEED_CANVASES)
    for one in recognizers:  # first calls are slower
        one.predict(canvases[0])
        read_canvases(one, canvases)
    singles = [
        [timeit(partial(one.predict, canvas), number=1) for one in recognizers]
        for canvas in canvases
    ]
    batches = [
        [timeit(partial(read_canvases, one, canvases), number=1) for one in recognizers]
        for _ in range(SPEED_BATCHES)
    ]
    medians = zip(np.median(singles, axis=0), np.median(batches, axis=0), strict=True)
    return [Speed(float(single) * 1000, len(canvases) / float(batch)) for single, batch in medians]


def read_canvases(recognizer: Recognizer, canvases: Sequence[npt.NDArray[np.uint8]]) -> None:
    """Preprocess and read many canvases."""
    recognizer.predict_inputs([preprocess(canvas) for canvas in canvases])


def make_canvases(count: int) -> list[npt.NDArray[np.uint8]]:
    """Put real digits on RGBA canvases of (280, 280, 4), white with smooth edges on black."""
    canvases = []
    for image in load_digits().images[:count]:
        large = cv2.resize(
            image, (CANVAS_STYLE.canvas, CANVAS_STYLE.canvas), interpolation=cv2.INTER_CUBIC
        )
        ink = ((large - 7) * 128).clip(0, 255).astype(np.uint8)  # 16 levels to a sharp line
        canvases.append(cv2.merge([ink, ink, ink, np.full_like(ink, 255)]))
    return canvases
