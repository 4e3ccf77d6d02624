"""Non-digits to train with: scribbles, torn digits, several at once, letters.

    images = make_outliers(8000, pens, letters, seed=0)

Training with outliers teaches a network to refuse (Hendrycks et al., "Deep Anomaly
Detection with Outlier Exposure", 2019). Letters are split by writer, so that the
others can measure what was learnt.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from digits.data.dataset import Images
from digits.data.rendering import draw_characters
from digits.data.splits import is_training_writer
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import TRAINING_STYLE, Points, StrokeDigit, bounds

# Letters that somebody may take for a digit, or writes like one.
DIGIT_LIKE_LETTERS = frozenset("OoDQISsZzlibqgGBJjLyTtAUuVvhrY")
LETTER_SHARE = 0.45  # of the outliers, where there are letters
TURNED = frozenset("34")  # digits that are none, nor like one, on their side
TORN = frozenset("234568")  # digits that are none when they lie over each other


def make_outliers(
    count: int, pens: Sequence[StrokeDigit], letters: Sequence[StrokeDigit], *, seed: int
) -> Images:
    """Draw non-digits, as the canvas would show them.

    Args:
        count: images to make.
        pens: pen drawings of the classes, to be set side by side, and digits torn and
            turned; may be empty.
        letters: pen letters that nobody takes for a digit; may be empty.
        seed: of all that is random.

    Returns:
        uint8 array of shape (count, 28, 28), [0, 255], bright ink on black.
    """
    rng = np.random.default_rng(seed)
    makers: list[Callable[[np.random.Generator], list[Points]]] = [curves, corners]
    # Of letters no more is known than that several are not one.
    to_turn = [digit for digit in pens if digit.label in TURNED]
    to_tear = [digit for digit in pens if digit.label in TORN]
    if pens:
        makers.append(lambda rng: side_by_side(pick(pens, rng, rng.choice([2, 2, 2, 3])), rng))
    if to_tear:
        makers.append(lambda rng: torn(pick(to_tear, rng, 2), rng))
    if to_turn:
        makers.append(lambda rng: turned(pick(to_turn, rng, 1), rng))
    made = []
    for _ in range(count):
        if letters and rng.uniform() < LETTER_SHARE:
            made.append(pick(letters, rng, 1)[0])
        else:
            maker = makers[rng.integers(len(makers))]
            made.append(StrokeDigit("", "", tuple(maker(rng))))
    return draw_characters(made, seed=seed, style=TRAINING_STYLE)


def load_training_letters(path: Path) -> list[StrokeDigit]:
    """Load letters to train with: unlike any digit, by training writers alone.

    Raises:
        DatasetError: if the file cannot be read.
    """
    return [
        letter
        for letter in load_stroke_file(path)
        if letter.label not in DIGIT_LIKE_LETTERS and is_training_writer(letter.writer)
    ]


def pick(digits: Sequence[StrokeDigit], rng: np.random.Generator, count: int) -> list[StrokeDigit]:
    """Choose digits at random."""
    return [digits[index] for index in rng.integers(len(digits), size=count)]


def curves(rng: np.random.Generator) -> list[Points]:
    """Scribble one to three smooth curves through random points."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        knots = rng.uniform(size=(rng.integers(7, 15), 2))
        way = np.linspace(0, len(knots) - 1, 12 * len(knots))
        strokes.append(CubicSpline(np.arange(len(knots)), knots)(way))
    return strokes


def corners(rng: np.random.Generator) -> list[Points]:
    """Scribble with straight strokes: zigzags, stars, hatchings, crossed lines."""
    if rng.uniform() < 0.5:
        return [rng.uniform(size=(rng.integers(5, 14), 2))]
    return [rng.uniform(size=(2, 2)) for _ in range(rng.integers(3, 9))]


def side_by_side(digits: Sequence[StrokeDigit], rng: np.random.Generator) -> list[Points]:
    """Set digits in a row, of about one height, touching or apart."""
    strokes: list[Points] = []
    right = 0.0
    for digit in digits:
        low, size = bounds(digit.strokes)
        scale = rng.uniform(0.8, 1.2) / max(size.max(), 1e-6)
        corner = np.array([right, rng.uniform(-0.15, 0.15)])
        strokes += [(stroke - low) * scale + corner for stroke in digit.strokes]
        right += size[0] * scale + rng.uniform(-0.1, 0.45)
    return strokes


def torn(digits: Sequence[StrokeDigit], rng: np.random.Generator) -> list[Points]:
    """Lay two digits over each other, one of them on its side or mirrored."""
    a, b = (unit(digit) for digit in digits)
    b = turn(b, rng) if rng.uniform() < 0.5 else [stroke * [-1, 1] for stroke in b]
    shift = rng.uniform(-0.5, 0.5, 2)
    return [*a, *(stroke + shift for stroke in b)]


def turned(digits: Sequence[StrokeDigit], rng: np.random.Generator) -> list[Points]:
    """Lay a digit on its side."""
    return turn(unit(digits[0]), rng)


def turn(strokes: Sequence[Points], rng: np.random.Generator) -> list[Points]:
    """Turn strokes by a quarter, one way or the other."""
    side = rng.choice([-1.0, 1.0])
    return [stroke[:, ::-1] * [side, -side] for stroke in strokes]


def unit(digit: StrokeDigit) -> list[Points]:
    """Scale a digit to a longest side of one, about its middle."""
    low, size = bounds(digit.strokes)
    return [(stroke - low - size / 2) / max(size.max(), 1e-6) for stroke in digit.strokes]
