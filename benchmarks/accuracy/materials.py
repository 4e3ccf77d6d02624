"""Pens, papers, light and a camera, to make pictures of pen strokes for measuring.

    scene = lay(sheet((300, 300), rng), write(strokes, rng), (30, 45, 140))
    picture = photograph(scene, rng)  # (300, 300, 3) uint8

What is ink, a finger or a line on a scene is a share, 0 = bare paper, 1 = full ink.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digits.data.strokes import Strokes, draw_strokes, fit_strokes

Share = npt.NDArray[np.float32]  # (height, width), [0, 1]
Scene = npt.NDArray[np.float32]  # (height, width, 3), RGB, [0, 255]
Picture = npt.NDArray[np.uint8]  # (height, width), (.., .., 3) RGB or (.., .., 4) RGBA
Random = np.random.Generator
Color = tuple[float, float, float]

INKS: Sequence[Color] = ((35, 35, 40), (30, 45, 140), (25, 60, 170), (60, 60, 70), (150, 30, 40))
RULES: Sequence[Color] = ((150, 175, 205), (190, 190, 195), (215, 150, 160), (160, 195, 180))
STRONG_RULES: Sequence[Color] = ((90, 120, 200), (200, 70, 80), (70, 140, 120), (120, 90, 180))


def write(
    strokes: Strokes,
    rng: Random,
    *,
    side: int = 300,
    fill: tuple[float, float] = (0.45, 0.8),
    pen: tuple[float, float] = (0.05, 0.09),
) -> Share:
    """Write a digit on a square: `fill` of its side high, `pen` of the digit wide."""
    length = rng.uniform(*fill) * side
    brush = max(rng.uniform(*pen) * length, 1.0)
    placed = fit_strokes(strokes, length)
    size = np.concatenate(placed).max(axis=0)
    room = np.maximum(side - size - brush, 0)
    corner = brush / 2 + room * rng.uniform(0.2, 0.8, 2)
    share = draw_strokes([points + corner for points in placed], brush=brush, side=side)
    return (share / np.float32(255)).astype(np.float32)


def clouds(shape: tuple[int, int], rng: Random, *, grain: float) -> Share:
    """Make smooth random noise of standard deviation 1, `grain` pixels coarse."""
    height, width = shape
    size = max(int(width / grain), 2), max(int(height / grain), 2)
    noise = rng.normal(0, 1, size[::-1]).astype(np.float32)
    return cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)


def grained(share: Share, rng: Random, *, rough: float) -> Share:
    """Let ink skip on the paper's tooth, as pencil and chalk do."""
    tooth = clouds(share.shape, rng, grain=1.3) + 0.5 * clouds(share.shape, rng, grain=12)
    pressed = np.clip(1 - rough * (0.8 + tooth), 0.1, 1)
    return (cv2.GaussianBlur(share, (3, 3), 0) * pressed).astype(np.float32)


def lit(shape: tuple[int, int], rng: Random, *, darkest: float = 0.6) -> Share:
    """Light that falls off to one side, in [darkest, 1]."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5) + 0.5
    return (1 - (1 - rng.uniform(darkest, 1)) * np.clip(slope, 0, 1)).astype(np.float32)


def sheet(shape: tuple[int, int], rng: Random, color: Color = (228, 225, 218)) -> Scene:
    """Bare paper with a fine texture."""
    texture = 1 + 0.012 * clouds(shape, rng, grain=2) + 0.01 * clouds(shape, rng, grain=40)
    return (np.array(color, np.float32) * texture[..., None]).astype(np.float32)


def lay(scene: Scene, share: Share, color: Color, *, strength: float = 0.92) -> Scene:
    """Put ink of one colour on a scene."""
    cover = (strength * share)[..., None]
    return (scene * (1 - cover) + np.array(color, np.float32) * cover).astype(np.float32)


def photograph(
    scene: Scene,
    rng: Random,
    *,
    darkest: float = 0.6,
    blur: float = 0.7,
    noise: float = 3.0,
    quality: int = 80,
) -> Picture:
    """Light a scene and take its picture: a lens' blur, a sensor's noise, a JPEG file."""
    seen = scene * lit(scene.shape[:2], rng, darkest=darkest)[..., None] * rng.uniform(0.7, 1.05)
    seen = cv2.GaussianBlur(seen, (0, 0), blur)
    seen = seen + noise * rng.standard_normal(seen.shape, np.float32)
    return compress(seen.clip(0, 255).astype(np.uint8), quality)


def compress(picture: Picture, quality: int) -> Picture:
    """Write a picture as JPEG and read it again."""
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1])


def shrink(picture: Picture, side: int) -> Picture:
    """Average a picture down to a longest side of `side` pixels."""
    scale = side / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def pick(colors: Sequence[Color], rng: Random) -> Color:
    """Choose one of several colours, a little changed."""
    color = np.array(colors[int(rng.integers(len(colors)))]) + rng.normal(0, 6, 3)
    red, green, blue = color.clip(0, 255)
    return float(red), float(green), float(blue)


def draw_rules(scene: Scene, rng: Random, color: Color, *, squared: bool, thick: float) -> Scene:
    """Draw parallel lines a third to a fifth of the picture apart, slightly turned."""
    side = max(scene.shape[:2])
    gap, turn = side * rng.uniform(0.14, 0.35), rng.uniform(-0.04, 0.04)
    share = np.zeros(scene.shape[:2], np.uint8)
    for slope in (turn, turn + np.pi / 2) if squared else (turn,):
        along = np.array([np.cos(slope), np.sin(slope)])
        across = np.array([-along[1], along[0]])
        for offset in np.arange(-side, side, gap) + rng.uniform(0, gap):
            middle = np.array([side, side]) / 2 + across * offset
            ends = np.round(16 * np.array([middle - 2 * side * along, middle + 2 * side * along]))
            first, last = ends.astype(int).tolist()
            cv2.line(share, first, last, 255, max(round(thick * side), 1), cv2.LINE_AA, 4)
    return lay(scene, (share / np.float32(255)).astype(np.float32), color, strength=0.9)


def draw_frame(scene: Scene, rng: Random, color: Color) -> Scene:
    """Draw a printed box near the picture's edge, at times only its corners' lines."""
    height, width = scene.shape[:2]
    left, top, right, bottom = (rng.uniform(0.015, 0.08, 4) * width).astype(int).tolist()
    share = np.zeros((height, width), np.uint8)
    thick = int(rng.integers(1, 5))
    cv2.rectangle(share, (left, top), (width - 1 - right, height - 1 - bottom), 255, thick)
    return lay(scene, (share / np.float32(255)).astype(np.float32), color)
