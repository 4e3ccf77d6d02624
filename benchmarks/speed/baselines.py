"""Reading as the tutorials do it, to compare with.

    python -m benchmarks.speed.baselines seven.png     # the whole picture is one digit
    python -m benchmarks.speed.baselines pictures/     # one line for each PNG file

The whole picture is squeezed into 28 x 28, and `model.predict` is called once a digit.
"""

import sys
from pathlib import Path

import cv2
import keras
import numpy as np
import numpy.typing as npt

from digits.locations import MODEL_PATH
from digits.preprocessing.arrays import Image

SIDE = 28  # pixels, of what the network takes
SMALLEST_AREA = 50  # pixels; a contour around less is a speck


def prepare(image: Image) -> npt.NDArray[np.float32]:
    """Squeeze a picture, white on black, into float32 (28, 28, 1) in [0, 1]."""
    if image.ndim == 3:
        code = cv2.COLOR_RGBA2GRAY if image.shape[2] == 4 else cv2.COLOR_RGB2GRAY
        image = np.asarray(cv2.cvtColor(image, code), np.uint8)
    small = cv2.resize(image, (SIDE, SIDE))
    return (small[..., np.newaxis] / 255).astype(np.float32)


def read(model: keras.Model, image: Image) -> str:
    """Read one picture as one digit."""
    return read_input(model, prepare(image))


def read_input(model: keras.Model, model_input: npt.NDArray[np.float32]) -> str:
    """Read float32 (28, 28, 1)."""
    return str(model.predict(model_input[np.newaxis], verbose=0)[0].argmax())


def load_and_read(image: Image) -> str:
    """Load the model for one reading, as a script of Streamlit does that caches nothing."""
    return read(keras.models.load_model(MODEL_PATH), image)


def predict_number(model: keras.Model, image: Image) -> str:
    """Read each outer contour of a gray picture, white on black, from left to right."""
    contours, _ = cv2.findContours(image, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = sorted(cv2.boundingRect(one) for one in contours)
    digits = [image[y : y + h, x : x + w] for x, y, w, h in boxes if w * h > SMALLEST_AREA]
    # A margin of a fifth, as a digit of MNIST has.
    return "".join(read(model, np.pad(digit, max(digit.shape) // 5)) for digit in digits)


def main() -> None:
    """Read one file, or those of a folder, one after the other."""
    path = Path(sys.argv[1])
    model = keras.models.load_model(MODEL_PATH)
    for file in sorted(path.glob("*.png")) if path.is_dir() else [path]:
        image = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        print(file.name, read(model, np.asarray(image, np.uint8)))


if __name__ == "__main__":
    main()
