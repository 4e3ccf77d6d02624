"""The edit distance of two readings."""

import pytest

from digits.evaluation.edit_distance import edit_distance


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("137", "137", 0),
        ("137", "1337", 1),
        ("1337", "137", 1),
        ("137", "187", 1),
        ("", "137", 3),
        ("137", "", 3),
        ("12/05/2021", "1210512021", 2),
    ],
)
def test_edit_distance_counts_characters(first: str, second: str, distance: int) -> None:
    assert edit_distance(first, second) == distance
