"""Whatever model file or card comes: it works or is refused in a sentence, and runs no code."""

import io
import json
import marshal
import tracemalloc
import zipfile
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.commands import predict
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.errors import RecognizerError
from digits.recognition.model_card import CardError, ModelCard, card_path
from digits.recognition.recognizer import Recognizer
from digits.training import keras_safety
from digits.training.keras_file import load_model
from tests.support.corpus import encode, pickled, seven
from tests.support.digit_drawings import draw

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
RUN_TO_HARM = "open('harm-was-done', 'w')"  # what no model file may do

FEW = settings(max_examples=max(settings().max_examples // 8, 1))  # each takes a second
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, -1, 0, 2**31, 1e300, float("nan"), "", "relu", [], {}, True, [[]]]
)


@cache
def members() -> dict[str, bytes]:
    """The parts of the shipped model file."""
    with zipfile.ZipFile(MODEL_PATH) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(**changed: bytes | None) -> bytes:
    """Write the shipped model with some of its parts changed, or left out where None."""
    parts = members() | {name.replace("__", "."): part for name, part in changed.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return file.getvalue()


def with_layer(index: int, change: dict[str, Any], *, only: bool = False) -> bytes:
    """Change one layer of the shipped model's description, or leave `only` its name of it."""
    config = json.loads(members()[CONFIG])
    layer = config["config"]["layers"][index]
    layer.update({key: value for key, value in change.items() if key != "config"})
    kept = {"name": layer["config"]["name"]} if only else layer["config"]
    layer["config"] = kept | change.get("config", {})
    return pack(config__json=json.dumps(config).encode())


def with_lambda() -> bytes:
    """A model whose third layer is code."""
    code = compile(f"lambda x: {RUN_TO_HARM} or x", "", "eval")
    function = b64encode(marshal.dumps(eval(code).__code__)).decode()
    value = {"class_name": "__lambda__", "config": {"code": function}}
    change = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": value}}
    return with_layer(3, change)


def with_weights(change: Callable[[Any], Any]) -> bytes:
    """Change every array of weights."""
    file = io.BytesIO(members()[WEIGHTS])
    with h5py.File(file, "r+") as content:

        def visit(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                item[...] = change(item[...])

        content.visititems(visit)
    return pack(**{"model__weights__h5": file.getvalue()})


def with_two_outputs() -> bytes:
    config = json.loads(members()[CONFIG])
    config["config"]["output_layers"] = [["logits", 0, 0], ["digit", 0, 0]]
    return pack(config__json=json.dumps(config).encode())


def with_function(name: str) -> bytes:
    """A model whose first activation names a function of Python's own."""
    function = {"module": "builtins", "class_name": "function", "config": name,
                "registered_name": name}  # fmt: skip
    return with_layer(1, {"config": {"activation": function}})


DAMAGED = "is no Keras model of this version, or damaged"
CODE = "holds code of its own"
HUGE = "it is not loaded"
MODELS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", DAMAGED),
    "text": (lambda: b"no model", DAMAGED),
    "pickle": (pickled, DAMAGED),
    "a picture": (lambda: encode(seven()), DAMAGED),
    "cut in the middle": (lambda: MODEL_PATH.read_bytes()[:200_000], DAMAGED),
    "its end is missing": (lambda: MODEL_PATH.read_bytes()[:-30], DAMAGED),
    "no description": (lambda: pack(config__json=None), DAMAGED),
    "description cut": (lambda: pack(config__json=members()[CONFIG][:9000]), DAMAGED),
    "description is a list": (lambda: pack(config__json=b"[1]"), DAMAGED),
    "description nested deep": (lambda: pack(config__json=b"[" * 200_000), DAMAGED),
    "no weights": (lambda: pack(model__weights__h5=None), DAMAGED),
    "weights cut": (lambda: pack(model__weights__h5=members()[WEIGHTS][:300_000]), DAMAGED),
    "weights of another network": (lambda: with_layer(2, {"class_name": "ReLU"}), DAMAGED),
    "a lambda": (with_lambda, CODE),
    "a class of another module": (
        lambda: with_layer(3, {"module": "os", "class_name": "system", "registered_name": "x"}),
        CODE,
    ),
    "a registered class": (
        lambda: with_layer(3, {"module": None, "class_name": "Mine", "registered_name": "my>Mine"}),
        CODE,
    ),
    "a saved model from elsewhere": (
        lambda: with_layer(3, {"class_name": "TFSMLayer", "config": {"filepath": "/tmp"}}),
        CODE,
    ),
    "a function of Python": (lambda: with_function("exec"), DAMAGED),
    "Keras' own loader": (lambda: with_function("load_model"), DAMAGED),
    "a billion outputs": (lambda: with_layer(-2, {"config": {"units": 10**9}}), HUGE),
    "a huge layer between": (
        lambda: with_layer(
            3,
            {"class_name": "UpSampling2D", "config": {"size": [9999, 9999]}},
            only=True,
        ),
        HUGE,
    ),
    "a larger image": (
        lambda: with_layer(0, {"config": {"batch_shape": [None, 32, 32, 1]}}),
        "goes from (32, 32, 1) to (10,)",
    ),
    "two outputs": (with_two_outputs, "to several arrays"),
    "weights that are no numbers": (
        lambda: with_weights(lambda w: np.full_like(w, np.nan)),
        "Expected probabilities that sum to 1",
    ),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, where harm would show."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_cannot_or_may_not_be_run_is_refused(name: str, elsewhere: Path) -> None:
    make, phrase = MODELS[name]
    path = elsewhere / "model.keras"
    path.write_bytes(make())
    with pytest.raises(RecognizerError) as refused:
        Recognizer.load(path)
    assert phrase in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [item.name for item in elsewhere.iterdir()] == ["model.keras"]


def test_the_changed_copy_without_a_change_works(elsewhere: Path) -> None:
    """What is refused above is refused for its fault alone."""
    (elsewhere / "model.keras").write_bytes(with_weights(lambda weights: weights))
    assert Recognizer.load(elsewhere / "model.keras").predict(draw(7)).label == "7"


def test_a_part_that_unpacks_to_too_much_is_refused_packed(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_safety, "MAX_PART_BYTES", 20 << 20)
    with zipfile.ZipFile(elsewhere / "model.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONFIG, bytes(30 << 20))
    tracemalloc.start()
    with pytest.raises(RecognizerError, match="unpacks to 30 MB: it is not loaded"):
        load_model(elsewhere / "model.keras")
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()


def test_the_command_line_says_in_one_line_why_a_model_is_refused(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "7.png").write_bytes(encode(seven()))
    (elsewhere / "bad.keras").write_bytes(with_lambda())
    assert predict.main(["7.png", "--model", "bad.keras"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and CODE in lines[0]


@FEW
@given(st.data())
def test_any_change_of_a_description_gives_a_model_or_a_sentence(data: st.DataObject) -> None:
    config = json.loads(members()[CONFIG])
    part: Any = config
    while True:
        keys = list(part) if isinstance(part, dict) else range(len(part))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(part[key], dict | list) or not part[key] or data.draw(st.booleans()):
            part[key] = data.draw(ODD | JSON)
            break
        part = part[key]
    load_or_refuse(pack(config__json=json.dumps(config).encode()))


@FEW
@given(st.data())
def test_any_change_of_bytes_gives_a_model_or_a_sentence(data: st.DataObject) -> None:
    changed = bytearray(MODEL_PATH.read_bytes())
    place = data.draw(
        st.integers(0, len(changed) - 1) | st.integers(len(changed) - 400, len(changed))
    )
    changed[place : place + 8] = data.draw(st.binary(max_size=8))
    load_or_refuse(bytes(changed))


def load_or_refuse(content: bytes) -> None:
    """Load a model file; see that it answers, or is refused as it should be."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        try:
            recognizer = Recognizer.load(path)
        except RecognizerError as error:
            assert "\n" not in str(error)
            return
        prediction = recognizer.predict(draw(7))
        assert 0 <= prediction.confidence <= 1


BAD_CARDS: dict[str, Any] = {
    "empty": "",
    "text": "no card",
    "a list": [],
    "nested deep": "[" * 100_000,
    "no names": {"class_names": None},
    "names that are numbers": {"class_names": list(range(10))},
    "names twice": {"class_names": ["0"] * 10},
    "an empty name": {"class_names": ["", *"123456789"]},
    "temperature that is no number": {"temperature": float("nan")},
    "temperature without end": {"temperature": float("inf")},
    "temperature of nothing": {"temperature": 0},
    "temperature below it": {"temperature": -1.0},
    "temperature as text": {"temperature": "1"},
    "threshold that is no number": {"unsure_below": float("nan")},
    "threshold above one": {"unsure_below": 1.5},
    "no-digit logit that is no number": {"none_logit": float("nan")},
    "no-digit logit as text": {"none_logit": "0"},
    "training as text": {"training": "long"},
    "figures as a list": {"figures": [1]},
    "an unknown entry": {"colour": "red"},
    "of another model": {"sha256": "0" * 64},
}


def write_card(path: Path, content: Any) -> None:
    """Write a card beside a copy of the shipped model: the shipped one, some of it changed."""
    if isinstance(content, dict):
        content = json.loads(card_path(MODEL_PATH).read_text()) | content
    text = content if isinstance(content, str) else json.dumps(content)
    card_path(path).write_text(text)


@pytest.mark.parametrize("name", BAD_CARDS)
def test_a_bad_card_is_refused_in_a_sentence(name: str, elsewhere: Path) -> None:
    path = elsewhere / "model.keras"
    path.write_bytes(MODEL_PATH.read_bytes())
    write_card(path, BAD_CARDS[name])
    with pytest.raises(CardError) as refused:
        ModelCard.load(path)
    text = str(refused.value)
    assert text.startswith("The card '") and text.endswith(".") and "\n" not in text
    assert len(text) < 300 + len(str(path))


def test_a_model_with_a_bad_card_reads_and_says_so(elsewhere: Path) -> None:
    path = elsewhere / "model.keras"
    path.write_bytes(MODEL_PATH.read_bytes())
    write_card(path, {"temperature": float("nan")})
    recognizer = Recognizer.load(path)
    assert "is damaged" in recognizer.warning and "not calibrated" in recognizer.warning
    assert recognizer.predict(draw(7)).label == "7"


@given(st.sampled_from([*ModelCard("").__dict__, "other"]), JSON | ODD)
def test_any_entry_of_a_card_is_taken_or_refused(key: str, value: Any) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(b"any")
        write_card(path, {"sha256": sha256_of(path), key: value})
        try:
            card = ModelCard.load(path)
        except CardError as error:
            assert "\n" not in str(error)
        else:
            assert card.temperature > 0
