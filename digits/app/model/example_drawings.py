"""A few drawings to try models on: digits in other hands, and non-digits.

image = EXAMPLE_DRAWINGS["A seven with a bar"].draw()  # (280, 280) uint8, white on black
"""

import numpy as np

from digits.app.canvas.drawing import Drawing
from digits.data.strokes import Points

EXAMPLE_BRUSH = 18.0  # pixels
POINT_STEP = 4.0  # pixels from one point of a stroke to the next


def arc(x: float, y: float, width: float, height: float, start: float, end: float) -> Points:
    """Points of an ellipse around (x, y), from one angle to another in degrees, clockwise."""
    angles = np.radians(np.linspace(start, end, 30))
    return np.column_stack([x + width / 2 * np.cos(angles), y + height / 2 * np.sin(angles)])


def drawing(*strokes: list[list[float]] | Points) -> Drawing:
    """Make a drawing of strokes, all with one brush; pixels of the canvas."""
    points = tuple(follow(np.array(stroke, np.float64)) for stroke in strokes)
    return Drawing(points, (EXAMPLE_BRUSH,) * len(points))


def follow(corners: Points) -> Points:
    """Put points on the way from corner to corner, as dense as a pen gives them."""
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    way = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(0, way[-1] + POINT_STEP, POINT_STEP)
    return np.column_stack([np.interp(places, way, side) for side in corners.T])


EXAMPLE_DRAWINGS = {
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
        [[60, 70], [220, 210], [90, 200], [200, 60], [70, 150], [215, 140], [130, 60], [140, 220]]
    ),
}
