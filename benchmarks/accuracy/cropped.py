"""Measure how digits are read that fill their picture, dark on white and white on black.

    python -m benchmarks.accuracy.cropped --mnist mnist.npz

scikit-learn's `load_digits` and the 5,000 validation images that `train.py` splits off
MNIST's training images, each cropped to what is not background, enlarged to a longest side
of 160 pixels with cubic interpolation, and read from the picture as `predict.py` does.
Where there is no margin, ink and paper are told apart by nothing but the digit's form.
`right` counts unsure ones as well; `sure wrong` are sure and another digit, all of all.

`--test` reads MNIST's 10,000 test images instead of the validation images: once, for a
finished version.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits as load_scikit_digits

from digits.data.mnist import load_mnist
from digits.evaluation.metrics import Proportion
from digits.locations import MODEL_PATH
from digits.preprocessing.arrays import crop
from digits.recognition.recognizer import Recognizer
from digits.training.mnist_split import split_mnist

Gray = npt.NDArray[np.uint8]  # (height, width), white on black
Labelled = list[tuple[str, Gray]]

SIDE = 160  # pixels, the longest side after enlarging
POLARITIES = {"white on black": False, "dark on white": True}


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each set and polarity."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mnist", type=Path, help="mnist.npz; downloaded where it is left out")
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--count", type=int, help="digits of each set at most, for a quick look")
    parser.add_argument("--test", action="store_true", help="MNIST's test images, once")
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load(arguments.model)
    sets = {"load_digits": load_small(), **load_images(arguments.mnist, test=arguments.test)}
    print(f"{'set':24} {'polarity':16} {'digits':>7} {'right':>9} {'unsure':>9} {'sure wrong':>11}")
    for name, digits in sets.items():
        for polarity, is_dark in POLARITIES.items():
            shares = measure(recognizer, digits[: arguments.count], dark=is_dark)
            shown = f"{shares[0].share:9.2%} {shares[1].share:9.2%} {shares[2].share:11.2%}"
            print(f"{name:24} {polarity:16} {shares[0].count:7} {shown}", flush=True)
    return 0


def load_small() -> Labelled:
    """Load scikit-learn's digits of 8 x 8 pixels."""
    data = load_scikit_digits()
    images = (data.images * 255 / 16).astype(np.uint8)
    return list(zip(map(str, data.target), images, strict=True))


def load_images(path: Path | None, *, test: bool) -> dict[str, Labelled]:
    """Load MNIST's validation images, or its test images; raises DatasetError."""
    mnist = load_mnist(path)
    chosen = mnist.test if test else split_mnist(mnist.train)[1]
    digits = [
        (mnist.class_names[label], image)
        for label, image in zip(chosen.labels, chosen.images, strict=True)
    ]
    return {"MNIST test" if test else "MNIST validation": digits}


def measure(
    recognizer: Recognizer, digits: Iterable[tuple[str, Gray]], *, dark: bool
) -> tuple[Proportion, Proportion, Proportion]:
    """Read cropped digits one by one: right, unsure or blank, and sure and wrong."""
    results = [(recognizer.predict(enlarge(image, dark=dark)), label) for label, image in digits]
    right = np.array([read.label == label for read, label in results])
    sure = np.array([read.status == "digit" for read, _ in results])
    return Proportion.of(right), Proportion.of(~sure), Proportion.of(sure & ~right)


def enlarge(image: Gray, *, dark: bool) -> Gray:
    """Crop a digit to its ink and enlarge it.

    Args:
        image: uint8 array of shape (height, width), white on black.
        dark: whether to draw it dark on white.

    Returns:
        uint8 array whose longest side is `SIDE`.
    """
    cropped = crop(image)
    scale = SIDE / max(cropped.shape)
    large = cv2.resize(cropped, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(255 - large if dark else large)


if __name__ == "__main__":
    sys.exit(main())
