"""A batch is changed a little, the same way for the same seed."""

from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pytest

from digits.data.image_augmentation import Strength, augment

Images = npt.NDArray[np.uint8]

STILL = Strength(**{field.name: 0.0 for field in fields(Strength)})


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_no_strength_changes_nothing(mnist_digits: Images) -> None:
    np.testing.assert_array_equal(augment(mnist_digits, rng=rng(), strength=STILL), mnist_digits)


def test_the_seed_decides_and_the_batch_is_left_alone(mnist_digits: Images) -> None:
    before = mnist_digits.copy()
    first, second = augment(mnist_digits, rng=rng()), augment(mnist_digits, rng=rng())
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(mnist_digits, before)
    assert first.shape == mnist_digits.shape and first.dtype == np.uint8
    assert not np.array_equal(first, augment(mnist_digits, rng=np.random.default_rng(4)))


def test_images_do_not_run_into_each_other() -> None:
    """Every second image is black, and stays so however far its neighbours move."""
    images = np.zeros((2000, 28, 28), np.uint8)
    images[::2] = 255
    assert augment(images, rng=rng())[1::2].max() == 0


def test_digits_keep_most_of_their_ink(mnist_digits: Images) -> None:
    many = np.repeat(mnist_digits, 50, axis=0)
    ink = augment(many, rng=rng()).mean(axis=(1, 2)) / many.mean(axis=(1, 2))
    assert ink.min() > 0.15 and ink.max() < 3 and 0.8 < ink.mean() < 1.3


@pytest.mark.parametrize(
    ("share", "grows"), [("dilated_3x3", True), ("dilated_2x2", True), ("eroded_2x2", False)]
)
def test_thickness_changes_for_its_share(mnist_digits: Images, share: str, grows: bool) -> None:
    strength = STILL.__class__(**{**STILL.__dict__, share: 0.25})
    many = np.repeat(mnist_digits, 50, axis=0)
    changed = augment(many, rng=rng(), strength=strength).mean(axis=(1, 2))
    is_changed = changed != many.mean(axis=(1, 2))
    assert is_changed.mean() == pytest.approx(0.25, abs=0.05)
    assert ((changed > many.mean(axis=(1, 2))) == grows)[is_changed].all()


def test_a_quarter_turn_turns_as_the_strength_says() -> None:
    """A bar, turned by at most 0.2 radians, leans by no more than that."""
    bar = np.zeros((400, 28, 28), np.uint8)
    bar[:, 4:24, 13:15] = 255
    turned = augment(
        bar, rng=rng(), strength=STILL.__class__(**{**STILL.__dict__, "rotation": 0.2})
    )
    rows, columns = np.arange(28), np.arange(28)
    weights = turned.sum(axis=2) + 1e-9
    centers = (turned * columns).sum(axis=2) / weights
    leans = [
        np.polyfit(rows[row > 60], center[row > 60], 1)[0]
        for row, center in zip(weights, centers, strict=True)
    ]
    assert max(leans) == pytest.approx(np.tan(0.2), abs=0.03)
    assert min(leans) == pytest.approx(-np.tan(0.2), abs=0.03)
