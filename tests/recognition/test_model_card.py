"""A card is whole and of its model, or refused."""

import json
from pathlib import Path

import pytest

from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_card import CardError, ModelCard, card_path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "some.keras"
    path.write_bytes(b"weights")
    return path


def test_a_card_comes_back_as_it_was_written(model: Path) -> None:
    card = ModelCard(sha256_of(model), temperature=1.5, reject_threshold=0.6, figures={"a": 1})
    card.write(model)
    assert ModelCard.load(model) == card
    assert sorted(path.name for path in model.parent.iterdir()) == ["some.json", "some.keras"]


def test_a_missing_card_is_named(model: Path) -> None:
    with pytest.raises(CardError, match=r"no card '.*some\.json'"):
        ModelCard.load(model)


def test_a_card_of_another_model_is_refused(model: Path) -> None:
    ModelCard(sha256_of(model)).write(model)
    model.write_bytes(b"other weights")
    with pytest.raises(CardError, match="belongs to another model"):
        ModelCard.load(model)


@pytest.mark.parametrize(
    "change", [{"temperature": 0}, {"unsure_below": 2}, {"unknown": 1}, {"temperature": "warm"}]
)
def test_a_damaged_card_is_refused(model: Path, change: dict[str, object]) -> None:
    ModelCard(sha256_of(model)).write(model)
    path = card_path(model)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CardError):
        ModelCard.load(model)
    path.write_text(path.read_text()[:40])
    with pytest.raises(CardError, match="damaged"):
        ModelCard.load(model)


def test_the_shipped_card_tells_how_the_model_was_made() -> None:
    card = ModelCard.load(MODEL_PATH)
    assert card.class_names == tuple("0123456789")
    assert card.training["seconds"] > 0
    assert card.figures["mnist_test_accuracy"] > 0.99
