"""Save drawings and open them again: strokes as JSON, or a PNG picture that carries them.

text = to_json(drawing)         # one line of a stroke file, as strokes.py reads it
drawing = open_drawing(data)    # bytes of either kind, from this page or from elsewhere
"""

import io
import json
from typing import Any

import numpy as np
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngInfo

from digits.app.canvas.drawing import BRUSH, CANVAS_SIDE, Drawing
from digits.data.stroke_files import format_strokes
from digits.data.strokes import MAX_NUMBER, Points, fit_strokes, parse_stroke

MAX_BYTES = 2_000_000  # a file of MAX_POINTS written with all their digits
MAX_POINTS = 20_000  # some five minutes of drawing
MAX_BRUSH = CANVAS_SIDE / 2  # pixels
FITTED_SIDE = 180.0  # pixels; the longest side of strokes that are fitted into the canvas
SMALL_SIDE = 70.0  # pixels; strokes without brushes that are smaller are of another unit
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
STROKES_KEY = "strokes"  # of the text that a PNG carries


class DrawingError(Exception):
    """A file that holds no drawing; its text says why in one sentence."""


def to_json(drawing: Drawing, *, label: str | None = None) -> str:
    """Write a drawing as one line of a stroke file.

    Args:
        drawing: its points are rounded to a tenth of a pixel.
        label: what it shows. Defaults to no label.
    """
    strokes, brushes = drawing.rounded()
    return format_strokes([np.array(points) for points in strokes], label=label, brushes=brushes)


def to_png(drawing: Drawing) -> bytes:
    """Draw a PNG file, white ink on black, that carries the strokes as a comment."""
    text = PngInfo()
    text.add_text(STROKES_KEY, to_json(drawing))
    file = io.BytesIO()
    PillowImage.fromarray(drawing.draw()).save(file, "PNG", pnginfo=text)
    return file.getvalue()


def open_drawing(data: bytes) -> Drawing:
    """Open what `to_json` or `to_png` wrote, or strokes from elsewhere.

    Args:
        data: the file.

    Returns:
        The drawing. Strokes of another size or unit are fitted into the canvas.

    Raises:
        DrawingError: if there is no drawing in it.
    """
    if len(data) > MAX_BYTES:
        raise DrawingError(f"Expected at most {MAX_BYTES:,} bytes. This file has {len(data):,}.")
    if data.startswith(PNG_SIGNATURE):
        return from_json(read_comment(data))
    try:
        return from_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DrawingError(
            "This file is neither a picture nor text. Choose one that this page saved."
        ) from error


def read_comment(data: bytes) -> str:
    """Return the strokes that a PNG file carries."""
    try:
        with PillowImage.open(io.BytesIO(data), formats=("PNG",)) as picture:
            text = picture.info.get(STROKES_KEY)
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        raise DrawingError("This PNG picture is damaged. Choose another file.") from error
    if not isinstance(text, str):
        raise DrawingError(
            "This picture carries no strokes. Pictures from elsewhere are read on 'Read pictures'."
        )
    return text


def from_json(text: str) -> Drawing:
    """Read one drawing, {"strokes": [[[x, y], ...], ...], "brushes": [...]}.

    Args:
        text: JSON; more keys, as a label, may stand in it. Strokes that do not lie on
            this canvas, or have no brushes and fill little of it, are fitted into it.

    Raises:
        DrawingError: if it is of another form, or empty, or too large.
    """
    record = parse(text)
    strokes = read_strokes(record)
    points = np.concatenate(strokes)
    if len(points) > MAX_POINTS:
        raise DrawingError(
            f"Expected at most {MAX_POINTS:,} points. This drawing has {len(points):,}."
        )
    if np.abs(points).max() > MAX_NUMBER:
        raise DrawingError(
            f"Expected numbers up to {MAX_NUMBER:,.0f}. This drawing has larger ones."
        )
    is_inside = ((points >= 0) & (points <= CANVAS_SIDE)).all(axis=1)
    if record.get("brushes") is not None:
        brushes = read_brushes(record["brushes"], len(strokes))
        is_ours = is_inside.any()  # a pen may leave the canvas within a stroke
    else:
        brushes = (BRUSH,) * len(strokes)
        is_ours = is_inside.all() and np.ptp(points, axis=0).max() >= SMALL_SIDE
    if not is_ours:
        strokes, brushes = fit(strokes), (BRUSH,) * len(strokes)
    return Drawing(tuple(strokes), brushes)


def parse(text: str) -> dict[str, Any]:
    """Parse the one JSON object of a text."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        if len(lines) > 1 and all('"strokes"' in line for line in lines):
            raise DrawingError(
                f"Expected one drawing, found {len(lines)}. Save a line by itself to open it."
            ) from error
        raise DrawingError(
            "This file holds no drawing. Choose one that this page saved."
        ) from error
    if not isinstance(record, dict) or not isinstance(record.get("strokes"), list):
        raise DrawingError(
            "Expected strokes, found none in this file. Choose one that this page saved."
        )
    return record


def read_strokes(record: dict[str, Any]) -> list[Points]:
    """Read the strokes of a record, or say what they are instead."""
    if not record["strokes"]:
        raise DrawingError("The drawing in this file is empty. Choose another one.")
    try:
        return [parse_stroke(stroke) for stroke in record["strokes"]]
    except (ValueError, TypeError, OverflowError) as error:
        raise DrawingError(
            "Expected strokes as lists of [x, y], two numbers. Choose a file that this page saved."
        ) from error


def read_brushes(brushes: Any, count: int) -> tuple[float, ...]:
    """Read one brush for each stroke."""
    is_one_each = isinstance(brushes, list) and len(brushes) == count
    # A bool is an int to `isinstance`.
    if not is_one_each or not all(type(b) in (int, float) and 0 < b <= MAX_BRUSH for b in brushes):
        raise DrawingError(
            f"Expected a brush for each of the {count} strokes, above 0 and up to {MAX_BRUSH:.0f}"
            " pixels."
        )
    return tuple(float(brush) for brush in brushes)


def fit(strokes: list[Points]) -> list[Points]:
    """Bring strokes of any unit to a usual size, in the middle of the canvas."""
    fitted = fit_strokes(strokes, FITTED_SIDE)
    size = np.concatenate(fitted).max(axis=0)
    return [stroke + (CANVAS_SIDE - size) / 2 for stroke in fitted]
