"""Numbers are loaded with their labels, and counted as the report says."""

from pathlib import Path

import pytest

from digits.data.dataset import DatasetError
from digits.evaluation.number_sets import (
    NumberFigures,
    NumberReading,
    load_numbers,
    measure_numbers,
)
from digits.recognition.recognizer import Recognizer
from tests.support.number_folders import write_numbers, write_table


def test_every_figure_counts_what_it_says() -> None:
    figures = NumberFigures.of(
        [
            NumberReading("-7", "-7", "7", "digit"),
            NumberReading("3.14", "314", "314", "digit"),  # a sign lost in silence
            NumberReading("12 34", "12 345", "12 345", "unsure"),  # one digit too many
            NumberReading("0042", "004", "004", "digit"),
            NumberReading("5", "", "", "blank"),
        ]
    )
    assert (figures.right.hits, figures.right.count) == (1, 5)
    assert figures.digits_right.hits == 2
    assert (figures.digit_errors.hits, figures.digit_errors.count) == (3, 13)
    assert (figures.too_many.hits, figures.too_few.hits) == (1, 2)
    assert (figures.refused.hits, figures.sure_wrong.hits) == (2, 2)


def test_lines_that_are_torn_or_joined_are_no_right_number() -> None:
    figures = NumberFigures.of([NumberReading("12 34", "1234", "1234", "digit")])
    assert figures.right.hits == figures.digits_right.hits == figures.digit_errors.hits == 0


def test_drawn_numbers_are_read_whole_and_by_kind(tmp_path: Path, recognizer: Recognizer) -> None:
    folder = write_numbers(tmp_path / "my_rows", {"407": "a", "12 35": "two lines", "-6": "a"})
    result = measure_numbers(recognizer, load_numbers(folder))
    assert result.title == "my rows"
    assert result.figures.digits_right.share == 1 and result.figures.right.hits == 2
    assert list(result.kinds) == ["a", "two lines"]
    assert result.kinds["a"].right.count == 2 and result.kinds["two lines"].right.share == 1


def test_rows_without_a_label_and_of_other_folders_are_skipped(tmp_path: Path) -> None:
    above = write_numbers(tmp_path / "all", {"1": "", "2": "", "3": ""})
    inside = above / "some" / "deep"
    inside.mkdir(parents=True)
    (above / "2.png").rename(inside / "c.png")
    rows = [["some/deep/c.png", "0 3"], ["0.png", ""], ["1.png", " 2 "], ["../gone.png", "4"]]
    write_table(above, [["file", "label"], *rows])
    assert [(one.path.name, one.label) for one in load_numbers(above).numbers] == [
        ("c.png", "0 3"),
        ("1.png", "2"),
    ]
    (only,) = load_numbers(above / "some").numbers  # the table lies in the folder above
    assert only.label == "0 3" and only.kind == ""


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (None, "Expected 'labels.csv', with columns file and label"),
        ([], "Expected columns file and label in .* Received: none"),
        ([["path", "label"], ["0.png", "1"]], "Received: path, label"),
        ([["file", "label"], ["0.png", " "]], "Expected rows with a label"),
        ([["file", "label"], ["gone.png", "1"]], "gone.png', named in '.*labels.csv': "),
        ([["file", "label"], ["labels.csv", "1"]], "labels.csv', named in '"),
    ],
)
def test_what_is_no_such_folder_is_one_sentence(
    rows: list[list[str]] | None, sentence: str, tmp_path: Path
) -> None:
    folder = write_numbers(tmp_path / "rows", {"1": ""})
    if rows is None:
        (folder / "labels.csv").unlink()
    else:
        write_table(folder, rows)
    with pytest.raises(DatasetError, match=sentence) as caught:
        load_numbers(folder)
    assert "\n" not in str(caught.value)


def test_a_table_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    folder = write_numbers(tmp_path / "rows", {"1": ""})
    (folder / "labels.csv").write_bytes("file,label\n0.png,1\n".encode("utf-16"))
    with pytest.raises(DatasetError, match="Expected a CSV file in UTF-8"):
        load_numbers(folder)
