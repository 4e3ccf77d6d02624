"""Stroke files are read whole or refused, and drawn as the canvas draws."""

import gzip
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from digits.data.strokes import (
    CANVAS_STYLE,
    StrokeFileError,
    draw_at_random,
    draw_strokes,
    read_strokes,
)
from tests.support.digit_drawings import place

UNIPEN = """.LEXICON "0" "1"
.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 10  40
 20  10
.PEN_UP
.PEN_DOWN
 12  12
.PEN_UP
.DT 100
.SEGMENT DIGIT    1 ? "1"
.COMMENT 1 30  224
.PEN_DOWN
 5  50
 5  5
.PEN_UP
"""


def lines(*records: object) -> str:
    return "\n".join(json.dumps(record) for record in records)


SEVEN = {"label": 7, "writer": "anna", "strokes": [[[0, 0], [9, 0], [3, 20]]]}


def test_json_lines_are_read_plain_and_gzipped(tmp_path: Path) -> None:
    text = lines(SEVEN, {**SEVEN, "label": "1", "strokes": [[[4, 4]]]})
    (tmp_path / "digits.jsonl").write_text(text + "\n\n")
    (tmp_path / "digits.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("digits.jsonl", "digits.jsonl.gz"):
        seven, one = read_strokes(tmp_path / name)
        assert (seven.label, seven.writer, one.label) == ("7", "anna", "1")
        np.testing.assert_array_equal(seven.strokes[0], [[0, 0], [9, 0], [3, 20]])


def test_unipen_text_is_read_with_y_turned_down(tmp_path: Path) -> None:
    path = tmp_path / "pendigits-orig.tra.gz"
    path.write_bytes(gzip.compress(UNIPEN.encode()))
    eight, one = read_strokes(path)
    assert [(d.label, d.writer, len(d.strokes)) for d in (eight, one)] == [
        ("8", "12", 2),
        ("1", "30", 1),
    ]
    assert eight.strokes[0][0, 1] < eight.strokes[0][1, 1]  # 40 is above 10


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1, 2]",
        "seven",
        lines(SEVEN) + '\n{"label": 7, "strokes": [[[1, 2], [3]]]}',
        lines({**SEVEN, "strokes": [[["a", "b"]]]}),
        '{"label": 7, "strokes": [[[1, NaN]]]}',
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "digits.jsonl"
    path.write_text(text)
    number = len(text.splitlines())
    with pytest.raises(StrokeFileError, match=f"Expected .* in line {number} of "):
        read_strokes(path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("digits.jsonl", b""),
        ("digits.jsonl", b"\xff\xfe\x00"),
        ("digits.jsonl.gz", gzip.compress(b"{}", mtime=0)[:12]),
        ("digits.tra", b".SEGMENT DIGIT 0 ? 8\n.PEN_DOWN\n"),
        ("digits.tra.Z", b"no LZW"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(StrokeFileError):
        read_strokes(path)


def test_strokes_are_drawn_round_and_as_wide_as_the_brush() -> None:
    line = np.array([[40.0, 100.0], [200.0, 100.0]])
    canvas = draw_strokes([line], brush=20, side=280)
    assert canvas.shape == (280, 280) and canvas.dtype == np.uint8
    left, top, width, height = cv2.boundingRect((canvas > 127).astype(np.uint8))
    assert width == pytest.approx(180, abs=2) and height == pytest.approx(20, abs=2)
    assert canvas[100, 31] == 255 and canvas[top, left] == 0  # a round cap


def test_a_single_point_is_a_dot() -> None:
    dot = draw_strokes([np.array([[50.0, 60.0]])], brush=20, side=100)
    assert (dot > 127).sum() == pytest.approx(np.pi * 100, rel=0.15)


def test_random_drawings_stay_on_the_canvas_and_follow_the_seed() -> None:
    strokes = place(4)
    for seed in range(30):
        first, second = (
            draw_at_random(strokes, rng=np.random.default_rng(seed), style=CANVAS_STYLE)
            for _ in range(2)
        )
        np.testing.assert_array_equal(first, second)
        border = np.concatenate([first[0], first[-1], first[:, 0], first[:, -1]])
        assert border.max() < 255
        assert 90 < max(cv2.boundingRect(first)[2:]) < 262
