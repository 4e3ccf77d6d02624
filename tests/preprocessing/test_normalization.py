"""One digit gives one model input, however it was drawn."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from digits.preprocessing.ink import find_ink
from digits.preprocessing.normalization import ModelInput, locate_digit, preprocess, to_model_input
from tests.support.digit_drawings import DIGITS, draw

SAME = 0.03  # mean difference of two model inputs, in [0, 1], that no eye would see
ALIKE = 0.07  # ... of two that show one digit, drawn with another pen

Images = npt.NDArray[np.uint8]


def prepare(image: npt.NDArray[np.uint8]) -> ModelInput:
    model_input = preprocess(image)
    assert model_input is not None
    return model_input


def difference(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> float:
    return float(np.abs(prepare(first) - prepare(second)).mean())


@pytest.mark.parametrize("digit", DIGITS)
def test_model_input_has_mnists_size_place_and_polarity(digit: int) -> None:
    model_input = prepare(draw(digit))
    assert model_input.shape == (28, 28, 1)
    assert model_input.dtype == np.float32
    assert model_input.min() >= 0 and model_input.max() > 0.95
    assert model_input.mean() < 0.3  # bright on black
    image = model_input[..., 0]
    _, _, width, height = cv2.boundingRect((image > 0.1).astype(np.uint8))
    assert 20 <= max(width, height) <= 21
    moments = cv2.moments(image)
    center = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    assert center == pytest.approx((14, 14), abs=0.15)  # as MNIST's: in pixel 14


@pytest.mark.parametrize("offset", [(-60, 0), (50, 0), (0, -40), (33, 35)])
def test_place_on_the_canvas_changes_nothing(offset: tuple[float, float]) -> None:
    assert difference(draw(7, offset=offset), draw(7)) == 0


@pytest.mark.parametrize("height", [90, 130, 230])
def test_size_changes_little(height: float) -> None:
    drawn = draw(5, height=height, brush=height / 10)
    assert difference(drawn, draw(5, height=180, brush=18)) < SAME


@pytest.mark.parametrize("brush", [10, 14, 24])
def test_brush_changes_thickness_alone(brush: float) -> None:
    assert difference(draw(3, brush=brush), draw(3, brush=18)) < ALIKE


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((0, 0, 0), (255, 255, 255)),
        ((20, 30, 160), (250, 240, 200)),
        ((255, 230, 0), (255, 255, 255)),  # yellow on white: of one brightness nearly
        ((220, 30, 30), (30, 140, 30)),
        ((120, 120, 120), (170, 170, 170)),
    ],
)
def test_colours_and_polarity_change_nothing(
    ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    assert difference(draw(2, ink=ink, paper=paper), draw(2)) < SAME


@pytest.mark.parametrize("ink", [0, 90, 255])
def test_transparent_paper_is_paper(ink: int) -> None:
    transparent = draw(6)
    transparent[..., 3] = transparent[..., 0]  # opaque where there is ink
    transparent[..., :3] = ink
    assert difference(transparent, draw(6)) < SAME


def test_opaque_paper_with_transparent_corners_is_read_as_paper() -> None:
    image = draw(8, ink=(0, 0, 0), paper=(255, 255, 255))
    image[:30, :30] = image[-30:, -30:] = 0
    assert difference(image, draw(8)) < SAME


def test_gray_rgb_and_rgba_are_the_same() -> None:
    rgba = draw(4)
    assert difference(rgba[..., 0], rgba) == difference(rgba[..., :3].copy(), rgba) == 0


@pytest.mark.parametrize("factor", [1, 4, 10])
def test_an_enlarged_mnist_digit_comes_back(mnist_digits: Images, factor: int) -> None:
    """MNIST centred to whole pixels, and we to fractions: half a pixel may differ."""
    for digit in mnist_digits:
        large = cv2.resize(digit, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
        corner = np.zeros((large.shape[0] + 90, large.shape[1] + 140), np.uint8)
        corner[50 : 50 + large.shape[0], 130 : 130 + large.shape[1]] = large
        original = to_model_input(digit)[..., 0]
        model_input = prepare(corner)[..., 0]
        assert np.abs(model_input - original).mean() < 0.07
        assert best_correlation(model_input, original) > 0.95


def best_correlation(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> float:
    """Correlate two images where they fit best, within half a pixel in steps of 1/8."""
    shifts = np.linspace(-0.5, 0.5, 9)
    moves = [np.array([[1, 0, x], [0, 1, y]], np.float32) for x in shifts for y in shifts]
    moved = [cv2.warpAffine(first, move, (28, 28)) for move in moves]
    return max(float(np.corrcoef(image.ravel(), second.ravel())[0, 1]) for image in moved)


def test_thin_lines_survive_shrinking() -> None:
    image = np.full((1500, 1500), 255, np.uint8)
    cv2.polylines(image, [np.array([[300, 200], [1100, 200], [600, 1300]])], False, 0, 2)
    assert prepare(image).max() > 0.9


def test_large_tight_and_tiny_pictures_are_prepared() -> None:
    dark_on_light = draw(5, ink=(0, 0, 0), paper=(255, 255, 255))[..., 0]
    large = cv2.resize(dark_on_light, (3000, 3000), interpolation=cv2.INTER_LINEAR)
    tiny = cv2.resize(dark_on_light, (24, 24), interpolation=cv2.INTER_AREA)
    assert difference(large, dark_on_light) < SAME
    assert difference(tiny, dark_on_light) < ALIKE


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((28, 28), np.float32),
        np.zeros((28, 28, 2), np.uint8),
        np.zeros((0, 5), np.uint8),
        np.zeros(7, np.uint8),
    ],
)
def test_other_arrays_are_refused_with_what_came(image: npt.NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match=r"Expected uint8 .* Received: "):
        preprocess(image)


@pytest.mark.parametrize(
    "image",
    [
        draw(4),
        draw(7, offset=(50, -40), height=110, brush=22),
        draw(2, brush=4, offset=(-30, 0)),  # strokes that are widened
        cv2.resize(draw(3, offset=(30, 20)), (2100, 1500)),  # shrunk first
        cv2.resize(draw(9), (40, 30), interpolation=cv2.INTER_AREA),  # enlarged
    ],
    ids=["canvas", "moved", "thin", "large", "small"],
)
def test_the_box_tells_where_the_model_input_was(image: Images) -> None:
    """Model input, put back into its box, lies on the ink it was made of."""
    ink = find_ink(image)
    assert ink is not None
    model_input, box = locate_digit(ink)
    np.testing.assert_array_equal(model_input, prepare(image))
    height, width = image.shape[:2]
    step_x, step_y = box.width / 28, box.height / 28
    move = np.array(
        [
            [step_x, 0, box.left + step_x / 2 - 0.5],
            [0, step_y, box.top + step_y / 2 - 0.5],
        ]
    )
    back = cv2.warpAffine(model_input, move, (width, height))
    for given, returned in zip(extent(image[..., 0] / 255), extent(back), strict=True):
        assert returned == pytest.approx(given, abs=max(step_x, step_y))
    assert center(back) == pytest.approx(center(image[..., 0] / 255), abs=0.3 * step_x)


def extent(ink: npt.NDArray[np.floating[Any]]) -> tuple[int, int, int, int]:
    """First and last column and row that are at least half inked."""
    rows, columns = np.nonzero(ink >= 0.5 * ink.max())
    return columns.min(), columns.max(), rows.min(), rows.max()


def center(ink: npt.NDArray[np.floating[Any]]) -> tuple[float, float]:
    moments = cv2.moments(np.asarray(ink, np.float32))
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
