"""A drawing of the page's canvas: its strokes, each with the width of its brush.

drawing = Drawing.from_objects(canvas.json_data["objects"])  # Fabric.js paths
image = drawing.draw()  # (280, 280) uint8, as the canvas shows it
objects = drawing.to_objects()  # to put it on the canvas again

drawing_files.py saves and opens drawings.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt

from digits.data.strokes import Canvas, Points, draw_strokes

StrokeObject = Mapping[str, Any]  # a stroke as the canvas keeps it, a Fabric.js path
Matrix = npt.NDArray[np.float64]  # (2, 2), maps column vectors

CANVAS_SIDE = 280  # pixels; ten for each of the model's 28, and it fits any phone
BRUSH = 20.0  # pixels; of strokes that come without
INK = "#ffffff"
DECIMALS = 1  # of a pixel; finer differences are no difference

SAME_POINT = 0.1  # pixels; Fabric.js moves the ends of a stroke by up to 0.04
MOVED = 0.05  # pixels; a stroke whose middle lies further away was moved by its owner
CURVE = np.linspace(0, 1, 7)[1:, np.newaxis]  # where a curve between two points is sampled


@dataclass(frozen=True, eq=False)
class Drawing:
    """What somebody drew.

    Attributes:
        strokes: arrays of shape (n, 2), where the pen was, in pixels of the canvas, x to
            the right, y down; one point is a dot.
        brushes: width of each stroke, pixels.
    """

    strokes: tuple[Points, ...] = ()
    brushes: tuple[float, ...] = ()

    @classmethod
    def from_objects(cls, objects: Iterable[StrokeObject]) -> Self:
        """Read the strokes from the canvas' objects; what is no path is left out.

        Args:
            objects: as Fabric.js writes them. The canvas has tools with which strokes
                can be moved, turned and scaled: they are returned where they lie.
        """
        paths = [path for path in objects if path.get("path")]
        placed = [place_path(path) for path in paths]
        return cls(tuple(points for points, _ in placed), tuple(brush for _, brush in placed))

    def to_objects(self) -> list[dict[str, Any]]:
        """Make the objects with which the canvas shows this drawing as it was drawn."""
        return [
            {
                "type": "Path",
                "path": to_path(points, brush),
                "fill": None,
                "stroke": INK,
                "strokeWidth": brush,
                "strokeLineCap": "round",
                "strokeLineJoin": "round",
            }
            for points, brush in zip(self.strokes, self.brushes, strict=True)
        ]

    def draw(self) -> Canvas:
        """Draw it as the canvas does: uint8 (280, 280), white ink on black."""
        canvas = np.zeros((CANVAS_SIDE, CANVAS_SIDE), np.uint8)
        for points, brush in zip(self.strokes, self.brushes, strict=True):
            drawn = draw_strokes([smooth(points)], brush=brush, side=CANVAS_SIDE)
            canvas = np.maximum(canvas, drawn)
        return canvas

    def draw_small(self, side: int) -> Canvas:
        """Draw a thumbnail: uint8 (side, side), white ink on black."""
        small = cv2.resize(self.draw(), (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def __eq__(self, other: object) -> bool:
        """Whether both have the same strokes and brushes, to a tenth of a pixel."""
        if not isinstance(other, Drawing):
            return NotImplemented
        return self.rounded() == other.rounded()

    @property
    def fingerprint(self) -> str:
        """Name of the drawing, the same for the same strokes and brushes."""
        return hashlib.sha256(repr(self.rounded()).encode()).hexdigest()[:16]

    def rounded(self) -> tuple[list[list[list[float]]], list[float]]:
        """Strokes and brushes as plain lists, to a tenth of a pixel."""
        strokes = [np.round(stroke, DECIMALS).tolist() for stroke in self.strokes]
        return strokes, [round(brush, DECIMALS) for brush in self.brushes]


def place_path(path: StrokeObject) -> tuple[Points, float]:
    """Return a path's points where they lie on the canvas, and the width of its line."""
    points = read_path(path["path"])
    brush = float(path.get("strokeWidth", BRUSH))
    middle = find_middle(path["path"])
    # Paths give their place as that of their middle; without one they lie as drawn.
    place = np.array([path.get("left", middle[0]), path.get("top", middle[1])])
    matrix = read_matrix(path)
    is_changed = not np.allclose(matrix, np.eye(2)) or np.abs(place - middle).max() > MOVED
    if not is_changed or path.get("originX", "center") != "center":
        return points, brush
    size = float(np.sqrt(abs(np.linalg.det(matrix))))
    return (points - middle) @ matrix.T + place, brush * size


