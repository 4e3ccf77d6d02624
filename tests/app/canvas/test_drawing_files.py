"""Drawings as files: what is saved opens again, and what is none says so."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits.app.canvas.drawing import CANVAS_SIDE, Drawing
from digits.app.canvas.drawing_files import (
    MAX_BYTES,
    MAX_POINTS,
    DrawingError,
    open_drawing,
    to_json,
    to_png,
)
from digits.data.stroke_files import parse_json_lines
from tests.support.digit_drawings import DIGITS, place

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]


def drawing_of(digit: int) -> Drawing:
    strokes = tuple(place(digit))
    return Drawing(strokes, (18.0,) * len(strokes))


def encode(record: object) -> bytes:
    return json.dumps(record).encode()


@pytest.mark.parametrize("digit", DIGITS)
def test_both_kinds_of_file_open_as_the_same_drawing(digit: int) -> None:
    drawing = drawing_of(digit)
    assert open_drawing(to_json(drawing).encode()) == drawing
    assert open_drawing(to_png(drawing)) == drawing


def test_the_picture_shows_the_drawing() -> None:
    with Image.open(io.BytesIO(to_png(drawing_of(7)))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), drawing_of(7).draw())


def test_a_saved_drawing_is_a_line_of_a_stroke_file(tmp_path: Path) -> None:
    line = to_json(drawing_of(4), label="4")
    assert "\n" not in line
    (digit,) = parse_json_lines(line, tmp_path / "drawing.jsonl")
    assert digit.label == "4" and len(digit.strokes) == 2


def test_a_pen_that_left_the_canvas_stays_where_it_was() -> None:
    beyond = Drawing((np.array([[100.0, 100.0], [400.0, 100.0]]),), (20.0,))
    assert open_drawing(to_json(beyond).encode()) == beyond


def test_strokes_without_brushes_get_one_of_20_pixels() -> None:
    strokes = [stroke.tolist() for stroke in place(7)]
    opened = open_drawing(encode({"label": "7", "strokes": strokes}))
    assert opened == Drawing(tuple(place(7)), (20.0,))


@pytest.mark.parametrize("scale", [0.01, 1, 500])
@pytest.mark.parametrize("offset", [0, -3000, 10_000])
def test_strokes_of_another_unit_are_fitted_into_the_canvas(scale: float, offset: float) -> None:
    points = (np.array(SQUARE) * scale + offset).tolist()
    (stroke,) = open_drawing(encode({"strokes": [points]})).strokes
    assert np.ptp(stroke, axis=0) == pytest.approx((180, 180))
    assert stroke.min() > 0 and stroke.max() < CANVAS_SIDE
    assert stroke.mean(axis=0) == pytest.approx((140, 140))


def test_a_dot_from_elsewhere_lies_in_the_middle() -> None:
    (stroke,) = open_drawing(encode({"strokes": [[[9000, 9000]]]})).strokes
    assert stroke.tolist() == [[140, 140]]


def image_without_strokes() -> bytes:
    file = io.BytesIO()
    Image.new("L", (28, 28)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no drawing"),
        (b"seven", "no drawing"),
        (b"\xff\xfe\x00\x80", "neither a picture nor text"),
        (b"[" * 100_000, "no drawing"),
        (b"[1, 2]", "found none"),
        (b"{}", "found none"),
        (b'{"strokes": 7}', "found none"),
        (b'{"strokes": []}', "is empty"),
        (b'{"strokes": [[]]}', "lists of"),
        (b'{"strokes": [[[1, 2], [3]]]}', "lists of"),
        (b'{"strokes": [[["a", "b"]]]}', "lists of"),
        (b'{"strokes": [{"x": 1}]}', "lists of"),
        (b'{"strokes": [[[NaN, 1]]]}', "lists of"),
        (b'{"strokes": [[[Infinity, 1]]]}', "lists of"),
        (b'{"strokes": [[[1e400, 1]]]}', "lists of"),
        (b'{"strokes": [[[1e300, 1]]]}', "larger"),
        (b'{"strokes": [[[1' + b"0" * 400 + b", 1]]]}", "lists of"),
        (b'{"strokes": [[[1, 2]]], "brushes": [1, 2]}', "a brush for each"),
        (b'{"strokes": [[[1, 2]]], "brushes": [0]}', "a brush for each"),
        (b'{"strokes": [[[1, 2]]], "brushes": [NaN]}', "a brush for each"),
        (b'{"strokes": [[[1, 2]]], "brushes": ["wide"]}', "a brush for each"),
        (b'{"strokes": [[[1, 2]]], "brushes": 20}', "a brush for each"),
        (b'{"strokes": [[[1, 2]]]}\n{"strokes": [[[1, 2]]]}', "one drawing, found 2"),
        (encode({"strokes": [[[1, 2]] * (MAX_POINTS + 1)]}), "at most 20,000 points"),
        (b" " * (MAX_BYTES + 1), "at most 2,000,000 bytes"),
        (b"\x89PNG\r\n\x1a\n broken", "damaged"),
        (image_without_strokes(), "carries no strokes"),
    ],
)
def test_a_file_without_a_drawing_says_so_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(DrawingError, match=words) as raised:
        open_drawing(data)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 120
