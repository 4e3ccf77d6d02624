"""A few drawings to try models on: digits as other hands write them, and what is none.

image = EXAMPLES["A seven with a bar"].draw()  # (280, 280) uint8, white on black
"""

import numpy as np

from canvas import Drawing
from strokes import Points

BRUSH = 18.0  # pixels


def arc(x: float, y: float, width: float, height: float, start: float, end: float) -> Points:
    """Points of an ellipse around (x, y), from one angle to another in degrees, clockwise."""
    angles = np.radians(np.linspace(start, end, 30))
    return np.column_stack([x + width / 2 * np.cos(angles), y + height / 2 * np.sin(angles)])


def drawing(*strokes: list[list[float]] | Points) -> Drawing:
    """Make a drawing of strokes, all with one brush; pixels of the canvas."""
    points = tuple(np.array(stroke, np.float64) for stroke in strokes)
    return Drawing(points, (BRUSH,) * len(points))


EXAMPLES = {
    "A seven with a bar": drawing(
        [[85, 60], [195, 60], [125, 225]],
        [[105, 142], [190, 138]],
    ),
    "A one with a long flag": drawing([[80, 140], [160, 50], [155, 230]]),
    "An open four": drawing([[95, 55], [80, 140], [190, 140]], [[175, 60], [165, 230]]),
    "A zero with a slash": drawing(arc(140, 140, 110, 170, -60, 310), [[185, 60], [95, 220]]),
    "An open nine": drawing(
        [[160, 60], [115, 75], [100, 115], [130, 140], [180, 120]],
        [[190, 65], [180, 150], [165, 230]],
    ),
    "A letter": drawing([[85, 225], [140, 55], [195, 225]], [[105, 165], [175, 165]]),
    "A scribble": drawing(
        [[70, 90], [200, 70], [80, 150], [210, 130], [75, 205], [205, 190], [120, 230]]
    ),
}