def find_middle(commands: Sequence[Sequence[Any]]) -> Points:
    """Find the middle of a path's bounds, (2,), as Fabric.js reckons them.

    It takes a curve of one control point for one of two that lie upon each other, which
    reaches further out.
    """
    ends = np.array([command[-2:] for command in commands], dtype=np.float64)
    bounds = [ends]
    curved = [index for index, command in enumerate(commands) if command[0] == "Q"]
    if curved:
        start, end = ends[[index - 1 for index in curved]], ends[curved]
        control = np.array([commands[index][1:3] for index in curved], dtype=np.float64)
        turns = (control - start) * (control - end) > 0  # the curve turns back on this axis
        ratio = np.divide(control - end, control - start, out=np.zeros_like(start), where=turns)
        t = 1 / (1 + np.sqrt(ratio))
        turning = start * (1 - t) ** 3 + 3 * control * t * (1 - t) + end * t**3
        bounds.append(np.where(turns, turning, end))
    reached = np.concatenate(bounds)
    middle: Points = (reached.min(axis=0) + reached.max(axis=0)) / 2
    return middle


def read_path(commands: Sequence[Sequence[Any]]) -> Points:
    """Read where the pen was: at the control points of the curves, and at both ends."""
    # ["M", x, y], then ["Q", control x, control y, x, y] for each point, then ["L", x, y].
    ends = [command[1:3] for command in commands if len(command) >= 3]
    points = np.array(ends, dtype=np.float64)
    steps = np.abs(np.diff(points, axis=0)).max(axis=1, initial=0)
    return points[[True, *(steps > SAME_POINT)]]


def to_path(points: Points, brush: float) -> list[list[Any]]:
    """Write a path as Fabric.js does: curves from midpoint to midpoint of the pen's points."""
    if len(points) == 1:  # a line without length would not be painted
        points = points + [[-brush / 1000, 0], [brush / 1000, 0]]
    first, *inner = points.tolist()
    middles = ((points[:-1] + points[1:]) / 2).tolist()
    controls = [first, *inner[:-1]]
    curves = [["Q", *control, *end] for control, end in zip(controls, middles, strict=True)]
    return [["M", *first], *curves, ["L", *inner[-1]]]


def smooth(points: Points) -> Points:
    """Sample the way that the canvas paints: curves from midpoint to midpoint.

    Args:
        points: where the pen was, (n, 2).

    Returns:
        Array of shape (m, 2), with the same ends.
    """
    if len(points) < 3:
        return points
    pen = points[:, np.newaxis]  # (n, 1, 2)
    middles = (pen[:-1] + pen[1:]) / 2
    start, control, end = middles[:-1], pen[1:-1], middles[1:]  # each (n - 2, 1, 2)
    t = CURVE
    curves = start * (1 - t) ** 2 + control * 2 * t * (1 - t) + end * t**2  # (n - 2, 6, 2)
    return np.concatenate([points[:1], middles[0], curves.reshape(-1, 2), points[-1:]])


def read_matrix(path: StrokeObject) -> Matrix:
    """Read how a path was turned, scaled, mirrored and slanted about its middle."""
    angle = np.radians(path.get("angle", 0))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    across = path.get("scaleX", 1) * (-1 if path.get("flipX") else 1)
    down = path.get("scaleY", 1) * (-1 if path.get("flipY") else 1)
    slant_x = np.array([[1, np.tan(np.radians(path.get("skewX", 0)))], [0, 1]])
    slant_y = np.array([[1, 0], [np.tan(np.radians(path.get("skewY", 0))), 1]])
    matrix: Matrix = turn @ np.diag([across, down]) @ slant_x @ slant_y
    return matrix
