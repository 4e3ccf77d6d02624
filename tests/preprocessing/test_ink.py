"""Ink is told from paper, in drawings and in photos."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from digits.preprocessing.ink import find_ink
from digits.preprocessing.normalization import preprocess
from tests.support.digit_drawings import draw

Gray = npt.NDArray[np.uint8]


def photograph(digit: int, *, seed: int = 0) -> Gray:
    """Pencil on paper, lit from one side, with a lens' blur and a sensor's noise."""
    rng = np.random.default_rng(seed)
    share = draw(digit, brush=12)[..., 0] / 255
    light = np.linspace(110, 220, 280)[np.newaxis] * np.linspace(1, 0.8, 280)[:, np.newaxis]
    photo = light * (1 - 0.55 * share)
    photo = cv2.GaussianBlur(photo, (5, 5), 0) + rng.normal(0, 3, photo.shape)
    return photo.clip(0, 255).astype(np.uint8)


def resembles(photo: Gray, digit: int) -> bool:
    model_input, drawn = preprocess(photo), preprocess(draw(digit, brush=12))
    assert model_input is not None and drawn is not None
    return bool(np.abs(model_input - drawn).mean() < 0.05)


@pytest.mark.parametrize("level", [0, 77, 255])
def test_empty_paper_has_no_ink(level: int) -> None:
    assert find_ink(np.full((280, 280, 4), level, np.uint8)) is None


@pytest.mark.parametrize("seed", range(5))
def test_noisy_empty_paper_has_no_ink(seed: int) -> None:
    rng = np.random.default_rng(seed)
    light = np.linspace(120, 220, 200)[np.newaxis] + rng.normal(0, 4, (200, 200))
    assert find_ink(light.clip(0, 255).astype(np.uint8)) is None


def test_a_transparent_canvas_without_strokes_has_no_ink() -> None:
    assert find_ink(np.zeros((280, 280, 4), np.uint8)) is None


@pytest.mark.parametrize("digit", [0, 2, 5, 7])
def test_uneven_light_is_flattened(digit: int) -> None:
    assert resembles(photograph(digit), digit)


def test_a_photo_of_light_ink_on_dark_is_read_alike() -> None:
    assert resembles(255 - photograph(3), 3)


def test_the_papers_edge_is_removed() -> None:
    photo = photograph(6)
    photo[:, :14] = photo[-9:] = 25  # a dark table beside the paper
    assert resembles(photo, 6)


def test_specks_are_removed() -> None:
    photo = photograph(2)
    photo[20:25, 20:25] = photo[250:254, 30:34] = 40
    assert resembles(photo, 2)


def test_faint_coloured_rules_are_removed() -> None:
    photo = np.stack([photograph(9)] * 3, axis=-1)
    photo[90::90, :, 0] -= 25
    photo[:, 100::100, 0] -= 25
    model_input, drawn = preprocess(photo), preprocess(draw(9, brush=12))
    assert model_input is not None and drawn is not None
    assert np.abs(model_input - drawn).mean() < 0.05


def test_a_digit_in_pieces_is_kept_whole() -> None:
    body = draw(5, brush=16)[..., 0]
    broken = np.roll(body, 30, axis=0)
    broken[:110] = 0
    broken[50:66, 110:190] = 255  # its bar hangs in the air
    ink = find_ink(broken)
    assert ink is not None
    count, *_ = cv2.connectedComponents(ink.pixels)
    assert count - 1 == 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 2), (2, 3, 3), (5, 1, 4), (40, 7)])
def test_odd_shapes_are_read_without_complaint(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    line = np.zeros(shape)
    line[shape[0] // 2] = 255
    for image in (rng.integers(0, 256, shape), line, np.zeros(shape)):
        model_input = preprocess(image.astype(np.uint8))
        assert model_input is None or model_input.shape == (28, 28, 1)


def test_turned_and_mirrored_views_are_read() -> None:
    assert find_ink(np.fliplr(draw(3))) is not None
    assert find_ink(np.rot90(draw(3))) is not None


def test_a_closely_cut_digit_that_touches_the_border_is_kept() -> None:
    cut = draw(0, brush=26)[50:230, 80:200, 0]
    ink = find_ink(cut[8:-8, 4:-4])
    assert ink is not None
    assert ink.pixels.shape == (164, 112)


def test_ink_across_a_shadows_edge_is_kept() -> None:
    photo = photograph(7).astype(np.float64)
    photo *= 1 - 0.45 / (1 + np.exp((np.arange(280)[:, np.newaxis] - 130) / 5))
    assert resembles(photo.astype(np.uint8), 7)


def test_a_hairline_that_links_two_strokes_is_kept() -> None:
    paper = np.random.default_rng(0).normal(190, 3, (120, 120)).astype(np.uint8)
    cv2.line(paper, (50, 15), (22, 70), 40, 6)
    cv2.line(paper, (22, 72), (76, 74), 160, 2)  # far fainter than half of the ink
    cv2.line(paper, (85, 30), (75, 105), 40, 6)
    ink = find_ink(cv2.GaussianBlur(paper, (3, 3), 0))
    assert ink is not None
    assert cv2.connectedComponents(cv2.compare(ink.pixels, 96, cv2.CMP_GE))[0] == 2  # and paper


def test_a_faint_rule_between_two_strokes_is_none() -> None:
    paper = np.random.default_rng(0).normal(190, 3, (120, 120)).astype(np.uint8)
    paper[60:62] = 165
    cv2.line(paper, (40, 20), (40, 100), 40, 6)
    cv2.line(paper, (75, 20), (75, 100), 40, 6)
    ink = find_ink(cv2.GaussianBlur(paper, (3, 3), 0))
    assert ink is not None
    assert cv2.connectedComponents(cv2.compare(ink.pixels, 96, cv2.CMP_GE))[0] == 3


def test_a_sheet_on_a_dark_table_is_no_ink() -> None:
    photo = photograph(4)
    photo[:26] = photo[-20:] = photo[:, :30] = photo[:, -18:] = 45
    assert resembles(photo, 4)


@pytest.mark.parametrize("digit", [2, 5, 8])
def test_dark_rules_across_the_digit_are_removed(digit: int) -> None:
    photo = photograph(digit)
    photo[85::85] = photo[86::85] = photo[:, 95::95] = photo[:, 96::95] = 70
    assert resembles(photo, digit)


@pytest.mark.parametrize("paper", [255, 240])
def test_a_forms_box_around_the_digit_is_removed(paper: int) -> None:
    page = draw(3, brush=12, ink=(0, 0, 0), paper=(paper,) * 3)[..., 0].copy()
    cv2.rectangle(page, (12, 9), (268, 270), 60, 2)
    assert resembles(page, 3)


def test_a_broad_pen_that_fills_the_picture_is_kept() -> None:
    share = draw(8, brush=40)[36:244, 60:220, 0] / 255
    photo = (200 * (1 - 0.8 * share) + np.random.default_rng(0).normal(0, 3, share.shape)).round()
    model_input, drawn = (
        preprocess(photo.clip(0, 255).astype(np.uint8)),
        preprocess(draw(8, brush=40)),
    )
    assert model_input is not None and drawn is not None
    assert np.abs(model_input - drawn).mean() < 0.05


def test_a_photo_of_few_pixels_keeps_its_strokes() -> None:
    """A noisy picture of 14 x 14, a stroke two pixels wide in it."""
    rng = np.random.default_rng(0)
    photo = rng.integers(195, 215, (14, 14)).astype(np.uint8)
    photo[3:11, 6:8] = 60
    ink = find_ink(photo)
    assert ink is not None
    height, width = ink.pixels.shape
    assert height / width == pytest.approx(4, rel=0.35)
    assert (ink.pixels > 127).mean() > 0.5  # unenlarged, its soft edges are wider than the stroke


def test_ink_that_was_found_is_not_sought_again() -> None:
    ink = find_ink(draw(3))
    assert ink is not None and find_ink(ink) is ink
    np.testing.assert_array_equal(preprocess(ink), preprocess(draw(3)))


def test_the_place_of_the_ink_leaves_out_specks_that_were_dropped() -> None:
    drawn = draw(7)
    ink = find_ink(drawn)
    drawn[4:8, 3:8, :3] = drawn[270:273, 265:270, :3] = 255
    with_specks = find_ink(drawn)
    assert ink is not None and with_specks is not None
    assert with_specks.place == ink.place
    assert with_specks.pixels.shape == ink.pixels.shape
