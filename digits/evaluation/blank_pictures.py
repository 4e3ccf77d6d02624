"""Pictures of nothing, to measure with: ten kinds of empty canvas and empty paper.

    pictures = make_blanks(200, seed=0)     # (kind, picture) each

Whoever reads a digit from one of them is wrong.
"""

from collections.abc import Callable
from itertools import cycle, islice

import cv2
import numpy as np
import numpy.typing as npt

from digits.data.strokes import CANVAS_STYLE
from digits.preprocessing.arrays import Image

Plane = npt.NDArray[np.float64]  # (height, width), gray levels, not yet clipped

LEAST_PAPER, MOST_PAPER = 150, 245  # gray levels of photographed paper


def make_blanks(count: int, *, seed: int) -> list[tuple[str, Image]]:
    """Make empty pictures, the ten kinds by turns.

    Args:
        count: how many.
        seed: of the pictures; the same seed gives the same pictures.

    Returns:
        Name of the kind, and a uint8 array: (280, 280, 4) RGBA for an empty canvas,
        (height, width) gray for photographed paper.
    """
    rng = np.random.default_rng(seed)
    return [(kind, draw(rng)) for kind, draw in islice(cycle(BLANK_KINDS.items()), count)]


def white(rng: np.random.Generator) -> Image:
    """A white canvas."""
    return canvas((255, 255, 255, 255))


def black(rng: np.random.Generator) -> Image:
    """A black canvas."""
    return canvas((0, 0, 0, 255))


def transparent(rng: np.random.Generator) -> Image:
    """A transparent canvas, with any colour under its transparency."""
    return canvas((*rng.integers(0, 256, 3).tolist(), 0))


def coloured(rng: np.random.Generator) -> Image:
    """A canvas of one colour."""
    return canvas((*rng.integers(0, 256, 3).tolist(), 255))


def canvas(color: tuple[int, ...]) -> Image:
    """Fill a canvas with one RGBA colour."""
    return np.full((CANVAS_STYLE.canvas, CANVAS_STYLE.canvas, 4), color, np.uint8)


def noisy(rng: np.random.Generator) -> Image:
    """Evenly lit paper, with the noise of a camera."""
    return photograph(paper(rng), rng)


def shaded(rng: np.random.Generator) -> Image:
    """Paper whose light falls off to one side."""
    plane = paper(rng)
    height, width = plane.shape
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width] / max(plane.shape)
    slope = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
    return photograph(plane * (1 + rng.uniform(0.1, 0.5) * slope), rng)


def grainy(rng: np.random.Generator) -> Image:
    """Rough paper: grain some pixels wide."""
    plane = paper(rng)
    grain = cv2.GaussianBlur(rng.normal(0, 1, plane.shape), (0, 0), rng.uniform(0.8, 3))
    return photograph(plane + grain / grain.std() * rng.uniform(1, 4), rng)


def smudged(rng: np.random.Generator) -> Image:
    """Paper with a few faint and wide smudges, without edges."""
    plane = paper(rng)
    for _ in range(rng.integers(1, 4)):
        spot = np.zeros_like(plane)
        center = rng.uniform(0.1, 0.9, 2) * plane.shape[::-1]
        axes = rng.uniform(10, 60, 2)
        cv2.ellipse(spot, (center, axes * 2, rng.uniform(0, 180)), 1.0, cv2.FILLED)
        plane -= rng.uniform(3, 10) * cv2.GaussianBlur(spot, (0, 0), float(axes.min() / 2))
    return photograph(plane, rng)


def ruled(rng: np.random.Generator) -> Image:
    """Ruled paper with nothing written on it."""
    plane = paper(rng)
    return photograph(rule(plane, int(rng.integers(24, 60)), rng.uniform(8, 45)), rng)


def squared(rng: np.random.Generator) -> Image:
    """Squared paper with nothing written on it."""
    plane, pitch, depth = paper(rng), int(rng.integers(16, 40)), rng.uniform(8, 45)
    return photograph(rule(rule(plane, pitch, depth).T, pitch, depth).T, rng)


BLANK_KINDS: dict[str, Callable[[np.random.Generator], Image]] = {
    kind.__name__: kind
    for kind in (
        white, black, transparent, coloured, noisy, shaded, grainy, smudged, ruled, squared,
    )
}  # fmt: skip


def paper(rng: np.random.Generator) -> Plane:
    """Make plain paper of any size and brightness."""
    height, width = rng.integers(200, 500, 2)
    return np.full((height, width), rng.uniform(LEAST_PAPER, MOST_PAPER))


def rule(plane: Plane, pitch: int, depth: float) -> Plane:
    """Draw level lines, `pitch` pixels apart and `depth` gray levels deep."""
    ruled_plane = plane.copy()
    for y in range(pitch // 2, len(plane), pitch):
        ruled_plane[y : y + max(pitch // 20, 1)] -= depth
    return ruled_plane


def photograph(plane: Plane, rng: np.random.Generator) -> Image:
    """Take a picture: the lens blurs, the sensor adds noise, JPEG rounds."""
    seen = cv2.GaussianBlur(plane, (0, 0), rng.uniform(0.5, 1.2))
    seen += rng.normal(0, rng.uniform(0.5, 4), plane.shape)
    pixels = seen.round().clip(0, 255).astype(np.uint8)
    quality = int(rng.integers(60, 96))
    encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    picture = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return picture
