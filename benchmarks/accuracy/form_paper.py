"""Draw a form from its lines and pen strokes: printed, skewed, and scanned or photographed.

    picture = make_picture(layout, rng)  # uint8, gray or RGB

For measuring only, never for training.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from benchmarks.accuracy.materials import (
    INKS,
    RULES,
    STRONG_RULES,
    Color,
    Picture,
    Random,
    Scene,
    Share,
    compress,
    grained,
    lay,
    photograph,
    pick,
    sheet,
)
from digits.data.strokes import SUBPIXEL_BITS, Points, draw_strokes

SKEW = 5.0  # degrees, to either side
MARGIN = (0.15, 0.8)  # of the height of a cell, around the form
THICKNESS = (0.01, 0.06)  # of the height of a cell: from hairlines to bold frames
PEN = (0.04, 0.075)  # of the height of a cell
TINTS: Sequence[Color] = ((225, 240, 228), (250, 232, 214), (222, 234, 250), (248, 224, 232))
BLACKS: Sequence[Color] = ((20, 20, 20), (45, 45, 50))
GRAYS: Sequence[Color] = ((100, 100, 100), (140, 140, 140), (180, 180, 180))
COLORS: Sequence[Color] = (*RULES, *STRONG_RULES)
Medium = Callable[[Scene, Random], Picture]


@dataclass(frozen=True)
class Line:
    """One line of a form.

    Attributes:
        points: float64 (n, 2), pixels.
        dash: ink and gap of a broken line, in thicknesses; none for a whole one.
        weight: factor of the form's thickness.
    """

    points: Points
    dash: tuple[float, float] | None = None
    weight: float = 1.0


@dataclass
class Layout:
    """A form before it is drawn, in pixels.

    Attributes:
        height: of a cell.
        lines: that are printed, or drawn by hand.
        strokes: of the digits.
        rows: what is written, a string each row that is not empty.
        cells: row and column of each digit, in reading order; empty where there is no grid.
        fills: corners (4, 2) of areas printed in a pale colour.
        colors: of the lines; those of the ink for lines drawn by hand.
        by_hand: whether the pen draws the lines too.
        strip: whether a strip of another colour runs along one border.
        media: how the picture comes to be; one is chosen.
    """

    height: float
    lines: list[Line] = field(default_factory=list)
    strokes: list[Points] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    cells: list[tuple[int, int]] = field(default_factory=list)
    fills: list[Points] = field(default_factory=list)
    colors: Sequence[Color] = ()
    by_hand: bool = False
    strip: bool = False
    media: Sequence[str] = ("scan", "photo", "screenshot")


def make_picture(layout: Layout, rng: Random) -> Picture:
    """Print a form, fill it in, and take its picture.

    Args:
        layout: the form; its coordinates may start anywhere.
        rng: chooses thickness, colours, skew, margins and medium.

    Returns:
        uint8, (height, width) gray or (height, width, 3) RGB.
    """
    medium = str(rng.choice(list(layout.media)))
    angle = 0.0 if medium == "screenshot" else float(np.deg2rad(rng.uniform(-SKEW, SKEW)))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    everything = [*(line.points for line in layout.lines), *layout.strokes, *layout.fills]
    turned = np.concatenate(everything) @ turn
    low = turned.min(axis=0) - rng.uniform(*MARGIN, 2) * layout.height
    width, height = np.ceil(
        turned.max(axis=0) - low + rng.uniform(*MARGIN, 2) * layout.height
    ).astype(int)
    shape = int(height), int(width)

    dark = medium == "screenshot" and not layout.fills and rng.random() < 0.2
    scene = bare_paper(shape, medium, dark, rng)
    tint = pick(TINTS, rng)
    for corners in layout.fills:
        scene = lay(scene, fill_area(corners @ turn - low, shape), tint, strength=1)
    ink: Color = (240, 240, 235) if dark else pick(INKS, rng)
    brush = max(rng.uniform(*PEN) * layout.height, 1.5)
    thickness = brush if layout.by_hand else max(rng.uniform(*THICKNESS) * layout.height, 1.0)
    color = ink if layout.by_hand else pick_line_color(layout, dark, rng)
    lines = np.zeros(shape, np.float32)
    for line in layout.lines:
        placed = Line(line.points @ turn - low, line.dash, line.weight)
        np.maximum(lines, draw_line(placed, thickness, shape), out=lines)
    scene = lay(scene, lines, color, strength=1)
    written = ink_share([points @ turn - low for points in layout.strokes], brush, shape)
    if medium == "scan":
        written = grained(written, rng, rough=0.12)
    scene = lay(scene, written, ink, strength=0.95)
    if layout.strip:
        scene = lay_strip(scene, rng)
    return MEDIA[medium](scene, rng)


def bare_paper(shape: tuple[int, int], medium: str, dark: bool, rng: Random) -> Scene:
    """Make paper of even colour for a scan or a screenshot, with its grain for a photo."""
    if medium == "photo":
        return sheet(shape, rng)
    color = (28.0, 28.0, 30.0) if dark else (255.0, 255.0, rng.uniform(240, 255))
    return np.full((*shape, 3), color, np.float32)


def pick_line_color(layout: Layout, dark: bool, rng: Random) -> Color:
    """Choose black, gray or a colour for printed lines."""
    if dark:
        return pick([(90, 90, 95), (150, 150, 155)], rng)
    choices = layout.colors or (BLACKS, GRAYS, COLORS)[int(rng.integers(3))]
    return pick(choices, rng)


def fill_area(corners: Points, shape: tuple[int, int]) -> Share:
    """Cover an area, (4, 2) corners."""
    share = np.zeros(shape, np.uint8)
    placed = np.round(corners * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(share, [placed], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    return (share / np.float32(255)).astype(np.float32)


def draw_line(line: Line, thickness: float, shape: tuple[int, int]) -> Share:
    """Draw one line, whole or broken into dashes; dashes of no length are dots."""
    thickness = max(thickness * line.weight, 1.0)
    pieces = [line.points]
    if line.dash:
        ink, gap = (part * max(thickness, 2.0) for part in line.dash)
        pieces = [piece for ends in pairs(line.points) for piece in dashes(*ends, ink, gap)]
        thickness = max(thickness, 2.0) if not ink else thickness
    return ink_share(pieces, thickness, shape)


def pairs(points: Points) -> list[tuple[Points, Points]]:
    """List the straight pieces of a line."""
    return list(zip(points[:-1], points[1:], strict=True))


def dashes(first: Points, last: Points, ink: float, gap: float) -> list[Points]:
    """Break a straight line into dashes."""
    length = float(np.hypot(*(last - first)))
    along = (last - first) / max(length, 1e-9)
    starts = np.arange(0, length, ink + gap)
    if not ink:
        return [(first + along * start)[None] for start in starts]
    return [
        np.array([first + along * start, first + along * min(start + ink, length)])
        for start in starts
    ]


def ink_share(strokes: Sequence[Points], brush: float, shape: tuple[int, int]) -> Share:
    """Draw strokes of one width; float32 of `shape`, in [0, 1]."""
    drawn = draw_strokes(strokes, brush=brush, side=max(shape))[: shape[0], : shape[1]]
    return (drawn / np.float32(255)).astype(np.float32)


def lay_strip(scene: Scene, rng: Random) -> Scene:
    """Lay a light or dark strip along one border, as a cropped window leaves it."""
    depth = max(round(rng.uniform(0.01, 0.07) * min(scene.shape[:2])), 1)
    level = float(rng.uniform(195, 238) if rng.random() < 0.5 else rng.uniform(20, 110))
    result = scene.copy()
    side = int(rng.integers(4))
    rows = result if side < 2 else result.transpose(1, 0, 2)  # a view
    rows[slice(depth) if side % 2 else slice(-depth, None)] = level
    return result


def scan(scene: Scene, rng: Random) -> Picture:
    """Scan a sheet: soft edges, weak noise, dust, gray or in colour, at times as JPEG."""
    soft = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.3, 0.7))
    soft = soft + 1.5 * rng.standard_normal(soft.shape, np.float32)
    height, width = soft.shape[:2]
    for x, y in rng.integers(0, (width, height), (int(rng.integers(0, 5)), 2)).tolist():
        soft[y, x : x + 2] = 110
    picture = soft.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        picture = compress(picture, int(rng.integers(70, 95)))
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if rng.random() < 0.6 else picture


def screenshot(scene: Scene, rng: Random) -> Picture:
    """Keep a scene as a screen shows it."""
    return scene.clip(0, 255).astype(np.uint8)


MEDIA: dict[str, Medium] = {"scan": scan, "photo": photograph, "screenshot": screenshot}
