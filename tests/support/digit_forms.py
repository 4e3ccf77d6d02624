"""Forms of digits that people do write and that the shipped model misreads, drawn anew each time.

    strokes = draw_form(FORMS["curly_four"], rng=np.random.default_rng(0))

Each form is written down once, as knots in a box about 60 wide and 100 high, y down.
A hand misses every knot by a little, bends what lies between, leans and squeezes the
whole, and puts its strokes a little beside each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from digits.app.canvas.drawing import CANVAS_SIDE, Drawing
from digits.data.stroke_augmentation import reshape
from digits.data.strokes import CANVAS_STYLE, Points, fit_strokes

MISS = 2.5  # of 100 high, standard deviation of a knot's place
APART = 2.0  # ... of a stroke's place
TURN = 0.17  # radians each way
POINTS_A_KNOT = 12

Knots = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Form:
    """One way to write a digit.

    Attributes:
        label: the digit.
        about: who writes it so.
        strokes: knots, with a smooth curve through those of each stroke.
    """

    label: str
    about: str
    strokes: tuple[Knots, ...]


FORMS = {
    "curly_four": Form(
        "4",
        "a calligraphic four: its stem ends in a curl to the left",
        (
            ((40, 0), (10, 35), (2, 60), (12, 66), (62, 55)),
            ((48, 30), (40, 70), (28, 105), (10, 98), (12, 85)),
        ),
    ),
    "looped_nine": Form(
        "9",
        "a nine like a handwritten g: its tail turns back through the stem",
        (
            ((54, 22), (41, 3), (24, 0), (7, 11), (7, 33), (24, 44), (41, 41), (53, 26)),
            ((54, 10), (56, 60), (45, 98), (20, 95), (25, 75), (65, 60)),
        ),
    ),
    "mirrored_three": Form(
        "3",
        "a three the wrong way round, as children of six write it",
        (
            (
                *((55, 8), (30, 0), (5, 20), (35, 48)),
                *((35, 50), (2, 75), (28, 100), (60, 90)),
            ),
        ),
    ),
}


def spawn(seed: int, count: int) -> list[np.random.Generator]:
    """Make a source of randomness for each drawing."""
    return np.random.default_rng(seed).spawn(count)


def draw_on_canvas(form: Form, rng: np.random.Generator) -> Drawing:
    """Write a form on the page's canvas, at random brush, size and place."""
    strokes = fit_strokes(draw_form(form, rng=rng), rng.uniform(*CANVAS_STYLE.longest_side))
    brush = rng.uniform(*CANVAS_STYLE.brush)
    room = CANVAS_SIDE - brush - np.concatenate(strokes).max(axis=0)
    corner = brush / 2 + rng.uniform(0, np.maximum(room, 0))
    return Drawing(tuple(stroke + corner for stroke in strokes), (brush,) * len(strokes))


def draw_form(form: Form, *, rng: np.random.Generator) -> list[Points]:
    """Write a form as one more hand would.

    Args:
        form: the form.
        rng: source of randomness.

    Returns:
        Strokes of shape (n, 2), in units of the box, y down.
    """
    strokes = [write_stroke(knots, rng) for knots in form.strokes]
    return turn(reshape(strokes, rng), rng)


def write_stroke(knots: Knots, rng: np.random.Generator) -> Points:
    """Lay a smooth curve through knots that are each missed by a little."""
    missed = np.array(knots) + rng.normal(0, MISS, (len(knots), 2)) + rng.normal(0, APART, 2)
    way = np.arange(len(knots))
    curve: Points = CubicSpline(way, missed)(np.linspace(0, way[-1], POINTS_A_KNOT * len(knots)))
    return curve


def turn(strokes: Sequence[Points], rng: np.random.Generator) -> list[Points]:
    """Turn strokes by a small angle."""
    angle = rng.uniform(-TURN, TURN)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [stroke @ matrix for stroke in strokes]
