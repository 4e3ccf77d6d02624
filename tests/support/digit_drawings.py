"""Ten digits written down as strokes, and drawn as the page's canvas draws them."""

import base64
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from digits.app.canvas.drawing import Drawing
from digits.data.strokes import draw_strokes, fit_strokes

CANVAS_SIDE = 280  # pixels


def arc(
    center: tuple[float, float], radii: tuple[float, float], start: float, end: float
) -> list[list[float]]:
    """Points of an ellipse from one angle to another, in degrees, clockwise from 3 h."""
    angles = np.radians(np.linspace(start, end, 24))
    return [
        [center[0] + radii[0] * np.cos(angle), center[1] + radii[1] * np.sin(angle)]
        for angle in angles
    ]


# In a box about 60 wide and 100 high, y down; one list a stroke.
DIGITS: dict[int, list[list[list[float]]]] = {
    0: [arc((30, 50), (28, 48), -90, 270)],
    1: [[[18, 18], [36, 0], [36, 100]]],
    2: [[*arc((30, 27), (27, 27), -170, 35), [4, 98], [60, 98]]],
    3: [arc((26, 25), (28, 25), -140, 85) + arc((26, 74), (32, 25), -80, 140)],
    4: [[[40, 0], [2, 66], [62, 66]], [[44, 32], [44, 100]]],
    5: [[[10, 4], [8, 46], *arc((26, 70), (32, 29), -110, 130)], [[10, 4], [56, 3]]],
    6: [[[46, 2], [20, 32], *arc((31, 70), (27, 29), -165, 195)]],
    7: [[[2, 3], [60, 3], [24, 100]]],
    8: [arc((30, 26), (23, 25), 90, -270) + arc((30, 75), (28, 24), -90, 270)],
    9: [[*arc((30, 28), (26, 27), 0, -360), [54, 50], [44, 100]]],
}


def place(
    digit: int,
    *,
    side: int = CANVAS_SIDE,
    height: float = 180,
    offset: tuple[float, float] = (0, 0),
) -> list[npt.NDArray[np.float64]]:
    """Scale a digit to `height` pixels and put it in the middle, moved by `offset`."""
    strokes = fit_strokes([np.array(stroke) for stroke in DIGITS[digit]], height)
    size = np.concatenate(strokes).max(axis=0)
    return [stroke + (side - size) / 2 + np.array(offset) for stroke in strokes]


def draw(
    digit: int,
    *,
    brush: float = 18,
    height: float = 180,
    offset: tuple[float, float] = (0, 0),
    ink: tuple[int, int, int] = (255, 255, 255),
    paper: tuple[int, int, int] = (0, 0, 0),
) -> npt.NDArray[np.uint8]:
    """Draw a digit on an opaque RGBA canvas of (280, 280, 4), in any two colours."""
    strokes = place(digit, height=height, offset=offset)
    share = draw_strokes(strokes, brush=brush, side=CANVAS_SIDE)[..., np.newaxis] / 255
    colors = share * np.array(ink) + (1 - share) * np.array(paper)
    canvas = np.full((CANVAS_SIDE, CANVAS_SIDE, 4), 255, np.uint8)
    canvas[..., :3] = colors.round()
    return canvas


def draw_number(
    number: str, *, brush: float = 12, height: float = 120, gap: int = 30
) -> npt.NDArray[np.uint8]:
    """Draw digits side by side, white on black, in a picture as wide as they need.

    Args:
        number: digits; a newline begins another line.
        brush: width of the line, pixels.
        height: of each digit's longest side, pixels.
        gap: pixels between the ink of one digit and the next; less than 0 to overlap.
    """
    lines = [join_side_by_side(line, brush, height, gap) for line in number.split("\n")]
    width = max(line.shape[1] for line in lines)
    return np.vstack([np.pad(line, ((0, 0), (0, width - line.shape[1]))) for line in lines])


def join_side_by_side(digits: str, brush: float, height: float, gap: int) -> npt.NDArray[np.uint8]:
    """Draw one line of a number."""
    row = np.zeros((round(height + 3 * brush), 0), np.uint8)
    for digit in digits:
        strokes = fit_strokes([np.array(stroke) for stroke in DIGITS[int(digit)]], height)
        tile = draw_strokes([points + brush for points in strokes], brush=brush, side=len(row))
        left, _, width, _ = cv2.boundingRect(tile)
        start = row.shape[1] + gap if row.size else round(brush)
        row = np.pad(row, ((0, 0), (0, start + width - row.shape[1])))
        place = row[:, start : start + width]
        np.maximum(place, tile[:, left : left + width], out=place)
    return np.pad(row, ((0, 0), (0, round(brush))))


def draw_side_by_side(number: str, *, brush: float = 14) -> Drawing:
    """Draw digits side by side on one canvas, as high as leaves room for all."""
    step = 230 / len(number)
    strokes = [
        points
        for index, digit in enumerate(number)
        for points in place(
            int(digit),
            height=min(1.2 * step, 120),
            offset=((index - (len(number) - 1) / 2) * step, 0),
        )
    ]
    return Drawing(tuple(strokes), (brush,) * len(strokes))


def encode_png(image: npt.NDArray[np.uint8]) -> bytes:
    """Encode an RGBA canvas as a PNG file."""
    return bytes(cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA))[1].tobytes())


def canvas_state(shown: int | Drawing | None) -> dict[str, Any]:
    """What the canvas component leaves in session state after something was drawn on it.

    For AppTest, which has no browser: a digit, a drawing, or None for a cleared canvas.
    """
    if shown is None:
        shown = Drawing()
    if isinstance(shown, int):
        strokes = tuple(place(shown))
        shown = Drawing(strokes, (18.0,) * len(strokes))
    canvas = cv2.cvtColor(shown.draw(), cv2.COLOR_GRAY2RGBA)
    data = base64.b64encode(encode_png(np.asarray(canvas, np.uint8))).decode()
    raw = {"objects": shown.to_objects()}
    return {"drawing": {"raw": raw, "data": f"data:image/png;base64,{data}"}}


def with_bar(number: np.ndarray) -> np.ndarray:
    """Draw a minus before a number."""
    drawn = np.pad(number, ((0, 0), (90, 0)))
    middle = drawn.shape[0] // 2
    cv2.line(drawn, (20, middle), (70, middle - 2), 255, 12, cv2.LINE_AA)
    return drawn
