"""Digits are found in a picture, whole and in reading order; what is no digit is not."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from digits.preprocessing import segmentation
from digits.preprocessing.geometry import Box
from digits.preprocessing.normalization import ModelInput, preprocess
from digits.preprocessing.segmentation import MAX_PARTED, find_digits
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw, draw_number

Picture = npt.NDArray[np.uint8]


def photograph(drawn: Picture, *, seed: int = 0) -> Picture:
    """Ink on paper that is lit from one side, with a lens' blur and a sensor's noise."""
    rng = np.random.default_rng(seed)
    height, width = drawn.shape
    light = np.linspace(170, 220, width)[np.newaxis] * np.linspace(1, 0.85, height)[:, np.newaxis]
    photo = cv2.GaussianBlur(light * (1 - 0.55 * (drawn / 255)), (5, 5), 0)
    return (photo + rng.normal(0, 3, photo.shape)).clip(0, 255).astype(np.uint8)


def count_found(image: Picture) -> int:
    """Count the digits that geometry alone finds: no candidate is doubted."""
    return len(find_digits(image, lambda inputs: [1.0] * len(inputs)).digits)


@pytest.mark.parametrize("number", ["10", "407", "2589", "36417", "90210357"])
def test_a_number_is_read(recognizer: Recognizer, number: str) -> None:
    assert recognizer.predict_number(draw_number(number)).text == number


@pytest.mark.parametrize("gap", [4, 12, 60])
def test_digits_may_stand_close_or_wide(recognizer: Recognizer, gap: int) -> None:
    assert recognizer.predict_number(draw_number("52738", gap=gap)).text == "52738"


@pytest.mark.parametrize("digit", DIGITS)
def test_a_single_digit_is_one_digit_seen_as_ever(recognizer: Recognizer, digit: int) -> None:
    (found,) = recognizer.predict_number(draw(digit)).digits
    assert found.prediction.label == str(digit)
    np.testing.assert_array_equal(found.prediction.model_input, preprocess(draw(digit)))


def test_dark_ink_on_light_paper_is_read_alike(recognizer: Recognizer) -> None:
    assert recognizer.predict_number(255 - draw_number("1946")).text == "1946"


def test_a_number_in_a_photo_is_read(recognizer: Recognizer) -> None:
    photo = photograph(np.pad(draw_number("3728"), 40))
    assert recognizer.predict_number(photo).text == "3728"


def test_the_edge_of_the_sheet_is_no_digit(recognizer: Recognizer) -> None:
    photo = photograph(np.pad(draw_number("628"), 60))
    photo[:, :14] = photo[-9:] = 90  # a table beside the paper
    assert recognizer.predict_number(photo).text == "628"


def test_lines_are_read_from_top_to_bottom(recognizer: Recognizer) -> None:
    reading = recognizer.predict_number(draw_number("407\n12\n9586"))
    assert reading.text == "407 12 9586"
    assert [digit.line for digit in reading.digits] == [0, 0, 0, 1, 1, 2, 2, 2, 2]


def test_a_line_that_rises_is_one_line(recognizer: Recognizer) -> None:
    drawn = np.pad(draw_number("83652", height=90), ((300, 60), (20, 20)))
    turn = cv2.getRotationMatrix2D((drawn.shape[1] / 2, drawn.shape[0] / 2), 12, 1)
    turned = cv2.warpAffine(drawn, turn, drawn.shape[::-1])
    assert recognizer.predict_number(turned).text == "83652"


def test_boxes_hold_the_ink_in_pixels_of_the_picture(recognizer: Recognizer) -> None:
    drawn = np.zeros((300, 500), np.uint8)
    drawn[60:200, 80:92] = drawn[70:230, 300:312] = 255  # two ones
    boxes = [digit.box for digit in recognizer.predict_number(drawn).digits]
    assert boxes == [Box(80, 60, 12, 140), Box(300, 70, 12, 160)]


def test_boxes_of_a_large_picture_are_not_those_of_the_shrunk_one(recognizer: Recognizer) -> None:
    small = draw_number("47")
    large = small.repeat(20, axis=0).repeat(20, axis=1)
    assert max(large.shape) > 4096
    for here, there in zip(
        recognizer.predict_number(small).digits,
        recognizer.predict_number(large).digits,
        strict=True,
    ):
        expected = [20 * side for side in (here.box.x, here.box.y, here.box.width, here.box.height)]
        found = [there.box.x, there.box.y, there.box.width, there.box.height]
        assert found == pytest.approx(expected, abs=45)  # two pixels of the small one


def test_the_detached_bar_of_a_five_belongs_to_it(recognizer: Recognizer) -> None:
    drawn = draw_number("151", gap=50)
    _, five, _ = recognizer.predict_number(drawn).digits
    box = five.box
    drawn[box.y + 16 : box.y + 26, box.x : box.right] = 0  # between the bar and the rest
    reading = recognizer.predict_number(drawn)
    assert reading.text == "151"
    assert reading.digits[1].box == box


def test_a_broken_zero_is_one_digit(recognizer: Recognizer) -> None:
    drawn = draw_number("304", gap=40)
    _, zero, _ = recognizer.predict_number(drawn).digits
    middle = zero.box.x + zero.box.width // 2
    drawn[:, middle - 3 : middle + 3] = 0
    assert recognizer.predict_number(drawn).text == "304"


def test_a_zero_that_broke_across_is_one_digit(recognizer: Recognizer) -> None:
    drawn = draw_number("037", gap=50)
    zero = recognizer.predict_number(drawn).digits[0].box
    middle = zero.y + zero.height // 2
    drawn[middle - 4 : middle + 4, : zero.right + 2] = 0
    drawn[middle:, zero.x : zero.x + 6] = 0  # the lower half, which now starts further right
    assert recognizer.predict_number(drawn).text == "037"


def test_a_small_digit_below_the_arm_of_a_slanted_one_is_no_part_of_it(
    recognizer: Recognizer,
) -> None:
    drawn = np.zeros((280, 400), np.uint8)
    cv2.polylines(drawn, [np.array([(190, 40), (290, 60), (180, 240)])], False, 255, 14)
    five = np.array(
        [(170, 105), (120, 105), (115, 140), (150, 142), (165, 165), (145, 190), (112, 188)]
    )
    cv2.polylines(drawn, [five], False, 255, 12)
    assert recognizer.predict_number(drawn).text == "57"


def test_dots_specks_and_rules_are_ignored(recognizer: Recognizer) -> None:
    drawn = np.pad(draw_number("2736"), ((30, 60), (60, 60)))
    cv2.circle(drawn, (drawn.shape[1] // 2, drawn.shape[0] - 70), 7, 255, cv2.FILLED)
    drawn[20:24, 30:34] = 255
    drawn[-40:-32, 20:-20] = 255  # the number is underlined
    assert recognizer.predict_number(drawn).number == "2736"


def test_a_minus_is_no_digit(recognizer: Recognizer) -> None:
    drawn = np.pad(draw_number("583"), ((0, 0), (90, 0)))
    drawn[drawn.shape[0] // 2 :][:10, 20:75] = 255
    assert recognizer.predict_number(drawn).number == "583"


@pytest.mark.parametrize(("number", "gap"), [("407", -8), ("60", -2), ("39", -5)])
def test_touching_digits_are_parted(recognizer: Recognizer, number: str, gap: int) -> None:
    touching = draw_number(number, gap=gap)
    assert cv2.connectedComponents(touching)[0] - 1 < len(number)
    assert recognizer.predict_number(touching).text == number


def test_geometry_alone_parts_what_stands_apart() -> None:
    assert count_found(draw_number("6381")) == 4


@pytest.mark.parametrize("level", [0, 255])
def test_empty_paper_has_no_digits(recognizer: Recognizer, level: int) -> None:
    reading = recognizer.predict_number(np.full((280, 900, 4), level, np.uint8))
    assert (reading.digits, reading.text, reading.message) == ((), "", "")


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 2), (2, 3, 3), (5, 1, 4), (40, 7)])
def test_odd_shapes_are_read_without_complaint(
    recognizer: Recognizer, shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(1)
    line = np.zeros(shape)
    line[shape[0] // 2] = 255
    for image in (rng.integers(0, 256, shape), line, np.zeros(shape)):
        for digit in recognizer.predict_number(image.astype(np.uint8)).digits:
            assert digit.box.right <= shape[1] and digit.box.bottom <= shape[0]


def test_grain_is_no_writing(recognizer: Recognizer) -> None:
    rng = np.random.default_rng(0)
    speckled = np.zeros((500, 500), np.uint8)
    for x, y in rng.integers(10, 490, (900, 2)).tolist():
        speckled[y : y + 6, x : x + 3] = 255
    reading = recognizer.predict_number(speckled)
    assert (reading.digits, reading.message) == ((), "Found no digits; this looks like noise.")


def draw_sheet(rows: int, columns: int) -> Picture:
    """Digits in rows and columns, as on a sheet of exercises."""
    drawn = [draw_number(str(digit)) for digit in range(10)]
    digits = [cv2.resize(one, (40, 40), interpolation=cv2.INTER_AREA) for one in drawn]
    lines = [[digits[(3 * row + column) % 10] for column in range(columns)] for row in range(rows)]
    return np.pad(np.vstack([np.hstack(line) for line in lines]), 20)


def test_what_is_left_out_of_a_crowded_sheet_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmentation, "MAX_JOINS", 100)
    found = find_digits(draw_sheet(12, 20), lambda inputs: [1.0] * len(inputs))
    assert 20 <= len(found.digits) < 240
    assert [digit.line for digit in found.digits] == sorted(digit.line for digit in found.digits)
    assert len(found.digits) % 20 == 0  # whole lines
    left_out = 240 - len(found.digits)
    lines = len(found.digits) // 20
    assert found.message == (
        f"Only the first {lines} lines were read. The rest, some {left_out} digits, was left out."
    )
    assert len(found.lines) == lines


def test_of_countless_doubtful_pieces_some_are_cut() -> None:
    calls = []

    def doubt(inputs: Sequence[ModelInput]) -> list[float]:
        calls.append(len(inputs))
        return [0.1] * len(inputs)

    blots = np.zeros((1200, 1200), np.uint8)
    for x in range(20, 1180, 60):
        for y in range(20, 1180, 60):
            cv2.ellipse(blots, (x + 20, y + 20), (18, 15), 0, 0, 360, 255, 5)
    find_digits(blots, doubt)
    assert len(calls) < 20 + MAX_PARTED + 1  # once a line, once for each that is cut
