"""Decoding of CTC outputs, compared with sums over all paths."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from digits.recognition.row_decoding import (
    BLANK,
    CHARACTERS,
    LogProbabilities,
    align,
    is_number,
    may_follow,
    score_texts,
    search_beam,
)


def make_columns(*, seed: int, count: int) -> tuple[LogProbabilities, dict[str, float]]:
    """Random columns in which three characters and the blank are possible; and all texts."""
    rng = np.random.default_rng(seed)
    columns = np.full((count, len(CHARACTERS) + 1), -1e3)
    possible = [0, 1, 11, BLANK]
    columns[:, possible] = np.log(rng.dirichlet(np.ones(4), count))
    texts: dict[str, float] = defaultdict(float)
    for path in product(possible, repeat=count):
        kept = [c for c, before in zip(path, (-1, *path), strict=False) if c not in (before, BLANK)]
        probability = np.exp(columns[range(count), path].sum())
        texts["".join(CHARACTERS[c] for c in kept)] += probability
    return columns.astype(np.float32), texts


@pytest.mark.parametrize("seed", range(5))
def test_a_wide_beam_finds_the_most_probable_texts(seed: int) -> None:
    columns, texts = make_columns(seed=seed, count=5)
    numbers = [text for text in texts if is_number(text) and "++" not in text]
    expected = sorted(numbers, key=lambda text: -texts[text])[:5]
    found = search_beam(columns, width=200)[:5]
    assert [text for text, _ in found] == expected
    given = [score for _, score in found]
    np.testing.assert_allclose(given, np.log([texts[t] for t in expected]), rtol=1e-3)


def test_scores_are_sums_over_all_paths() -> None:
    columns, texts = make_columns(seed=7, count=6)
    some = ["", "0", "00", "0+1", *list(texts)[:20]]
    np.testing.assert_allclose(
        np.exp(score_texts(columns, some)), [texts[text] for text in some], atol=1e-6
    )


def test_what_needs_more_columns_than_there_are_is_impossible() -> None:
    columns, _ = make_columns(seed=0, count=3)
    assert score_texts(columns, ["000"])[0] == -np.inf


def test_each_character_is_found_where_it_is() -> None:
    columns = np.full((60, len(CHARACTERS) + 1), -12.0, np.float32)
    columns[:, BLANK] = -0.01
    places = {"4": 5, "0": 20, "-": 33, "7": 50}
    for character, start in places.items():
        columns[start : start + 3, CHARACTERS.index(character)] = -0.01
        columns[start : start + 3, BLANK] = -9
    text = "".join(places)
    assert search_beam(columns, width=4)[0][0] == text
    assert align(columns, text) == [(start, start + 3) for start in places.values()]


@pytest.mark.parametrize(
    "text", ["7", "-7", "3.14", "1.000,50", "12/05/2021", "(12)", "-(1.5)", "(030)4711", "7+12"]
)
def test_numbers_are_spelt_character_by_character(text: str) -> None:
    assert all(may_follow(text[:place], text[place]) for place in range(len(text)))
    assert is_number(text)


@pytest.mark.parametrize("text", ["/52", "15/", "(25", "3..1", "7-", "1(2)", ")4", "-", ""])
def test_what_no_number_has_is_not_spelt(text: str) -> None:
    is_spelt = all(may_follow(text[:place], text[place]) for place in range(len(text)))
    assert not (is_spelt and is_number(text))
