"""How hands differ: random changes of pen strokes, to train with.

    strokes = augment_strokes(digit, rng=np.random.default_rng(0), probability=0.25)

Thirty writers made UCI's pen digits. Few of them slash a zero, bar a seven or set a
one on a foot; all close their nines. These changes bring in what other hands do.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digits.data.strokes import Points, StrokeDigit, bounds

LOOPS = frozenset("0689")  # digits with a loop that a hurried pen leaves open
MAX_OPENING = 0.14  # of the pen's way, left out at one end of a loop
JITTER = 0.05  # of the size, by which a stroke lies beside where it belongs
SQUEEZE = 0.35  # of the width against the height, each way
SLANT = 0.3  # pixels sideways per pixel up, each way


def augment_strokes(
    digit: StrokeDigit, *, rng: np.random.Generator, probability: float
) -> list[Points]:
    """Redraw a digit with some habits of another hand, such as a slashed zero.

    Args:
        digit: the digit; its label decides which strokes may be added.
        rng: source of randomness.
        probability: of each change, in [0, 1]; 0 leaves the digit as it is.

    Returns:
        Strokes in the digit's own units, (n, 2) each, y down.
    """
    strokes = list(digit.strokes)
    if probability == 0:
        return strokes

    def happens() -> bool:
        return bool(rng.uniform() < probability)

    if digit.label == "0" and happens():
        strokes.append(slash(strokes, rng))
    elif digit.label == "7" and len(strokes) == 1 and happens():
        strokes.append(bar(strokes, rng))
    elif digit.label == "1" and is_upright(strokes):
        if happens():
            strokes.append(flag(strokes, rng))
        if happens():
            strokes.append(foot(strokes, rng))
    if digit.label in LOOPS and happens():
        strokes = open_loop(strokes, rng)
    if len(strokes) > 1 and happens():
        strokes = jitter(strokes, rng)
    return reshape(strokes, rng) if happens() else strokes


def slash(strokes: Sequence[Points], rng: np.random.Generator) -> Points:
    """Make the slash of a zero: it rises to the right or stands upright."""
    low, size = bounds(strokes)
    middle, angle = rng.uniform(0.4, 0.6, 2), np.radians(rng.uniform(30, 100))
    half = rng.uniform(0.4, 1.0) * size.max()
    return line(low + middle * size, half, angle)


def bar(strokes: Sequence[Points], rng: np.random.Generator) -> Points:
    """Make the bar of a seven, through the middle of its stem."""
    low, size = bounds(strokes)
    middle, angle = rng.uniform([0.4, 0.35], [0.7, 0.65]), np.radians(rng.uniform(-15, 15))
    half = rng.uniform(0.2, 0.4) * size.max() / 2 + 0.1 * size[0]
    return line(low + middle * size, half, angle)


def is_upright(strokes: Sequence[Points]) -> bool:
    """Whether a one is a bare stem, to which a flag and a foot can be added."""
    _, size = bounds(strokes)
    return len(strokes) == 1 and bool(size[0] < 0.3 * size[1])


def flag(strokes: Sequence[Points], rng: np.random.Generator) -> Points:
    """Make the flag of a one: from the stem's top down to the left."""
    stem = strokes[0]
    top = stem[stem[:, 1].argmin()]
    length = rng.uniform(0.15, 0.5) * np.ptp(stem[:, 1])
    angle = np.radians(rng.uniform(20, 65))
    return np.stack([top + length * np.array([-np.cos(angle), np.sin(angle)]), top])


def foot(strokes: Sequence[Points], rng: np.random.Generator) -> Points:
    """Make the foot of a one: a flat stroke under its stem."""
    stem = strokes[0]
    bottom = stem[stem[:, 1].argmax()]
    half = rng.uniform(0.12, 0.4) * np.ptp(stem[:, 1])
    aside = np.array([rng.uniform(-0.3, 0.3) * half, 0.0])
    return line(bottom + aside, half, np.radians(rng.uniform(-12, 12)))


def line(center: Points, half: float, angle: float) -> Points:
    """Make a straight stroke of two points, risen by `angle` radians to the right."""
    direction = half * np.array([np.cos(angle), -np.sin(angle)])  # y grows downwards
    return np.array([center - direction, center + direction])


def open_loop(strokes: Sequence[Points], rng: np.random.Generator) -> list[Points]:
    """Leave out a piece of the first stroke's start, where loops are closed."""
    first, *rest = strokes
    steps = np.hypot(*np.diff(first, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    kept = way >= rng.uniform(0, MAX_OPENING) * way[-1]
    return [first[kept] if kept.sum() > 1 else first, *rest]


def jitter(strokes: Sequence[Points], rng: np.random.Generator) -> list[Points]:
    """Move each stroke a little from where it belongs."""
    _, size = bounds(strokes)
    return [stroke + rng.normal(0, JITTER * size.max(), 2) for stroke in strokes]


def reshape(strokes: Sequence[Points], rng: np.random.Generator) -> list[Points]:
    """Make a digit narrower or wider, and slant it."""
    width = np.exp(rng.uniform(-SQUEEZE, SQUEEZE))
    matrix: npt.NDArray[np.float64] = np.array([[width, 0.0], [-rng.uniform(-SLANT, SLANT), 1.0]])
    return [stroke @ matrix for stroke in strokes]
