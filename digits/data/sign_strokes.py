"""Pen strokes of the signs in numbers, to train the row reader with.

    strokes = draw_sign("/", rng=np.random.default_rng(0))  # in heights of a digit

No public data set has signs as people write them beside digits, so these are made: a
few strokes each, of random size, slant, bend and place on the line.
"""

from collections.abc import Callable

import numpy as np

from digits.data.strokes import Points

Random = np.random.Generator

SIGNS = "-+.,:/()"  # what a number may have beside its digits


def draw_sign(sign: str, *, rng: Random) -> list[Points]:
    """Draw a sign at random.

    Args:
        sign: one of `SIGNS`.
        rng: source of randomness.

    Returns:
        Strokes (n, 2), in heights of a digit: x to the right from 0, y down, with 0 at the
        top of the digits and 1 at their baseline.

    Raises:
        KeyError: if there is no such sign.
    """
    strokes = MAKERS[sign](rng)
    left = min(float(stroke[:, 0].min()) for stroke in strokes)
    return [stroke - (left, 0.0) for stroke in strokes]


def minus(rng: Random) -> list[Points]:
    """A level bar about half-way up."""
    length, rise = rng.uniform(0.2, 0.75), rng.normal(0, 0.05)
    middle = rng.uniform(0.35, 0.7)
    return [bend((0, middle), (length, middle - rise * length), rng)]


def plus(rng: Random) -> list[Points]:
    """A level and an upright bar that cross."""
    length, middle = rng.uniform(0.35, 0.8), rng.uniform(0.4, 0.65)
    height = length * rng.uniform(0.75, 1.3)
    across, lean = rng.uniform(0.38, 0.62) * length, rng.normal(0, 0.07) * height
    level = bend((0, middle), (length, middle + rng.normal(0, 0.04)), rng)
    top = middle - rng.uniform(0.4, 0.6) * height
    return [level, bend((across + lean, top), (across - lean, top + height), rng)]


def point(rng: Random) -> list[Points]:
    """A dot on the baseline: a touch of the pen, a tiny mark or a small ring."""
    return [dot(rng, rng.uniform(0.88, 1.06))]


def comma(rng: Random) -> list[Points]:
    """A short stroke from the baseline down to the left."""
    top = rng.uniform(0.84, 1.0)
    length, angle = rng.uniform(0.14, 0.36), np.radians(rng.uniform(45, 100))
    end = (-length * np.cos(angle), top + length * np.sin(angle))
    return [bend((0, top), end, rng, rng.uniform(-0.05, 0.25))]


def colon(rng: Random) -> list[Points]:
    """Two dots, one above the other."""
    low = rng.uniform(0.7, 1.0)
    lean = rng.normal(0, 0.03)
    upper = dot(rng, low - rng.uniform(0.3, 0.55))
    return [dot(rng, low), upper + (lean, 0.0)]


def slash(rng: Random) -> list[Points]:
    """A straight line that leans to the right, often higher than the digits."""
    height, angle = rng.uniform(0.95, 1.6), np.radians(rng.uniform(48, 82))
    bottom = 1 + rng.uniform(0, height - 0.9)
    return [bend((0, bottom), (height / np.tan(angle), bottom - height), rng, rng.normal(0, 0.03))]


def opening(rng: Random) -> list[Points]:
    """A bracket that opens a number."""
    height, depth = rng.uniform(1.05, 1.6), rng.uniform(0.1, 0.32)
    top = rng.uniform(-0.5, 0.2) * (height - 1) - 0.02
    lean = rng.normal(0, 0.06)
    return [bend((depth + lean, top), (depth - lean, top + height), rng, depth / height)]


def closing(rng: Random) -> list[Points]:
    """A bracket that closes a number: the other one in a mirror."""
    return [stroke * (-1.0, 1.0) for stroke in opening(rng)]


def dot(rng: Random, y: float) -> Points:
    """Touch the paper: one point, or a tiny stroke."""
    if rng.uniform() < 0.6:
        return np.array([[0.0, y]])
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.02, 0.09)
    return np.array([[0.0, y], [length * np.cos(angle), y + length * np.sin(angle)]])


def bend(
    start: tuple[float, float], end: tuple[float, float], rng: Random, depth: float | None = None
) -> Points:
    """Draw a line that bends to its left, seen from its start.

    Args:
        start: where the pen goes down.
        end: where it goes up.
        rng: source of randomness.
        depth: of the bend, in lengths of the line. Defaults to a little, either way.
    """
    depth = rng.normal(0, 0.03) if depth is None else depth
    first, way = np.array(start), np.subtract(end, start)
    share = np.linspace(0, 1, 9)[:, np.newaxis]
    aside = np.array([-way[1], way[0]])  # to the left of a pen that goes down
    return np.asarray(first + share * way + 4 * depth * share * (1 - share) * aside)


MAKERS: dict[str, Callable[[Random], list[Points]]] = {
    "-": minus,
    "+": plus,
    ".": point,
    ",": comma,
    ":": colon,
    "/": slash,
    "(": opening,
    ")": closing,
}
