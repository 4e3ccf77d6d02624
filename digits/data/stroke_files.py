"""Load, parse and write stroke files: drawings as the ways of a pen.

    digits = load_stroke_file(Path("drawings.jsonl"))
    line = format_strokes(digits[0].strokes, label="7")

A stroke file holds one JSON object a line, {"label", "writer", "strokes"}; a stroke is a
list of [x, y], y growing downwards, in any unit. Drawings that the page exports have no
writer, but "kept_at". UNIPEN files, in which UCI ships its pen digits, hold the same with y
growing upwards (Guyon et al., "UNIPEN project of on-line data exchange and recognizer
benchmarks", 1994).
"""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import unlzw3

from digits.data.dataset import DatasetError
from digits.data.strokes import MAX_NUMBER, StrokeDigit, Strokes, parse_strokes
from digits.files import first_line

MAX_STROKE_BYTES = 256 << 20  # of a file, unpacked too; 15,000 digits have 10 MB
# What a JSON object of another form raises while it is parsed.
WRONG_FORM = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def load_stroke_file(path: Path) -> list[StrokeDigit]:
    """Load a file of strokes with any labels: JSON lines, or UNIPEN text; plain, `.gz` or `.Z`.

    Args:
        path: the file. A name with `.tra` or `.tes` in it is UNIPEN text.

    Returns:
        The digits in the order of the file.

    Raises:
        DatasetError: if the file cannot be read or is not of that form.
    """
    is_unipen = {".tra", ".tes"} & set(path.suffixes)
    try:
        text = unpack(path).decode("utf-8-sig")
        digits = parse_unipen(text) if is_unipen else parse_json_lines(text, path)
    except DatasetError:
        raise
    except Exception as error:  # of the system, three kinds of packing, and two of text
        kind = "cannot be read" if isinstance(error, OSError) else "of another kind"
        raise DatasetError(f"'{path}' is damaged or {kind}: {first_line(error)}.") from error
    if not digits:
        raise DatasetError(f"Expected pen strokes in '{path}', found none.")
    return digits


def unpack(path: Path) -> bytes:
    """Load a file, decompressed as its ending says; packed or not, it has a size limit."""
    limit = f"at most {MAX_STROKE_BYTES >> 20} MB are expected"
    if not path.is_file():  # pipes and devices have no end
        raise ValueError("a file is expected")
    if path.stat().st_size > MAX_STROKE_BYTES:
        raise ValueError(limit)
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        data = file.read(MAX_STROKE_BYTES + 1)
    if path.suffix == ".Z":
        data = unlzw3.unlzw(data)  # at most some thousand times the packed size
    if len(data) > MAX_STROKE_BYTES:
        raise ValueError(f"{limit}, unpacked")
    return data


def parse_json_lines(text: str, path: Path) -> list[StrokeDigit]:
    """Parse one JSON object a line; blank lines, and drawings without strokes, are skipped.

    Raises:
        DatasetError: naming the first line that is not as described above.
    """
    digits = []
    # Lines end at \n or \r alone: JSON texts may hold U+2028 and its like.
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            digit = StrokeDigit(
                label=str(record["label"]),
                writer=str(record.get("writer", "")),
                strokes=parse_strokes(record["strokes"]),
                kept_at=str(record.get("kept_at", "")),
            )
        except WRONG_FORM as error:
            raise DatasetError(
                f'Expected {{"label": ..., "strokes": [[[x, y], ...], ...]}} with numbers up to'
                f" {MAX_NUMBER:,.0f} in line {number} of '{path}'. Received: {line[:60].rstrip()}"
            ) from error
        if digit.strokes:
            digits.append(digit)
    return digits


def parse_unipen(text: str) -> list[StrokeDigit]:
    """Parse UNIPEN text: a segment's label, then a comment, then pen-down pieces.

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
    """Parse one segment; None when no pen went down in it."""
    label, writer = block.split('"')[1], ""
    strokes: list[list[list[float]]] = []
    for line in block.split("\n")[1:]:
        words = line.split()
        if line.startswith(".COMMENT") and len(words) == 4:
            writer = words[2]
        elif line.startswith(".PEN_DOWN"):
            strokes.append([])
        elif strokes and len(words) == 2 and not line.startswith("."):
            strokes[-1].append([float(words[0]), -float(words[1])])
    drawn = parse_strokes([stroke for stroke in strokes if stroke])
    return StrokeDigit(label, writer, drawn) if drawn else None


def format_strokes(strokes: Strokes, *, label: str | None = None, **more: Any) -> str:
    """Write a drawing as a line of a stroke file, without the line's end.

    Args:
        strokes: arrays of shape (n, 2), y down.
        label: what it shows. Defaults to no label.
        more: further keys of the JSON object, and their values.
    """
    record: dict[str, Any] = {} if label is None else {"label": label}
    return json.dumps({**record, "strokes": [np.asarray(s).tolist() for s in strokes], **more})
