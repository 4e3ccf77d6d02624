"""A visit's pictures: read once, doubtful first, bounded, and written as predict.py does."""

import csv
import io
from pathlib import Path

import pytest
from PIL import Image

from digits.app.pictures import gallery as module
from digits.app.pictures.gallery import BroughtPicture, Gallery, summarize, to_rows
from digits.app.pictures.reading import PictureOptions, PictureReading, read_picture
from digits.commands import predict
from digits.preprocessing.ink_options import InkOptions
from digits.recognition.recognizer import Recognizer
from digits.recognition.result_rows import write_csv
from tests.support.digit_drawings import draw, draw_number, encode_png

OPTIONS = PictureOptions()
ONE = PictureOptions(several=False)
MODEL = "model"


def number_file(number: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(draw_number(number)).save(buffer, "PNG")
    return buffer.getvalue()


def added(gallery: Gallery, name: str, data: bytes) -> BroughtPicture:
    picture = gallery.add(name, data)
    assert picture is not None
    return picture


def read_all(gallery: Gallery, recognizer: Recognizer, options: PictureOptions = OPTIONS) -> int:
    waiting = gallery.unread(options, MODEL)
    for picture in waiting:
        reading = read_picture(picture.data, recognizer.predict_number, options)
        gallery.keep(picture, options, MODEL, reading)
    return len(waiting)


def test_a_picture_is_read_once_though_others_come(recognizer: Recognizer) -> None:
    gallery = Gallery()
    gallery.add("a.png", number_file("12"))
    assert read_all(gallery, recognizer) == 1
    gallery.add("b.png", number_file("34"))
    assert [picture.name for picture in gallery.unread(OPTIONS, MODEL)] == ["b.png"]
    assert read_all(gallery, recognizer) == 1
    assert read_all(gallery, recognizer) == 0
    numbers = [reading.number for _, reading in gallery.ordered(OPTIONS, MODEL)]
    assert numbers == ["12", "34"]


def test_other_options_and_another_model_read_anew_and_the_first_are_kept(
    recognizer: Recognizer,
) -> None:
    gallery = Gallery()
    gallery.add("a.png", number_file("12"))
    read_all(gallery, recognizer)
    assert read_all(gallery, recognizer, ONE) == 1
    assert read_all(gallery, recognizer, PictureOptions(InkOptions(polarity="light"))) == 1
    assert len(gallery.unread(OPTIONS, "another")) == 1
    assert read_all(gallery, recognizer) == 0


def test_the_same_content_by_two_names_is_shown_twice_and_read_once(
    recognizer: Recognizer,
) -> None:
    gallery, data = Gallery(), number_file("7")
    gallery.add("a.png", data)
    gallery.add("b.png", data)
    assert read_all(gallery, recognizer) == 1
    assert [p.name for p, _ in gallery.ordered(OPTIONS, MODEL)] == ["a.png", "b.png"]


def test_the_same_file_twice_is_one(recognizer: Recognizer) -> None:
    gallery, data = Gallery(), number_file("7")
    assert gallery.add("a.png", data) is gallery.add("a.png", data)
    assert len(gallery.pictures) == 1


def test_two_files_of_one_name_are_both_kept() -> None:
    gallery = Gallery()
    gallery.add("image.png", number_file("1"))
    gallery.add("image.png", number_file("2"))
    assert len(gallery.pictures) == 2


def test_doubtful_come_first_then_failed_then_blank_then_as_they_came(
    recognizer: Recognizer,
) -> None:
    gallery = Gallery()
    gallery.add("sure.png", encode_png(draw(3)))
    gallery.add("blank.png", encode_png(draw(0, ink=(0, 0, 0))))
    gallery.add("broken.png", b"broken")
    gallery.add("two.png", number_file("47"))  # doubted when read as one
    gallery.add("sure too.png", encode_png(draw(2)))
    read_all(gallery, recognizer, ONE)
    pairs = gallery.ordered(ONE, MODEL)
    assert [picture.name for picture, _ in pairs] == [
        "two.png", "broken.png", "blank.png", "sure.png", "sure too.png",
    ]  # fmt: skip
    summary = summarize([reading for _, reading in pairs])
    assert summary == "5 pictures: 2 read, 1 to check, 1 without a digit, 1 not readable"


def test_of_the_doubtful_the_least_confident_is_first(recognizer: Recognizer) -> None:
    gallery = Gallery()
    for number in ("47", "1946", "83"):
        gallery.add(f"{number}.png", number_file(number))
    read_all(gallery, recognizer, ONE)
    readings = [reading for _, reading in gallery.ordered(ONE, MODEL)]
    doubts = [reading.confidence for reading in readings if reading.status == "unsure"]
    assert len(doubts) > 1 and doubts == sorted(doubts)


def test_what_is_removed_is_gone_with_its_reading(recognizer: Recognizer) -> None:
    gallery = Gallery()
    first = added(gallery, "a.png", number_file("12"))
    second = added(gallery, "b.png", number_file("34"))
    read_all(gallery, recognizer)
    gallery.remove(first.index)
    assert [picture for picture, _ in gallery.ordered(OPTIONS, MODEL)] == [second]
    assert gallery.find(first, OPTIONS, MODEL) is None
    gallery.clear()
    assert not gallery.pictures and not gallery.has_readings


def test_a_removed_twin_leaves_the_others_reading(recognizer: Recognizer) -> None:
    gallery, data = Gallery(), number_file("7")
    first = added(gallery, "a.png", data)
    gallery.add("b.png", data)
    read_all(gallery, recognizer)
    gallery.remove(first.index)
    assert read_all(gallery, recognizer) == 0


def test_pictures_and_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PICTURES", 2)
    monkeypatch.setattr(module, "MAX_TOTAL_BYTES", 100)
    gallery = Gallery()
    assert gallery.add("large", bytes(101)) is None
    first = added(gallery, "half", bytes(60))
    assert gallery.add("more", bytes(41)) is None
    gallery.add("less", bytes(40))
    assert gallery.add("third", b"") is None
    gallery.remove(first.index)
    assert gallery.add("third", b"") is not None


def test_readings_are_bounded_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READINGS", 2)
    gallery = Gallery()
    pictures = [added(gallery, str(number), bytes(number)) for number in range(3)]
    for picture in pictures:
        gallery.keep(picture, OPTIONS, MODEL, PictureReading(None, b"", "no picture"))
    assert [p.name for p in gallery.unread(OPTIONS, MODEL)] == ["0"]


def test_the_csv_is_that_of_predict_several(recognizer: Recognizer, tmp_path: Path) -> None:
    files = {
        "a blank.png": encode_png(draw(0, ink=(0, 0, 0))),
        "b broken.png": b"broken",
        "c.png": number_file("407"),
        "d.png": number_file("12\n3"),
    }
    gallery = Gallery()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        gallery.add(name, data)
    read_all(gallery, recognizer)
    text = io.StringIO()
    rows = to_rows(gallery.ordered(OPTIONS, MODEL), recognizer.card.class_names)
    write_csv(rows, text)
    output = tmp_path / "digits.csv"
    assert predict.main([str(tmp_path), "--several", "--output", str(output)]) == 1
    ours = list(csv.DictReader(text.getvalue().splitlines()))
    theirs = list(csv.DictReader(output.read_text().splitlines()))
    for row in theirs:
        row["file"] = Path(row["file"]).name
    assert ours == theirs and len(ours) == 8
