"""A drawing of the page's canvas: its strokes, each with the width of its brush.

drawing = Drawing(strokes=(points,), brushes=(20.0,))
image = drawing.draw()  # (280, 280) uint8, as the canvas shows it
"""

from dataclasses import dataclass

import numpy as np

from strokes import Canvas, Points, draw_strokes

CANVAS_SIDE = 280  # pixels; ten for each of the model's 28, and it fits any phone


@dataclass(frozen=True)
class Drawing:
    """What somebody drew.

    Attributes:
        strokes: arrays of shape (n, 2), in pixels of the canvas, x to the right, y down.
        brushes: width of each stroke, pixels.
    """

    strokes: tuple[Points, ...]
    brushes: tuple[float, ...]

    def draw(self) -> Canvas:
        """Draw it as the canvas does: uint8 (280, 280), white ink on black."""
        canvas = np.zeros((CANVAS_SIDE, CANVAS_SIDE), np.uint8)
        for stroke, brush in zip(self.strokes, self.brushes, strict=True):
            drawn = draw_strokes([stroke], brush=brush, side=CANVAS_SIDE)
            canvas = np.maximum(canvas, drawn)
        return canvas
