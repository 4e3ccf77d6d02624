"""Digits as pen strokes: read them from files, draw them as the canvas would.

    digits = read_strokes(Path("drawings.jsonl"))
    image = draw_at_random(digits[0].strokes, rng=rng, style=CANVAS_STYLE)

A stroke file holds one JSON object a line, {"label", "writer", "strokes"}; a stroke
is a list of [x, y], y growing downwards, in any unit. Drawings that the page exports
have no writer, but "kept_at". UNIPEN files, in which UCI ships its pen digits, hold
the same with y growing upwards (Guyon et al., "UNIPEN project of on-line data
exchange and recognizer benchmarks", 1994).
"""

import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import unlzw3

from digits.files import first_line

Points = npt.NDArray[np.float64]  # (n, 2), x to the right and y down
Strokes = Sequence[Points]
Canvas = npt.NDArray[np.uint8]  # (side, side), white ink on black

MAX_NUMBER = 1e7  # in any unit; tablets count hundredths of a millimetre
MAX_BYTES = 256 << 20  # of a file, unpacked too; 15,000 digits have 10 MB
SUBPIXEL_BITS = 4  # OpenCV draws at sixteenths of a pixel


class StrokeFileError(Exception):
    """A file of strokes that cannot be read; its text says why in one sentence."""


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


def read_strokes(path: Path) -> list[StrokeDigit]:
    """Read a file of strokes: JSON lines, or UNIPEN text; plain, `.gz` or `.Z`.

    Args:
        path: the file. A name with `.tra` or `.tes` in it is UNIPEN text.

    Returns:
        The digits in the order of the file.

    Raises:
        StrokeFileError: if the file cannot be read or is not of that form.
    """
    is_unipen = {".tra", ".tes"} & set(path.suffixes)
    try:
        text = unpack(read_whole(path), path.suffix).decode("utf-8")
        digits = parse_unipen(text) if is_unipen else parse_json_lines(text, path)
    except StrokeFileError:
        raise
    except OSError as error:
        raise StrokeFileError(
            f"'{path}' is damaged or cannot be read: {first_line(error)}."
        ) from error
    except Exception as error:  # of three kinds of packing, and of two of text
        raise StrokeFileError(
            f"'{path}' is damaged or of another kind: {first_line(error)}."
        ) from error
    if not digits:
        raise StrokeFileError(f"Expected pen strokes in '{path}', found none.")
    return digits


def read_whole(path: Path) -> bytes:
    """Read a file of a size that a stroke file may have; pipes and devices have no end."""
    if not path.is_file():
        raise ValueError("a file is expected")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"at most {MAX_BYTES >> 20} MB are expected")
    return path.read_bytes()


def unpack(data: bytes, suffix: str) -> bytes:
    """Decompress bytes as the ending of their file's name says, up to the limit."""
    if suffix == ".gz":
        with gzip.open(io.BytesIO(data)) as packed:
            data = packed.read(MAX_BYTES + 1)
    elif suffix == ".Z":
        data = unlzw3.unlzw(data)  # at most some thousand times the packed size
    if len(data) > MAX_BYTES:
        raise ValueError(f"at most {MAX_BYTES >> 20} MB are expected, unpacked")
    return data


def parse_json_lines(text: str, path: Path) -> list[StrokeDigit]:
    """Read one JSON object a line; blank lines are skipped.

    Raises:
        StrokeFileError: naming the first line that is not as described above.
    """
    digits = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            strokes = tuple(to_points(stroke) for stroke in record["strokes"])
            label, writer = str(record["label"]), str(record.get("writer", ""))
            kept_at = str(record.get("kept_at", ""))
            check_range(strokes)
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OverflowError,
            RecursionError,
        ) as e:
            raise StrokeFileError(
                f'Expected {{"label": ..., "strokes": [[[x, y], ...], ...]}} with numbers up to'
                f" {MAX_NUMBER:,.0f} in line {number} of '{path}'. Received: {line[:60]}"
            ) from e
        if strokes:
            digits.append(StrokeDigit(label, writer, strokes, kept_at))
    return digits


def check_range(strokes: Strokes) -> None:
    """Raise ValueError for numbers of which sums and products would be infinite."""
    if any(np.abs(points).max() > MAX_NUMBER for points in strokes):
        raise ValueError(f"a number is above {MAX_NUMBER:,.0f}")


def to_points(stroke: Any) -> Points:
    """Turn a list of [x, y] into an array of shape (n, 2), or raise ValueError."""
    points = np.asarray(stroke, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError("a stroke is a list of [x, y]")
    return points


def parse_unipen(text: str) -> list[StrokeDigit]:
    """Read UNIPEN text: a segment's label, then a comment, then pen-down pieces.

    Args:
        text: the file; `.COMMENT label writer index` names the writer, y grows
            upwards.

    Returns:
        The digits in the order of the file; writers are numbers.

    Raises:
        ValueError, IndexError: if the text is of another form.
    """
    return [digit for block in text.split(".SEGMENT")[1:] if (digit := parse_segment(block))]


def parse_segment(block: str) -> StrokeDigit | None:
    """Read one segment; None when no pen went down in it."""
    label, writer = block.split('"')[1], ""
    strokes: list[list[list[float]]] = []
    for line in block.splitlines()[1:]:
        words = line.split()
        if line.startswith(".COMMENT") and len(words) == 4:
            writer = words[2]
        elif line.startswith(".PEN_DOWN"):
            strokes.append([])
        elif strokes and len(words) == 2 and not line.startswith("."):
            strokes[-1].append([float(words[0]), -float(words[1])])
    drawn = tuple(to_points(stroke) for stroke in strokes if stroke)
    check_range(drawn)
    return StrokeDigit(label, writer, drawn) if drawn else None


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
    points = np.concatenate(list(strokes))
    low = points.min(axis=0)
    extent = float((points.max(axis=0) - low).max())
    scale = length / extent if extent > 0 else 0.0
    return [(stroke - low) * scale for stroke in strokes]


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
    for points in to_subpixels(strokes):
        if len(points) == 1:  # a dot
            radius = round(brush / 2 * 2**SUBPIXEL_BITS)
            center = points[0].tolist()
            cv2.circle(canvas, center, radius, 255, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)
        else:
            width = max(round(brush), 1)
            cv2.polylines(canvas, [points], False, 255, width, cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas


def to_subpixels(strokes: Strokes) -> Iterator[npt.NDArray[np.int32]]:
    """Give OpenCV's whole numbers for points between pixels."""
    for points in strokes:
        yield np.round(points * 2**SUBPIXEL_BITS).astype(np.int32)
