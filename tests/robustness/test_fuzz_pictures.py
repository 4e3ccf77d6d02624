"""Whatever picture file comes: a reading or a sentence, soon, and the others are read."""

import csv
import io
import json
import os
import sys
import tempfile
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from digits.app.pictures.gallery import Gallery, to_rows
from digits.app.pictures.reading import PictureOptions, read_picture
from digits.arguments import existing_path
from digits.commands import predict
from digits.preprocessing.image_io import ImageError, decode_image
from digits.preprocessing.loader import prepare_file
from digits.recognition.recognizer import Recognizer
from digits.recognition.result_rows import write_csv
from tests.support.corpus import BLANK, DIGIT, PICTURES, PictureCase, encode, seven

pytestmark = pytest.mark.usefixtures("loaded")  # once for all command lines here

MOST_SECONDS = 20.0  # for one picture, on a busy machine; the slowest of many took 3
ODD_NAMES = (
    "new\nline.png",
    "tab\tand\x1b[31mcolour.png",
    "quote\"and'.png",
    "=1+1.png",
    "-rf.png",
    "@sum.png",
    ".hidden.png",
    "ünïcode-٣.png",
    "right\u202eto-left.png",
    os.fsdecode(b"no-utf8-\xff\xfe.png"),
    "x" * 250 + ".png",
)


