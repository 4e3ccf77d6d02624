"""What lies beside a model is read back as it was written, and only for its own model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from digits.recognition.model_report.files import (
    ReportError,
    read_details,
    read_history,
    write_details,
    write_history,
)
from digits.recognition.model_report.schema import (
    Bin,
    Block,
    Details,
    Epoch,
    Layer,
    Misread,
    SetDetails,
)
from digits.training.plots import to_epochs
from tests.conftest import Images

NETWORK = (Block((Layer("conv", "Conv2D", "8 filters", 113),), (28, 28, 8)),)
EPOCHS = (Epoch(1, 0.6, 0.8, 0.1, 0.97), Epoch(2, 0.2, 0.9, 0.05, 0.99))


def misread(picture: Images, truth: str = "7", reading: str = "1") -> Misread:
    return Misread(truth, reading, confidence=0.9, is_sure=True, picture=picture)


@pytest.fixture
def details(mnist_digits: Images) -> Details:
    """Two sets of two classes, with misread digits in both; and a set of letters."""
    pens = SetDetails(
        about="Pens.",
        classes=("1", "7"),
        confusion=((8, 2, 0), (13, 6, 1)),
        reliability=(Bin(0.5, 10, 0.4, 0.3, (0.1, 0.6)),),
        misread=tuple(misread(picture) for picture in mnist_digits[:14]),
    )
    other = SetDetails(classes=("1", "7"), confusion=((1, 1, 0), (0, 1, 0)))
    more = SetDetails(
        classes=other.classes, confusion=other.confusion, misread=(misread(mnist_digits[19]),)
    )
    return Details(
        113,
        NETWORK,
        {"pens": pens, "scans": more, "letters": SetDetails(false_accepts=(("O", 5, 6),))},
    )


def test_details_come_back_as_they_were(details: Details, tmp_path: Path) -> None:
    write_details(tmp_path, details, sha256="ab")
    back = read_details(tmp_path, sha256="ab")
    assert back.parameters == 113 and back.network == NETWORK
    assert list(back.sets) == ["pens", "scans", "letters"]
    for name, one in details.sets.items():
        assert back.sets[name].confusion == one.confusion
        assert back.sets[name].reliability == one.reliability
        assert back.sets[name].false_accepts == one.false_accepts
        for mine, theirs in zip(back.sets[name].misread, one.misread, strict=True):
            np.testing.assert_array_equal(mine.picture, theirs.picture)
            assert (mine.truth, mine.reading, mine.confidence) == ("7", "1", 0.9)


def test_newer_details_replace_those_of_the_same_set(details: Details) -> None:
    newer = Details(113, sets={"scans": SetDetails(about="New.")})
    together = details.updated(newer)
    assert together.sets["scans"].about == "New."
    assert together.sets["pens"] is details.sets["pens"]


def test_confusions_are_counted_with_what_was_not_read(details: Details) -> None:
    pens = details.sets["pens"]
    assert pens.confusions == (("7", "1", 13), ("1", "7", 2), ("7", "", 1))
    assert (pens.wrong, pens.total) == (16, 30)


def test_history_comes_back_as_it_was(tmp_path: Path) -> None:
    write_history(tmp_path / "new", EPOCHS, sha256="ab")
    assert read_history(tmp_path / "new", sha256="ab") == EPOCHS


def test_epochs_of_a_log_are_counted_from_one() -> None:
    columns = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    log = pd.DataFrame([[0, 0.8, 0.6, 0.97, 0.1], [1, 0.9, 0.2, 0.99, 0.05]], columns=columns)
    assert tuple(to_epochs(log)) == EPOCHS


@pytest.mark.parametrize("read", [read_details, read_history])
def test_what_is_missing_or_of_another_model_is_one_sentence(
    read: Callable[..., object], details: Details, tmp_path: Path
) -> None:
    with pytest.raises(ReportError, match="is missing"):
        read(tmp_path, sha256="ab")
    write_details(tmp_path, details, sha256="ab")
    write_history(tmp_path, EPOCHS, sha256="ab")
    with pytest.raises(ReportError, match="another model"):
        read(tmp_path, sha256="cd")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"sha256": "ab"}', '{"sha256": "ab", "sets": [], "epochs": [1]}'],
)
def test_what_is_damaged_is_one_sentence(content: str, tmp_path: Path) -> None:
    for name, read in (("details.json", read_details), ("history.json", read_history)):
        (tmp_path / name).write_text(content)
        with pytest.raises(ReportError, match="is damaged"):
            read(tmp_path, sha256="ab")


@pytest.mark.parametrize(
    "pictures",
    [
        np.zeros((14, 28, 28), np.uint8),
        np.zeros((15, 27, 28), np.uint8),
        np.zeros((15, 28, 28)),
        None,
    ],
)
def test_a_file_that_lacks_a_misread_digit_is_damage(
    pictures: Images | None, details: Details, tmp_path: Path
) -> None:
    """Fifteen are named; a file that is missing has none."""
    write_details(tmp_path, details, sha256="ab")
    (tmp_path / "misread.npz").unlink()
    if pictures is not None:
        np.savez_compressed(tmp_path / "misread.npz", pictures=pictures)
    with pytest.raises(ReportError, match="is damaged"):
        read_details(tmp_path, sha256="ab")


def test_pictures_that_are_no_archive_are_damage(details: Details, tmp_path: Path) -> None:
    write_details(tmp_path, details, sha256="ab")
    (tmp_path / "misread.npz").write_bytes(b"damaged")
    with pytest.raises(ReportError, match="is damaged"):
        read_details(tmp_path, sha256="ab")


def test_a_matrix_that_does_not_fit_its_classes_is_damage(details: Details, tmp_path: Path) -> None:
    write_details(tmp_path, details, sha256="ab")
    content = json.loads((tmp_path / "details.json").read_text())
    content["sets"]["pens"]["confusion"].pop()
    (tmp_path / "details.json").write_text(json.dumps(content))
    with pytest.raises(ReportError, match="is damaged"):
        read_details(tmp_path, sha256="ab")
