"""A card and reports become figures, sentences and a command; what is missing is said."""

import dataclasses
import json
import shlex
from pathlib import Path

import pytest

from digits.app.model.comparison import compare_figures, list_models, name_models
from digits.app.model.wording import (
    describe_cell,
    describe_confusions,
    describe_false_accepts,
    describe_mistakes,
    describe_model,
)
from digits.app.sentences import escape_markdown
from digits.evaluation.model_summary import read_about
from digits.files import sha256_of
from digits.locations import MODEL_PATH, models_folder
from digits.recognition.model_card import ModelCard
from digits.recognition.model_report.files import (
    DETAILS,
    report_folder,
)

SHIPPED = read_about(MODEL_PATH)


def test_the_shipped_model_has_all_that_the_page_shows() -> None:
    assert SHIPPED.card is not None and SHIPPED.problems.card == SHIPPED.problems.details == ""
    assert {"mnist_test", "dev_unipen", "load_digits"} <= {one.name for one in SHIPPED.digits}
    assert {"clear_letters", "scribbles"} <= {one.name for one in SHIPPED.negatives}


def test_cards_and_details_tell_the_same() -> None:
    for one in SHIPPED.digits:
        details = SHIPPED.details.sets[one.name]
        assert details.total == one.count
        assert 1 - details.wrong / one.count == pytest.approx(one.accuracy, abs=1e-4)
        assert sum(b.count for b in details.reliability) <= one.count
        low, high = one.interval
        assert low <= one.accuracy <= high


def test_all_mnist_mistakes_are_kept_and_few_of_other_people() -> None:
    sets = SHIPPED.details.sets
    assert len(sets["mnist_test"].misread) == min(sets["mnist_test"].wrong, 100)
    assert len(sets["dev_unipen"].misread) <= 24
    shown = {name for name, one in sets.items() if one.misread}
    assert shown <= {"mnist_test", "load_digits", "dev_unipen"}  # the others are not ours to show
    size = sum(path.stat().st_size for path in report_folder(MODEL_PATH).glob("*s*re*d*"))
    assert size < 100_000  # bytes


def test_every_set_of_the_shipped_card_has_a_name_and_a_sentence() -> None:
    for one in SHIPPED.digits:
        assert one.about.endswith(".") and "_" not in one.title
    for other in SHIPPED.negatives:
        assert other.about.endswith(".") and "_" not in other.title


def test_a_set_of_somebody_is_called_by_its_name(model: Path) -> None:
    card = ModelCard.load(model)
    entry = card.figures["mnist_test"]
    dataclasses.replace(card, figures={"my_own_pens": entry, "odd": {"accuracy": 1}}).write(model)
    (one,) = read_about(model).digits  # what has another form is passed over
    assert one.title == "my own pens" and one.count == entry["count"]


def test_a_model_without_reports_says_what_writes_them(model: Path) -> None:
    about = read_about(model)
    assert about.digits and not about.details.sets and not about.history
    assert "evaluate.py --update-card" in about.problems.details
    assert "train.py" in about.problems.history
    assert len(list(describe_mistakes(about))) == len(about.digits)


def test_a_model_without_a_card_has_no_figures(model: Path) -> None:
    model.with_suffix(".json").unlink()
    about = read_about(model)
    assert about.card is None and not about.digits and "no card" in about.problems.card
    assert describe_model(about).startswith("A network in a file of 427 kB.")


def test_reports_of_another_model_are_not_shown(model: Path) -> None:
    folder = report_folder(model)
    folder.mkdir(parents=True)
    content = json.loads((report_folder(MODEL_PATH) / DETAILS).read_text())
    (folder / DETAILS).write_text(json.dumps({**content, "sets": {}, "sha256": "other"}))
    about = read_about(model)
    assert not about.details.sets and "another model" in about.problems.details


def test_the_words_give_the_figures_of_the_matrix() -> None:
    details = SHIPPED.details.sets["mnist_test"]
    truth, reading, count = details.confusions[0]
    assert f"{count} of" in describe_cell(details, truth, reading)
    assert describe_cell(details, "", "").startswith(f"{details.wrong} of 10,000 digits")
    assert "which is right" in describe_cell(details, "7", "7")
    right = details.count("7", "7")
    row = sum(details.confusion[7])
    assert describe_cell(details, "7", "").startswith(f"{row - right} of {row:,} written as 7")
    assert describe_cell(details, "", "2").endswith("no 2 are read as 2.")


def test_the_most_frequent_mistake_comes_first() -> None:
    (pens,) = [one for one in SHIPPED.digits if one.name == "dev_unipen"]
    details = SHIPPED.details.sets["dev_unipen"]
    truth, reading, count = details.confusions[0]
    words = describe_confusions(pens, details)
    assert f"most often {truth} as {reading} ({count} times)" in words
    assert words.startswith(f"{details.wrong:,} of {pens.count:,} are misread")


def test_letters_that_pass_for_a_digit_are_named() -> None:
    (words,) = [line for line in describe_false_accepts(SHIPPED) if "All letters" in line]
    assert "most often O (" in words


def test_the_command_of_the_shipped_card_makes_its_configuration() -> None:
    assert SHIPPED.card is not None
    training = SHIPPED.card.training
    words = shlex.split(training["command"])
    assert words[:2] == ["python", "train.py"]
    assert dict(zip(words[2::2], words[3::2], strict=True)) == {
        **{f"--{name}": files[0] for name, files in training["files"].items()},
        "--seed": str(training["config"]["seed"]),
    }


def test_names_cannot_be_read_as_markdown() -> None:
    assert escape_markdown("a_b*c[d](e)") == r"a\_b\*c\[d\]\(e\)"


def test_models_of_one_name_are_told_apart(model: Path) -> None:
    other = models_folder(model) / model.name
    other.parent.mkdir()
    other.write_bytes(b"")
    assert list_models(other.parent) == [other]
    assert list_models(model.parent / "nowhere") == []
    legacy = other.with_suffix(".h5")
    legacy.write_bytes(b"")
    assert list_models(other.parent) == [legacy, other]
    assert list(name_models([model, legacy, other]).values()) == [
        f"{model.parent.name}/copy",
        "copy.h5",
        "trained/copy",
    ]


def test_figures_stand_side_by_side_with_gaps_where_nothing_was_measured(model: Path) -> None:
    card = ModelCard.load(model)
    figures = {"mnist_test_accuracy": 0.9874}  # what train.py itself writes
    dataclasses.replace(card, figures=figures, sha256=sha256_of(model)).write(model)
    table = compare_figures({"shipped": SHIPPED, "copy": read_about(model)})
    assert list(table.columns) == ["shipped", "copy"] and table.index.is_unique
    assert table["copy"]["MNIST test, read right"] == "98.74\N{NO-BREAK SPACE}%"
    assert table["copy"]["UNIPEN pens, read right"] == "–"
    assert table["shipped"]["parameters"] == "113,290" and table["copy"]["parameters"] == "–"
    kinds = [title.partition(", ")[2] for title in table.index]
    assert kinds == sorted(kinds, key=["read right", "refused", ""].index)
