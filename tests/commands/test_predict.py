"""The command line keeps its contract: rows, columns, statuses, exit status."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits.commands import predict
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from tests.support.digit_drawings import draw, draw_number, encode_png

HEADER = "file,status,digit,confidence,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,message"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with a three, a blank page, a seven in a folder, and other files."""
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    (folder / "b three.png").write_bytes(encode_png(draw(3)))
    Image.new("RGB", (50, 50), "white").save(folder / "a blank.jpg")
    (folder / "more" / "seven.PNG").write_bytes(encode_png(draw(7)))
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_a_folder_becomes_csv(pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "digits.csv"
    assert predict.main([str(pictures), "--output", str(output)]) == 0
    text = output.read_text()
    assert text.splitlines()[0] == HEADER
    blank, three, seven = csv.DictReader(text.splitlines())
    assert [Path(row["file"]).name for row in (blank, three, seven)] == [
        "a blank.jpg",
        "b three.png",
        "seven.PNG",
    ]
    assert (three["status"], three["digit"], seven["digit"]) == ("digit", "3", "7")
    assert float(three["p3"]) == float(three["confidence"]) > 0.5
    assert sum(float(three[f"p{digit}"]) for digit in range(10)) == pytest.approx(1, abs=1e-4)
    assert blank["status"] == "blank"
    assert {blank[name] for name in HEADER.split(",")[2:]} == {""}


def test_json_lines_hold_the_same_with_null(pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "digits.jsonl"
    assert predict.main([str(pictures), "--output", str(output)]) == 0
    blank, three, _ = (json.loads(line) for line in output.read_text().splitlines())
    assert list(three) == HEADER.split(",")
    assert (blank["status"], blank["digit"], blank["p0"]) == ("blank", None, None)
    assert three["digit"] == "3"


def test_an_unreadable_file_is_one_error_row(pictures: Path, tmp_path: Path) -> None:
    (pictures / "c broken.png").write_bytes(b"broken")
    output = tmp_path / "digits.csv"
    assert predict.main([str(pictures), "--output", str(output)]) == 1
    rows = list(csv.DictReader(output.read_text().splitlines()))
    assert [row["status"] for row in rows] == ["blank", "digit", "error", "digit"]
    assert "found none" in rows[2]["message"]
    assert {rows[2][name] for name in HEADER.split(",")[2:-1]} == {""}


def test_a_named_file_is_read_whatever_its_ending(
    pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    oddly_named = pictures / "scan.dat"
    oddly_named.write_bytes(encode_png(draw(5)))
    assert predict.main([str(oddly_named)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].split()[1:3] == ["digit", "5"]


def test_a_turned_photo_is_read_upright(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8  # to be turned a quarter to the left
    turned = np.rot90(draw(7)[..., :3], k=-1)
    Image.fromarray(np.ascontiguousarray(turned)).save(tmp_path / "7.jpg", exif=exif)
    assert predict.main([str(tmp_path / "7.jpg")]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[2] == "7"


def test_other_classes_have_named_columns(pictures: Path, tmp_path: Path) -> None:
    model, output = tmp_path / "letters.keras", tmp_path / "digits.csv"
    model.write_bytes(MODEL_PATH.read_bytes())
    ModelCard(sha256_of(model), class_names=tuple("abcdefghij")).write(model)
    assert predict.main([str(pictures), "--model", str(model), "--output", str(output)]) == 0
    _, three, _ = csv.DictReader(output.read_text().splitlines())
    assert (three["digit"], three["p_d"]) == ("d", three["confidence"])


def test_a_missing_model_is_one_sentence(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict.main([str(pictures), "--model", str(tmp_path / "no.keras")]) == 1
    error = capsys.readouterr().err
    assert "Run 'python train.py'" in error and "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.png"], "there is no 'gone.png'"),
        ([".", "--output", "digits.xls"], "ending in .csv or .jsonl"),
        ([".", "--output", "gone/digits.csv"], "no folder 'gone'"),
        ([], "required: PATH"),
    ],
)
def test_a_wrong_call_ends_with_2(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        predict.main(arguments)
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_without_pictures_is_a_wrong_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        predict.main([str(tmp_path)])
    assert stop.value.code == 2
    assert "no pictures" in capsys.readouterr().err


SEVERAL_HEADER = (
    HEADER.replace("file,", "file,number,index,x,y,width,height,")
    + ",text,row,column,number_status,number_confidence"
)


@pytest.fixture
def numbers(pictures: Path) -> Path:
    """A folder with a blank page, a broken file, a number, and a number of two lines."""
    folder = pictures.parent / "numbers"
    folder.mkdir()
    (folder / "a blank.jpg").write_bytes((pictures / "a blank.jpg").read_bytes())
    (folder / "b broken.png").write_bytes(b"broken")
    Image.fromarray(draw_number("407")).save(folder / "c.png")
    Image.fromarray(draw_number("12\n3")).save(folder / "d.png")
    return folder


def test_several_digits_become_a_row_each(numbers: Path, tmp_path: Path) -> None:
    output = tmp_path / "digits.csv"
    assert predict.main([str(numbers), "--several", "--output", str(output)]) == 1
    lines = output.read_text().splitlines()
    assert lines[0] == SEVERAL_HEADER
    blank, broken, *rows = csv.DictReader(lines)
    assert (blank["status"], broken["status"]) == ("blank", "error")
    assert "found none" in broken["message"]
    for row in (blank, broken):
        names = SEVERAL_HEADER.split(",")
        assert {row[name] for name in names[1:7] + names[-5:]} == {""}
    assert [row["digit"] for row in rows] == list("407123")
    for name in ("number", "text"):
        assert [row[name] for row in rows] == ["407"] * 3 + ["12 3"] * 3
    assert {row["number_status"] for row in rows} == {"digit"}
    assert all(0.5 < float(row["number_confidence"]) <= 1 for row in rows)
    assert {row["row"] + row["column"] for row in rows} == {""}
    assert [row["index"] for row in rows] == ["0", "1", "2"] * 2
    lefts = [int(row["x"]) for row in rows[:3]]
    assert lefts == sorted(lefts)
    assert all(100 < int(row["height"]) < 150 for row in rows)
    assert sum(float(rows[0][f"p{digit}"]) for digit in range(10)) == pytest.approx(1, abs=1e-4)


def test_several_digits_become_json_lines(numbers: Path, tmp_path: Path) -> None:
    output = tmp_path / "digits.jsonl"
    predict.main([str(numbers), "--several", "--output", str(output)])
    blank, _, four, *_ = (json.loads(line) for line in output.read_text().splitlines())
    assert list(four) == SEVERAL_HEADER.split(",")
    assert (blank["number"], blank["index"], blank["x"]) == (None, None, None)
    assert (four["number"], four["index"], four["digit"]) == ("407", 0, "4")
    assert (blank["text"], blank["number_status"], four["row"]) == (None, None, None)
    assert isinstance(four["number_confidence"], float)
    assert isinstance(four["width"], int)


def test_several_digits_are_shown_in_a_table(
    numbers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict.main([str(numbers / "c.png"), "--several"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["file", "number", "box", "status", "digit", "confidence"]
    assert [row.split()[-3:-1] for row in rows] == [["digit", digit] for digit in "407"]
    assert {row.split()[1] for row in rows} == {"407"}


@pytest.mark.parametrize("several", [[], ["--several"]])
def test_what_is_told_of_ink_and_paper_is_done(pictures: Path, several: list[str]) -> None:
    output = pictures.parent / "digits.csv"
    three = str(pictures / "b three.png")  # light on dark
    digits = []
    for told in (["--polarity", "light", "--no-cleaning"], ["--polarity", "dark"]):
        assert predict.main([three, *several, *told, "--output", str(output)]) == 0
        (row, *_) = csv.DictReader(output.read_text().splitlines())
        digits.append((row["status"], row["digit"]))
    assert digits[0] == ("digit", "3") != digits[1]