@contextmanager
def soon() -> Iterator[None]:
    """Fail if what is done within takes longer than a person would wait."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < MOST_SECONDS


def read_any(data: bytes, recognizer: Recognizer) -> str:
    """Read a file in both ways; return the digit, "blank" or the sentence."""
    with soon():
        reading = read_picture(data, recognizer.predict_number, PictureOptions())
        try:
            image = decode_image(data)
        except ImageError as error:
            assert reading.status == "error" and reading.message == str(error)
            check_sentence(str(error))
            return str(error)
        assert image.dtype == np.uint8 and image.ndim in (2, 3) and image.size
        prediction = recognizer.predict(image)
        assert reading.status != "error"
        assert 0 <= prediction.confidence <= 1
        return prediction.label or BLANK


def check_sentence(text: str) -> None:
    """See that a text can be shown to a person: one line, an end, no code."""
    assert text == " ".join(text.split()) and text.endswith(".") and len(text) < 300
    assert "Traceback" not in text and "<class" not in text


@pytest.mark.parametrize("case", PICTURES, ids=[case.name for case in PICTURES])
def test_each_file_of_the_corpus_is_read_or_refused_as_it_should(
    case: PictureCase, recognizer: Recognizer
) -> None:
    outcome = read_any(case.data, recognizer)
    assert outcome.startswith(case.outcome)


def test_the_command_line_reads_a_folder_of_them_all(tmp_path: Path) -> None:
    """One row a file, whatever stands beside it."""
    folder, output = tmp_path / "corpus", tmp_path / "digits.jsonl"
    folder.mkdir()
    for case in PICTURES:
        (folder / case.name).write_bytes(case.data)
    assert predict.main([str(folder), "--output", str(output)]) == 1
    rows = {Path(row["file"]).name: row for row in map(json.loads, output.read_text().splitlines())}
    assert set(rows) == {case.name for case in PICTURES}
    for case in PICTURES:
        row = rows[case.name]
        if case.is_refused:
            assert row["status"] == "error" and row["message"].startswith(case.outcome)
        elif case.outcome == BLANK:
            assert row["status"] == "blank"
        else:
            assert row["digit"] == DIGIT


def test_the_gallery_takes_them_all(recognizer: Recognizer) -> None:
    gallery, options = Gallery(), PictureOptions()
    for case in PICTURES:
        assert gallery.add(case.name, case.data)
    for picture in gallery.unread(options, ""):
        reading = read_picture(picture.data, recognizer.predict_number, options)
        gallery.keep(picture, options, "", reading)
    pairs = gallery.ordered(options, "")
    assert len(pairs) == len(PICTURES)
    failed = {picture.name for picture, reading in pairs if reading.status == "error"}
    assert failed == {case.name for case in PICTURES if case.is_refused}
    table = io.StringIO()
    write_csv(to_rows(pairs, recognizer.card.class_names), table)
    assert len(list(csv.DictReader(io.StringIO(table.getvalue())))) >= len(PICTURES)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(recognizer: Recognizer, data: bytes) -> None:
    read_any(data, recognizer)


@given(st.sampled_from([case for case in PICTURES if len(case.data) < 100_000]), st.data())
def test_a_file_with_changed_bytes_is_read_or_refused(
    recognizer: Recognizer, case: PictureCase, data: st.DataObject
) -> None:
    """Cut, changed and doubled: most keep the head by which a decoder knows its kind."""
    changed = bytearray(case.data)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed)))
        piece = data.draw(st.binary(max_size=8))
        kind = data.draw(st.sampled_from(["replace", "insert", "cut"]))
        end = {"replace": place + len(piece), "insert": place, "cut": len(changed)}[kind]
        changed[place:end] = piece
    read_any(bytes(changed), recognizer)


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int32, np.float32]),
        st.tuples(st.integers(1, 60), st.integers(1, 60)),
        fill=st.just(0),
    ),
)
def test_any_pixels_of_any_depth_are_read(recognizer: Recognizer, pixels: np.ndarray) -> None:
    read_any(encode(Image.fromarray(pixels), "TIFF"), recognizer)


@given(
    st.one_of(
        st.tuples(st.just(1), st.integers(1, 20_000)),
        st.tuples(st.integers(1, 20_000), st.just(1)),
        st.tuples(st.integers(1, 300), st.integers(1, 40)),
    ),
    st.sampled_from(["1", "L", "LA", "RGB", "RGBA", "P"]),
    st.integers(0, 2**32 - 1),
)
def test_any_shape_and_mode_is_read(
    recognizer: Recognizer, size: tuple[int, int], mode: str, seed: int
) -> None:
    """Noise, of which most is ink: the slowest that there is to read."""
    pixels = np.random.default_rng(seed).integers(0, 256, size[::-1]).astype(np.uint8)
    read_any(encode(Image.fromarray(pixels).convert(mode)), recognizer)


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    """A folder with all that a file system can hold beside pictures."""
    folder = tmp_path / "odd"
    folder.mkdir()
    picture = encode(seven())
    for name in ODD_NAMES:
        (folder / name).write_bytes(picture)
    (folder / "folder.png").mkdir()
    (folder / "folder.png" / "within.png").write_bytes(picture)
    (folder / "loop").symlink_to(folder)
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "nowhere.png").symlink_to("gone.png")
    (folder / "to-a-picture.png").symlink_to("folder.png/within.png")
    (folder / "to-zeros.png").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.png")
    deep = folder
    for _ in range(300):
        deep = deep / "deeper"
    deep.mkdir(parents=True)
    (deep / "deep.png").write_bytes(picture)
    return folder


def test_odd_files_and_names_hold_up_no_others(odd_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "digits.jsonl"
    with soon():
        assert predict.main([str(odd_folder), "--output", str(output)]) == 1
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    bad = {Path(row["file"]).name: row["message"] for row in rows if row["status"] == "error"}
    assert set(bad) == {"loop.png", "nowhere.png", "to-zeros.png", "pipe.png"}
    for message in bad.values():
        check_sentence(message)
    read = [Path(row["file"]).name for row in rows if row["digit"] == DIGIT]
    assert set(read) == {*ODD_NAMES, "within.png", "to-a-picture.png", "deep.png"}
    assert len(read) == len(ODD_NAMES) + 3


def test_odd_names_take_one_line_each_on_the_screen_and_run_nowhere(
    odd_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(odd_folder)
    names = [f"./{name}" if name.startswith("-") else name for name in ODD_NAMES]
    assert predict.main([*names, "pipe.png"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(names) + 1
    assert "\x1b" not in "".join(lines) and any("\\udcff" in line for line in lines)
    assert predict.main([*names, "--output", "table.csv"]) == 0
    with open("table.csv", encoding="utf-8", errors="surrogateescape", newline="") as file:
        written = [row["file"] for row in csv.DictReader(file)]
    assert not any(name.startswith(("=", "+", "-", "@")) for name in written)
    assert [Path(name) for name in written] == [Path(name) for name in names]


def test_named_pipes_devices_and_folders_are_refused_at_once(
    odd_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with soon():
        assert predict.main([str(odd_folder / "pipe.png"), "/dev/zero", "/dev/null"]) == 1
    assert capsys.readouterr().out.count("found a pipe or a device") == 3


@pytest.mark.parametrize("name", ["x" * 5000, "deep/" * 3000 + "x.png"])
def test_a_name_that_no_system_takes_is_a_wrong_call(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        predict.main([name])
    assert stop.value.code == 2
    assert "cannot be reached: File name too long" in capsys.readouterr().err


@contextmanager
def with_no_rights() -> Iterator[None]:
    """Be a user who may do little, where the tests run as one who may do everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_named_and_the_rest_read(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir()
        for place in ("closed/unseen.png", "read.png", "unreadable.png"):
            (folder / place).write_bytes(encode(seven()))
        (folder / "closed").chmod(0)
        (folder / "unreadable.png").chmod(0)
        with with_no_rights():
            closed, read, unreadable = map(prepare_file, predict.list_pictures([folder]))
            with pytest.raises(ArgumentTypeError, match="cannot be reached: Permission denied"):
                existing_path(str(folder / "closed" / "unseen.png"))
        (folder / "closed").chmod(0o700)
    assert closed.message == "The folder cannot be read: Permission denied."
    assert unreadable.message == "The file cannot be read: Permission denied."
    assert read.candidates


def test_a_screen_that_lacks_the_letters_of_a_name_shows_escapes(
    odd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    assert predict.main([str(odd_folder / ODD_NAMES[7])]) == 0
    screen.seek(0)
    assert "\\xfcn\\xefcode" in screen.read()


def test_who_stops_reading_along_sees_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `predict.py seven.png | head -0`."""
    (tmp_path / "7.png").write_bytes(encode(seven()))
    reader, writer = os.pipe()
    os.close(reader)
    monkeypatch.setattr(sys, "stdout", os.fdopen(writer, "w"))
    assert predict.main([str(tmp_path / "7.png")]) == 0
    assert capsys.readouterr().err == ""
