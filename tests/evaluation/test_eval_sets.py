"""The sets of evaluate.py are what they are called, and the same in every run."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from digits.data.dataset import DatasetError
from digits.data.splits import is_training_writer
from digits.data.strokes import CANVAS_STYLE, StrokeDigit, draw_at_random
from digits.evaluation import blank_pictures, eval_sets, scribbles
from digits.preprocessing.normalization import preprocess
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS


@pytest.fixture
def characters() -> list[StrokeDigit]:
    """The ten digits as pen strokes."""
    return [
        StrokeDigit(str(digit), "tests", tuple(np.array(stroke) for stroke in strokes))
        for digit, strokes in DIGITS.items()
    ]


def write_strokes(path: Path, records: list[tuple[str, str]]) -> Path:
    """Write a stroke file of (label, writer), all drawn as a two."""
    lines = [{"label": label, "writer": writer, "strokes": DIGITS[2]} for label, writer in records]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_scribbles_are_of_all_kinds_and_hold_ink() -> None:
    drawn = scribbles.draw_scribbles(40, seed=0)
    assert {kind for kind, _ in drawn} == set(scribbles.SCRIBBLE_KINDS)
    for kind, canvas in drawn:
        assert canvas.shape == (280, 280) and canvas.dtype == np.uint8
        assert preprocess(canvas) is not None, kind


def test_scribbles_depend_on_the_seed_alone() -> None:
    first, again, other = (scribbles.draw_scribbles(20, seed=seed) for seed in (0, 0, 1))
    for (_, one), (_, same), (_, changed) in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, same)
        assert (one != changed).any()


def test_scribbles_are_whole() -> None:
    """Nothing is cut off at the canvas' edge."""
    for kind, canvas in scribbles.draw_scribbles(100, seed=0):
        edge = np.concatenate([canvas[0], canvas[-1], canvas[:, 0], canvas[:, -1]])
        assert np.count_nonzero(edge) < 60, kind


def test_blanks_are_of_all_kinds() -> None:
    made = blank_pictures.make_blanks(20, seed=0)
    assert [kind for kind, _ in made] == list(blank_pictures.BLANK_KINDS) * 2
    for kind, picture in made:
        if kind in ("white", "black", "transparent", "coloured"):
            assert picture.shape == (280, 280, 4)
            assert preprocess(picture) is None, kind
        else:
            assert picture.ndim == 2 and picture.std() > 0, kind


def test_strokes_are_drawn_as_the_bench_says(characters: list[StrokeDigit], tmp_path: Path) -> None:
    """One generator of seed 0 draws the file's characters one after the other."""
    path = tmp_path / "pens.jsonl"
    lines = [{"label": int(c.label), "strokes": DIGITS[int(c.label)]} for c in characters]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    examples = eval_sets.load_strokes(path)
    rng = np.random.default_rng(0)
    for character, model_input in zip(characters, examples.inputs, strict=True):
        expected = preprocess(draw_at_random(character.strokes, rng=rng, style=CANVAS_STYLE))
        assert model_input is not None and expected is not None
        np.testing.assert_array_equal(model_input, expected)
    assert examples.name == "pens"
    assert examples.labels == tuple("0123456789")


def test_only_letters_kept_for_measuring_are_read(tmp_path: Path) -> None:
    """The MD5 of "a" is odd, that of "e" even (md5sum): what e wrote is for training."""
    assert not is_training_writer("a") and is_training_writer("e")
    path = write_strokes(tmp_path / "l.jsonl", [("k", "a"), ("O", "a"), ("m", "e")])
    everything, clear = eval_sets.load_letters(path)
    assert everything.labels == ("k", "O")
    assert clear.labels == ("k",)
    assert clear.inputs[0] is everything.inputs[0]


def test_letters_for_training_alone_are_refused(tmp_path: Path) -> None:
    path = write_strokes(tmp_path / "l.jsonl", [("m", "e")])
    with pytest.raises(DatasetError, match="odd MD5"):
        eval_sets.load_letters(path)


def test_scikit_learns_digits_are_enlarged_and_read(recognizer: Recognizer) -> None:
    examples = eval_sets.load_scikit_digits()
    assert len(examples.labels) == len(examples.inputs) == 1797
    first = recognizer.predict_inputs(examples.inputs[:100])
    assert sum(p.label == label for p, label in zip(first, examples.labels, strict=False)) >= 97


def test_two_digits_stand_apart(characters: list[StrokeDigit]) -> None:
    rng = np.random.default_rng(0)
    one, seven = characters[1], characters[7]
    for _ in range(20):
        canvas = eval_sets.draw_pair(one, seven, rng=rng)
        pieces, _ = cv2.connectedComponents((canvas > 0).astype(np.uint8))
        assert pieces - 1 == 2  # the paper is one, too


def test_pairs_of_a_held_out_measurement_are_of_writers_who_taught_nothing(tmp_path: Path) -> None:
    """Who teaches wrote ones only, who tests wrote sevens only: no one may be in a pair."""
    writers = [f"w{number}" for number in range(40)]
    records = [("1" if is_training_writer(writer) else "7", writer) for writer in writers]
    path = write_strokes(tmp_path / "pens.jsonl", records)
    assert set(eval_sets.load_strokes(path, held_out=True).labels) == {"7"}
    assert set(eval_sets.load_pairs([path], held_out=True).labels) == {"77"}
    assert set(eval_sets.load_pairs([path]).labels) == {"11", "17", "71", "77"}
