"""Signs look like themselves: where they stand, how high they are, how many strokes they have."""

import numpy as np
import pytest

from digits.data.sign_strokes import SIGNS, draw_sign


def extents(sign: str) -> np.ndarray:
    """Left, top, width and height of many drawings of a sign, (n, 4), in heights of a digit."""
    rng = np.random.default_rng(0)
    drawn = [np.concatenate(draw_sign(sign, rng=rng)) for _ in range(200)]
    return np.array([[*points.min(axis=0), *np.ptp(points, axis=0)] for points in drawn])


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_begins_at_its_left_and_stays_near_its_line(sign: str) -> None:
    left, top, width, height = extents(sign).T
    np.testing.assert_allclose(left, 0, atol=1e-9)
    assert (width < 1.6).all() and (top > -0.6).all() and (top + height < 1.8).all()


def test_a_minus_is_level_and_a_slash_is_high() -> None:
    assert (extents("-")[:, 2] > 2 * extents("-")[:, 3]).mean() > 0.9
    assert (extents("/")[:, 3] > 0.9).all()


def test_a_point_stands_on_the_line_and_a_comma_hangs_below() -> None:
    assert (extents(".")[:, 3] < 0.1).all() and (extents(".")[:, 1] > 0.75).all()
    _, top, _, height = extents(",").T
    assert (top + height > 0.95).all()


def test_brackets_are_mirrored() -> None:
    """The middle of an opening one lies to the left of its ends."""
    rng = np.random.default_rng(0)
    for sign, side in (("(", 1), (")", -1)):
        for _ in range(50):
            (stroke,) = draw_sign(sign, rng=rng)
            ends = (stroke[0, 0] + stroke[-1, 0]) / 2
            assert side * (ends - stroke[len(stroke) // 2, 0]) > 0


def test_an_unknown_sign_is_refused() -> None:
    with pytest.raises(KeyError):
        draw_sign("?", rng=np.random.default_rng(0))
