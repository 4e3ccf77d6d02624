"""Scribbles to measure a refusal with: ten kinds, white on a black canvas of 280 x 280.

    canvases = draw_scribbles(200, seed=0)     # (kind, picture) each

For measuring only: a model that trains on scribbles trains on others than these.
No kind is one that somebody could take for a digit: no single ring, line or hook.
"""

from collections.abc import Callable
from itertools import cycle, islice

import cv2
import numpy as np
import numpy.typing as npt

from digits.data.strokes import CANVAS_STYLE, Canvas, DrawingStyle, Points, draw_at_random

# Larger than most digits are drawn, as scribbles are; finer pens too.
SCRIBBLE_STYLE = DrawingStyle(canvas=CANVAS_STYLE.canvas, brush=(6, 24), longest_side=(120, 250))


def draw_scribbles(count: int, *, seed: int) -> list[tuple[str, Canvas]]:
    """Draw scribbles, the ten kinds by turns.

    Args:
        count: how many.
        seed: of the drawings; the same seed gives the same drawings.

    Returns:
        Name of the kind, and uint8 array of shape (280, 280), white ink on black.
    """
    rng = np.random.default_rng(seed)
    return [
        (kind, draw_at_random(scribble(rng), rng=rng, style=SCRIBBLE_STYLE))
        for kind, scribble in islice(cycle(SCRIBBLE_KINDS.items()), count)
    ]


def wander(rng: np.random.Generator) -> list[Points]:
    """A long walk with momentum, back and forth over itself."""
    bend = cv2.GaussianBlur(rng.normal(0, 1, (1, 500)), (0, 0), 10.0)[0]  # changes slowly
    heading = rng.uniform(0, 2 * np.pi) + (bend / bend.std() * 0.09).cumsum()
    pull = np.linspace(0, 1, 500) * rng.uniform(-20, 20)  # so that it does not stay in a ring
    x, y = np.cos(heading).cumsum() + pull, np.sin(heading).cumsum()
    return [to_points(x, y)]


def zigzag(rng: np.random.Generator) -> list[Points]:
    """Five to nine teeth, aslant."""
    corners = 2 * int(rng.integers(5, 10)) + 1
    x = np.arange(corners) / corners + rng.normal(0, 0.01, corners)
    y = rng.uniform(0.3, 0.8) * (np.arange(corners) % 2) + rng.normal(0, 0.05, corners)
    return [rotate(to_points(x, y), rng.uniform(0, 2 * np.pi))]


def hatching(rng: np.random.Generator) -> list[Points]:
    """Four to nine parallel lines."""
    angle = rng.uniform(0, np.pi)
    return [rotate(line, angle) for line in parallel_lines(rng, int(rng.integers(4, 10)))]


def grid(rng: np.random.Generator) -> list[Points]:
    """Lines across lines, three to five each way; their ends stand out."""
    angle, center = rng.normal(0, 0.2), (0.5, 0.5)
    down, across = (parallel_lines(rng, int(count)) for count in rng.integers(3, 6, 2))
    return [
        rotate((line - center) * [1, 1.4] + center, turn, center=center)
        for lines, turn in ((down, angle), (across, angle + np.pi / 2))
        for line in lines
    ]


def spiral(rng: np.random.Generator) -> list[Points]:
    """Three to five turns outwards."""
    turns = rng.uniform(3, 5)
    angle = np.linspace(0, turns * 2 * np.pi, 200)
    radius = np.linspace(0.1, 1, 200) + rng.normal(0, 0.01, 200)
    height = rng.choice([-1, 1]) * rng.uniform(0.6, 1)  # either way round
    return [to_points(radius * np.cos(angle), height * radius * np.sin(angle))]


def coil(rng: np.random.Generator) -> list[Points]:
    """A row of three to six loops, as a pen is tried."""
    loops = int(rng.integers(3, 7))
    angle = np.linspace(0, loops * 2 * np.pi, 40 * loops)
    drift = rng.uniform(0.5, 0.9) * angle / np.pi
    return [rotate(to_points(np.cos(angle) + drift, np.sin(angle)), rng.normal(0, 0.4))]


def blob(rng: np.random.Generator) -> list[Points]:
    """A patch filled with narrow strokes to and fro."""
    lines = 28
    y = np.linspace(-0.97, 0.97, lines)
    half = np.sqrt(1 - y**2) * rng.uniform(0.8, 1.1, lines) * rng.uniform(0.6, 1.2)
    ends = np.where(np.arange(lines) % 2, 1, -1) * half
    return [rotate(to_points(ends, y), rng.uniform(0, np.pi))]


def star(rng: np.random.Generator) -> list[Points]:
    """A star in one line, or rays from a centre."""
    tips = int(rng.choice([5, 7]))
    angle = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(tips) / tips
    corners = to_points(np.cos(angle), np.sin(angle))
    if rng.uniform() < 0.5:
        return [corners[2 * np.arange(tips + 1) % tips]]  # each second tip: the lines cross
    return [np.array([[0.0, 0.0], corner]) for corner in corners]


def arrow(rng: np.random.Generator) -> list[Points]:
    """An arrow with two barbs at one end, or at both."""
    barb = rng.uniform(0.25, 0.4)
    head = np.array([[1 - barb, -barb], [1.0, 0.0], [1 - barb, barb]])
    strokes = [np.array([[0.0, 0.0], [1.0, rng.normal(0, 0.05)]]), head]
    if rng.uniform() < 0.5:
        strokes.append(head * [-1, 1] + [1, 0])
    angle = rng.uniform(0, 2 * np.pi)
    return [rotate(stroke, angle) for stroke in strokes]


def shapes(rng: np.random.Generator) -> list[Points]:
    """Three to five small rings, triangles, squares and crosses, here and there."""
    strokes: list[Points] = []
    # Places of a grid of 3 x 3, so that they do not cover one another.
    for place in rng.choice(9, int(rng.integers(3, 6)), replace=False):
        corners = int(rng.choice([3, 4, 24]))  # 24 make a ring
        angle = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(corners + 1) / corners
        outline = to_points(np.cos(angle), np.sin(angle)) * rng.uniform(0.25, 0.45)
        strokes.append(outline + [place % 3, place // 3])
    return strokes


SCRIBBLE_KINDS: dict[str, Callable[[np.random.Generator], list[Points]]] = {
    kind.__name__: kind
    for kind in (wander, zigzag, hatching, grid, spiral, coil, blob, star, arrow, shapes)
}


def parallel_lines(rng: np.random.Generator, count: int) -> list[Points]:
    """Upright lines over [0, 1], their ends not quite even."""
    places = np.linspace(0, 1, count) + rng.normal(0, 0.02, count)
    ends = np.array([0.0, 1.0]) + rng.normal(0, 0.06, (count, 2))
    return [to_points(np.full(2, x), y) for x, y in zip(places, ends, strict=True)]


def to_points(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Points:
    """Pair coordinates: two arrays of (n,) to one of (n, 2)."""
    return np.stack([x, y], axis=1)


def rotate(points: Points, angle: float, *, center: tuple[float, float] = (0, 0)) -> Points:
    """Turn points of shape (n, 2) about a centre."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned: Points = (points - center) @ turn + center
    return turned
