"""Stroke files are loaded whole or refused."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from digits.data.dataset import DatasetError
from digits.data.stroke_files import format_strokes, load_stroke_file

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
        seven, one = load_stroke_file(tmp_path / name)
        assert (seven.label, seven.writer, one.label) == ("7", "anna", "1")
        np.testing.assert_array_equal(seven.strokes[0], [[0, 0], [9, 0], [3, 20]])


def test_unipen_text_is_read_with_y_turned_down(tmp_path: Path) -> None:
    path = tmp_path / "pendigits-orig.tra.gz"
    path.write_bytes(gzip.compress(UNIPEN.encode()))
    eight, one = load_stroke_file(path)
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
    with pytest.raises(DatasetError, match=f"Expected .* in line {number} of "):
        load_stroke_file(path)


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
    with pytest.raises(DatasetError):
        load_stroke_file(path)


def test_a_written_line_is_loaded_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "digits.jsonl").write_text(lines(SEVEN))
    (seven,) = load_stroke_file(tmp_path / "digits.jsonl")
    line = format_strokes(seven.strokes, label="7", writer="anna", brushes=[9.0])
    assert list(json.loads(line)) == ["label", "strokes", "writer", "brushes"]
    (tmp_path / "again.jsonl").write_text(f"{line}\n")
    (again,) = load_stroke_file(tmp_path / "again.jsonl")
    assert (again.label, again.writer) == (seven.label, seven.writer)
    np.testing.assert_array_equal(again.strokes, seven.strokes)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_at_line_ends_alone(tmp_path: Path, end: str) -> None:
    """U+2028 and its like are valid in a JSON text; Python's splitlines cuts there."""
    path = tmp_path / "digits.jsonl"
    records = [{**SEVEN, "writer": "an\u2028na \x85 \x1c"}, {**SEVEN, "label": "1"}]
    text = end.join(json.dumps(record, ensure_ascii=False) for record in records)
    path.write_bytes(text.replace("\\u001c", " ").encode())
    assert [digit.label for digit in load_stroke_file(path)] == ["7", "1"]


@pytest.mark.parametrize("name", ["digits.jsonl", "digits.tra"])
def test_a_byte_order_mark_is_skipped(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = UNIPEN if name.endswith("tra") else lines(SEVEN)
    path.write_text(text, encoding="utf-8-sig")
    assert load_stroke_file(path)
