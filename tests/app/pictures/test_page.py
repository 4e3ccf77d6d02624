"""Read pictures, without a browser: each of its states has words, and loses nothing."""

import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from digits.app import prediction_view
from digits.app.pictures import gallery, reading, results
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw, draw_number, encode_png
from tests.support.pages import open_page, switch_page

File = tuple[str, bytes, str]

BLANK = ("blank.png", encode_png(draw(0, ink=(0, 0, 0))), "image/png")
BROKEN = ("broken.png", b"broken", "image/png")


def number_file(number: str, name: str = "") -> File:
    buffer = io.BytesIO()
    Image.fromarray(255 - draw_number(number)).save(buffer, "PNG")
    return name or f"{number}.png", buffer.getvalue(), "image/png"


@pytest.fixture
def app() -> AppTest:
    """The view, run once, without pictures."""
    app = open_page().run()
    return switch_page(app, "pictures").run()


def bring(app: AppTest, *files: File) -> AppTest:
    turn = app.session_state["pictures"].uploader_turn
    app.file_uploader(key=f"uploads{turn}").set_value(list(files)).run()
    assert not app.exception
    return app


def summary(app: AppTest) -> str:
    return str(app.header[0].value)


def numbers(app: AppTest) -> list[str]:
    return [str(element.value) for element in app.subheader]


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.info, app.error, app.caption)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count from now on how often a file is read, by its bytes' number."""
    reads: list[int] = []
    read = reading.read_picture

    def counted(data: bytes, *rest: object, **options: object) -> object:
        reads.append(len(data))
        return read(data, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("digits.app.pictures.page.read_picture", counted)
    return reads


def test_without_pictures_examples_are_offered(app: AppTest) -> None:
    assert app.title[0].value == "Read pictures"
    assert summary(app) == "No picture at hand?"
    assert not app.subheader and app.button(key="examples")


def test_the_examples_are_read_in_one_click_the_doubtful_first(app: AppTest) -> None:
    app.button(key="examples").click().run()
    assert not app.exception
    assert summary(app) == "8 pictures: 7 read, 1 to check"
    assert numbers(app)[0] in ("4", "9") and "03845560927" in numbers(app)
    assert "could be a" in words(app)


def test_many_files_are_read_and_the_odd_ones_said_in_a_sentence(app: AppTest) -> None:
    bring(app, number_file("407"), BROKEN, BLANK, number_file("12"))
    assert summary(app) == "4 pictures: 2 read, 1 without a digit, 1 not readable"
    assert numbers(app) == ["407", "12"]
    assert "Expected a picture such as PNG or JPEG, found none" in words(app).replace("\\", "")
    assert "No digit was found" in words(app)
    table = app.dataframe[0].value
    assert list(table["File"]) == ["broken.png", "blank.png", "407.png", "12.png"]
    assert list(table["Number"]) == ["", "", "407", "12"]


def test_files_none_of_which_can_be_read_are_said_to_be_so(app: AppTest) -> None:
    bring(app, BROKEN)
    assert summary(app) == "1 picture: 1 not readable"
    assert "None of these files could be read" in app.error[0].value


def test_pictures_without_any_digit_are_said_to_be_so(app: AppTest) -> None:
    bring(app, BLANK)
    assert summary(app) == "1 picture: 1 without a digit"
    assert "No digit was found" in app.info[0].value


def test_lines_of_a_picture_are_told_apart(app: AppTest) -> None:
    bring(app, number_file("12\n345", "lines.png"))
    assert numbers(app) == ["12 · 345"]


def test_one_digit_or_several_is_seen_at_once_and_back(app: AppTest) -> None:
    bring(app, number_file("47"))
    assert summary(app) == "1 picture: 1 read"
    app.button_group(key="several").set_value(False).run()
    assert summary(app) == "1 picture: 1 to check"
    app.button_group(key="several").set_value(True).run()
    assert numbers(app) == ["47"]


def test_a_wrong_polarity_is_seen_at_once(app: AppTest) -> None:
    bring(app, number_file("407"))
    app.button_group(key="polarity").set_value("light").run()
    assert numbers(app) != ["407"]


def test_cleaning_can_be_left_out(app: AppTest) -> None:
    bring(app, number_file("407"))
    app.toggle(key="clean").set_value(False).run()
    assert not app.exception and numbers(app) == ["407"]


def test_results_and_options_outlast_another_view(app: AppTest) -> None:
    bring(app, number_file("47"))
    app.button_group(key="several").set_value(False).run()
    switch_page(app, "model").run()
    switch_page(app, "pictures").run()
    assert summary(app) == "1 picture: 1 to check"
    assert app.button_group(key="several").value is False


def test_what_comes_after_another_view_is_added(app: AppTest) -> None:
    bring(app, number_file("407"))
    switch_page(app, "model").run()
    switch_page(app, "pictures").run()
    bring(app, number_file("12"))
    assert numbers(app) == ["407", "12"]


def test_what_is_removed_from_the_uploader_is_gone(app: AppTest) -> None:
    bring(app, number_file("407"), number_file("12"))
    bring(app, number_file("12"))
    assert numbers(app) == ["12"]
    bring(app)
    assert summary(app) == "No picture at hand?"


def test_of_many_pictures_a_page_is_shown(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "PICTURES_PER_PAGE", 2)
    bring(app, number_file("1"), number_file("2"), number_file("3"))
    assert numbers(app) == ["1", "2"] and len(app.get("pagination")) == 1
    assert len(app.dataframe[0].value) == 3


def test_no_file_is_read_twice_when_another_comes(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = number_file("407"), number_file("12")
    reads = count_reads(monkeypatch)
    bring(app, first)
    bring(app, first, second)
    app.run()
    assert summary(app) == "2 pictures: 2 read"
    assert reads == [len(first[1]), len(second[1])]


def test_a_picture_can_be_removed_and_all(app: AppTest) -> None:
    bring(app, number_file("407"), number_file("12"))
    app.button(key="remove1").click().run()
    assert numbers(app) == ["12"]
    app.button(key="remove_all").click().run()
    assert summary(app) == "No picture at hand?"


def test_a_picture_more_than_there_is_room_for_is_refused_in_a_sentence(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MAX_PICTURES", 1)
    bring(app, number_file("407"), number_file("12"))
    assert numbers(app) == ["407"]
    assert any("remove some first" in warning.value for warning in app.warning)


def test_the_camera_is_closed_until_asked_for(app: AppTest) -> None:
    assert not app.get("camera_input")
    app.toggle(key="camera_on").set_value(True).run()
    assert not app.exception and len(app.get("camera_input")) == 1


def test_a_name_is_no_markup(app: AppTest) -> None:
    bring(app, number_file("407", "*bold* [link](x).png"))
    assert r"\*bold\* \[link\]" in words(app)


def test_another_model_without_a_card_reads_again(
    app: AppTest, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = ModelCard(sha256="", temperature=recognizer.card.temperature)
    for digest in ("a" * 64, "b" * 64):
        other = Recognizer(recognizer.engine, bare, sha256=digest)
        monkeypatch.setattr("digits.app.pictures.page.find_recognizer", lambda other=other: other)
        reads = count_reads(monkeypatch)
        if not app.subheader:
            bring(app, number_file("407"))
        else:
            app.run()
        assert len(reads) == 1
        assert not app.exception


def test_a_missing_model_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_view, "MODEL_PATH", tmp_path / "gone.keras")
    app = open_page().run()
    switch_page(app, "pictures").run()
    assert not app.exception
    assert app.title[0].value == "Read pictures"
    assert "python train.py" in app.error[0].value
