"""Draw the README's picture of how a drawing becomes 28 x 28, and the page's icon.

python -m scripts.draw_stages        # into docs/images/steps.png and digits/app/icon.png
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from digits.preprocessing.normalization import DIGIT_SIZE, IMAGE_SIZE
from digits.preprocessing.stages import follow_steps
from tests.support.digit_drawings import draw, encode_png

PROJECT = Path(__file__).parents[1]
OUTPUT = PROJECT / "docs" / "images" / "steps.png"
ICON = PROJECT / "digits" / "app" / "icon.png"


def main() -> int:
    """Draw a five in a corner of the canvas, and what becomes of it."""
    canvas = draw(5, brush=20, height=150, offset=(-45, 38))
    ink, boxed, digit = (step.picture for step in follow_steps(canvas))
    steps = {
        "1. the canvas\n280 × 280": canvas,
        f"2. its ink\n{ink.shape[1]} × {ink.shape[0]}": ink,
        f"3. longest side to {DIGIT_SIZE}\nby averaging": boxed,
        f"4. centre of mass midway\nin {IMAGE_SIZE} × {IMAGE_SIZE}": digit,
    }
    figure, grid = plt.subplots(1, 4, figsize=(9, 2.9), layout="constrained")
    for axes, (title, image) in zip(grid, steps.items(), strict=True):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
        axes.set_title(title, fontsize=10)
        axes.set(xticks=[], yticks=[])
    middle = np.array([IMAGE_SIZE / 2, IMAGE_SIZE / 2])
    grid[3].plot(*middle, "+", color="tab:red", markersize=12)
    figure.savefig(OUTPUT, dpi=110)
    ICON.write_bytes(encode_png(draw(7, brush=26, height=220, paper=(47, 79, 208))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
