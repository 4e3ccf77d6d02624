"""Digits as pen strokes, drawn as the page's canvas would draw them.

    image = draw_at_random(digit.strokes, rng=rng, style=CANVAS_STYLE)

stroke_files.py loads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]  # (n, 2), x to the right and y down
Strokes = Sequence[Points]
Canvas = npt.NDArray[np.uint8]  # (side, side), white ink on black

MAX_NUMBER = 1e7  # in any unit; tablets count hundredths of a millimetre
SUBPIXEL_BITS = 4  # OpenCV draws at sixteenths of a pixel


@dataclass(frozen=True)
class StrokeDigit:
    """One drawn character: what it is, whose hand it is, and the pen's way."""

    label: str
    writer: str
    strokes: tuple[Points, ...]
    kept_at: str = ""  # when somebody kept it on the page, ISO 8601 in UTC


@dataclass(frozen=True)
class DrawingStyle:
    """How a digit is drawn at random: each value evenly between two ends, in pixels."""

    canvas: int  # the canvas is a square of this side
    brush: tuple[float, float]
    longest_side: tuple[float, float]  # of the pen's way, without the brush


# What people leave on the page's canvas, for measuring; and a wider range for training.
CANVAS_STYLE = DrawingStyle(canvas=280, brush=(8, 28), longest_side=(90, 230))
TRAINING_STYLE = DrawingStyle(canvas=300, brush=(5, 30), longest_side=(70, 250))


def parse_strokes(strokes: Any) -> tuple[Points, ...]:
    """Turn lists of [x, y] into arrays of shape (n, 2).

    Raises:
        ValueError: if they are of another form, or a number is so large that sums and
            products of such numbers would be infinite.
    """
    parsed = tuple(parse_stroke(stroke) for stroke in strokes)
    if any(np.abs(points).max() > MAX_NUMBER for points in parsed):
        raise ValueError(f"a number is above {MAX_NUMBER:,.0f}")
    return parsed


def parse_stroke(stroke: Any) -> Points:
    """Turn a list of [x, y] into an array of shape (n, 2), or raise ValueError."""
    try:
        points = np.asarray(stroke, dtype=np.float64)
    except (TypeError, OverflowError) as error:
        raise ValueError("a stroke is a list of [x, y]") from error
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError("a stroke is a list of [x, y]")
    return points


def draw_at_random(strokes: Strokes, *, rng: np.random.Generator, style: DrawingStyle) -> Canvas:
    """Draw strokes with a random brush, size and place that keeps them on the canvas.

    Args:
        strokes: arrays of shape (n, 2) in any unit, y down.
        rng: source of randomness.
        style: the canvas, and the ends between which brush and size are drawn.

    Returns:
        uint8 array of shape (canvas, canvas), white ink on black.
    """
    brush = rng.uniform(*style.brush)
    length = rng.uniform(*style.longest_side)
    placed = fit_strokes(strokes, length)
    size = np.concatenate(placed).max(axis=0)
    corner = rng.uniform(brush / 2, np.maximum(style.canvas - brush / 2 - size, brush / 2))
    return draw_strokes([points + corner for points in placed], brush=brush, side=style.canvas)


def fit_strokes(strokes: Strokes, length: float) -> list[Points]:
    """Scale strokes to a longest side of `length`, from the origin on, aspect kept."""
    low, size = bounds(strokes)
    longest = float(size.max())
    scale = length / longest if longest > 0 else 0.0
    return [(stroke - low) * scale for stroke in strokes]


def bounds(strokes: Strokes) -> tuple[Points, Points]:
    """Return the upper left corner and the size of strokes, (2,) each."""
    points = np.concatenate(list(strokes))
    return points.min(axis=0), np.ptp(points, axis=0)


def draw_strokes(strokes: Strokes, *, brush: float, side: int) -> Canvas:
    """Draw strokes as the page's canvas does: round caps and joins, smooth edges.

    Args:
        strokes: arrays of shape (n, 2), pixels of the canvas.
        brush: width of the line, pixels.
        side: side of the canvas, pixels.

    Returns:
        uint8 array of shape (side, side), white ink on black.
    """
    canvas = np.zeros((side, side), np.uint8)
    for stroke in strokes:
        points = np.round(stroke * 2**SUBPIXEL_BITS).astype(np.int32)
        if len(points) == 1:  # a dot
            radius = round(brush / 2 * 2**SUBPIXEL_BITS)
            center = points[0].tolist()
            cv2.circle(canvas, center, radius, 255, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)
        else:
            width = max(round(brush), 1)
            cv2.polylines(canvas, [points], False, 255, width, cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas
