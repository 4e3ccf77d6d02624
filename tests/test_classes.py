"""Class names come from words, characters and EMNIST's mapping files, and fit into sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digits.classes import (
    DIGIT_CLASSES,
    ClassesError,
    class_noun,
    find_class,
    list_names,
    parse_classes,
    with_article,
)
from tests.support.paths import PROJECT


def test_classes_are_words_or_the_characters_of_one() -> None:
    assert parse_classes(["ABC"]) == parse_classes(["A", "B", "C"]) == ("A", "B", "C")
    assert parse_classes(["T-shirt", "coat"]) == ("T-shirt", "coat")
    assert parse_classes(["0123456789"]) == DIGIT_CLASSES


def test_a_mapping_file_names_each_label_by_its_first_character(tmp_path: Path) -> None:
    path = tmp_path / "emnist-letters-mapping.txt"
    path.write_text("".join(f"{i} {64 + i} {96 + i} \r\n" for i in range(1, 27)))
    assert parse_classes([str(path)]) == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    path.write_text("0 48\n1 49\n2 65\n")  # of EMNIST's other sets labels begin at 0
    assert parse_classes([str(path)]) == ("0", "1", "A")


def test_a_mapping_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "mapping.txt"
    path.write_text("0 48\n1 49\n", encoding="utf-8-sig")
    assert parse_classes([str(path)]) == ("0", "1")


@pytest.mark.parametrize("text", ["", "A\nB\n", "0 48\n2 49\n", "1 99999999\n", "1\n2\n"])
def test_other_files_are_no_mapping(tmp_path: Path, text: str) -> None:
    path = tmp_path / "names.txt"
    path.write_text(text)
    with pytest.raises(ClassesError, match="Expected lines such as '1 65 97'"):
        parse_classes([str(path)])
    with pytest.raises(ClassesError, match="gone.txt"):
        parse_classes([str(tmp_path / "gone.txt")])


@pytest.mark.parametrize("words", [["A"], ["AA"], ["A", "A"], ["A", ""], ["A", "none"]])
def test_names_that_tell_nothing_apart_are_refused(words: list[str]) -> None:
    with pytest.raises(ClassesError):
        parse_classes(words)


def test_a_letter_that_is_no_class_counts_as_its_other_case() -> None:
    assert find_class("b", ("A", "B")) == find_class("B", ("A", "B")) == 1
    assert find_class("b", ("B", "b")) == 1
    assert find_class("c", ("A", "B")) is None and find_class("none", DIGIT_CLASSES) is None


def test_classes_have_words_in_sentences() -> None:
    assert class_noun(DIGIT_CLASSES) == "digit" and class_noun(("a", "B")) == "letter"
    assert class_noun(("circle", "A")) == class_noun(("0", "A")) == "symbol"
    assert list_names(DIGIT_CLASSES) == "0 to 9" and list_names(("A", "B")) == "A, B"
    said = [with_article(name) for name in ("7", "8", "A", "U", "h", "oval", "ring")]
    assert said == ["a 7", "an 8", "an A", "a U", "an h", "an oval", "a ring"]


def test_a_variable_names_another_model_than_the_one_that_ships(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from digits.locations import MODEL_PATH; print(MODEL_PATH)"]
    other = str(tmp_path / "letters.keras")
    for value, path in ((other, other), ("", str(PROJECT / "digit_model.keras"))):
        environment = os.environ | {"DIGITS_MODEL": value}
        run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
        assert run.stdout.strip() == path
