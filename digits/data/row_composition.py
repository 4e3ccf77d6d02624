"""Compose lines of writing of single digits and signs, to train the row reader with.

    composer = RowComposer(pen_digits, mnist_train)
    label, ink = composer.compose(np.random.default_rng(0))  # "-40.7", uint8 white on black

A row is of one hand: digits of one writer of pen strokes, with the habits of another, or
images of MNIST; one brush, one slant. Neighbours stand apart, touch or overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.classes import DIGIT_CLASSES
from digits.data.dataset import LabelledImages
from digits.data.sign_strokes import draw_sign
from digits.data.stroke_augmentation import augment_strokes
from digits.data.strokes import Points, StrokeDigit, draw_strokes, fit_strokes
from digits.preprocessing.arrays import Ink, crop

SIZE = 56  # pixels; a digit's longest side, twice what the row reader sees
BASELINE = SIZE * 2  # pixels from the top of the canvas
CANVAS_HEIGHT = SIZE * 3
INKED = 127  # gray levels; where two digits both have more, they touch

# Each value is drawn evenly between two ends.
LENGTH = (1, 9)  # digits; the second is left out
BRUSH = (0.03, 0.24)  # of the size
SIZE_FACTOR = (0.78, 1.22)  # of the size, for each digit
STRAY = 0.12  # of the size, a digit above or below the baseline
WIDEST_GAP = 0.55  # of the size, between neighbours in a row of that spacing, and twice at times
SHEAR = 0.3  # pixels aside per pixel up, of the whole row
SLOPE = 0.06  # pixels up per pixel to the right
SQUEEZE = 0.2  # of the width, narrower or wider

MNIST_FRACTION = 0.3  # of the rows
SIGNED_FRACTION = 0.4
HABITS = 0.25  # probability of each change to a pen digit's strokes


@dataclass(frozen=True)
class Tile:
    """One character, cut to its ink, and how far its ink's top lies above the baseline."""

    ink: Ink
    ascent: float  # pixels


class RowComposer:
    """Rows of the digits of some writers and images."""

    def __init__(
        self,
        digits: Sequence[StrokeDigit],
        images: LabelledImages | None,
        *,
        varied: bool = True,
    ) -> None:
        """Sort digits by writer and label.

        Args:
            digits: pen strokes, labels "0" to "9".
            images: of MNIST, labels 0 to 9; None for pen strokes alone.
            varied: whether digits get habits of other hands and rows are damaged, to train
                with; else each digit is as its writer wrote it. Defaults to True.
        """
        self.digits, self.varied = [*digits], varied
        writers = np.array([digit.writer for digit in digits])
        labels = np.array([digit.label for digit in digits])
        self.hands = [
            {name: np.flatnonzero((writers == writer) & (labels == name)) for name in DIGIT_CLASSES}
            for writer in np.unique(writers)
        ]
        self.images = None if images is None else images.images
        self.image_indices = {
            name: np.flatnonzero(images.labels == number)
            for number, name in enumerate(DIGIT_CLASSES)
            if images is not None
        }

    def compose(self, rng: np.random.Generator) -> tuple[str, Ink]:
        """Compose a row at random.

        Returns:
            What it says; and its ink, uint8 of shape (height, width), 0 = paper, 255 = ink.
        """
        label = make_label(rng)
        brush = rng.uniform(*BRUSH) * SIZE
        is_mnist = self.images is not None and rng.uniform() < MNIST_FRACTION
        if is_mnist:
            brush = rng.uniform(0.07, 0.16) * SIZE  # of the signs beside them
        hand = self.hands[rng.integers(len(self.hands))]
        tiles = [
            self.draw_image(character, rng)
            if is_mnist and character.isdecimal()
            else self.draw_pen(character, hand, brush, rng)
            for character in label
        ]
        row = slant(place(label, tiles, brush, rng), rng)
        return label, damage(row, rng) if self.varied else crop(row)

    def draw_image(self, label: str, rng: np.random.Generator) -> Tile:
        """Enlarge an image of MNIST."""
        assert self.images is not None
        image = crop(self.images[rng.choice(self.image_indices[label])])
        scale = SIZE * rng.uniform(*SIZE_FACTOR) / max(image.shape)
        ink = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        return Tile(ink, ink.shape[0] + rng.uniform(-STRAY, STRAY) * SIZE)

    def draw_pen(
        self,
        character: str,
        hand: dict[str, npt.NDArray[np.intp]],
        brush: float,
        rng: np.random.Generator,
    ) -> Tile:
        """Draw a digit of one writer, or a sign."""
        if not character.isdecimal():
            strokes: list[Points] = [SIZE * stroke for stroke in draw_sign(character, rng=rng)]
            ascent = SIZE - min(float(stroke[:, 1].min()) for stroke in strokes) + brush / 2
            ascent += rng.uniform(-STRAY / 2, STRAY / 2) * SIZE
            thick = brush * (rng.uniform(1, 1.5) if character in ".,:" else 1)
            return draw_tile(strokes, thick, ascent)
        digit = self.digits[rng.choice(hand[character])]
        strokes = augment_strokes(digit, rng=rng, probability=HABITS if self.varied else 0)
        strokes = fit_strokes(strokes, SIZE * rng.uniform(*SIZE_FACTOR))
        height = max(float(stroke[:, 1].max()) for stroke in strokes) + brush
        return draw_tile(strokes, brush, height + rng.uniform(-STRAY, STRAY) * SIZE)


def make_label(rng: np.random.Generator) -> str:
    """Make up a number, at times with the signs of an amount, a date or a time."""

    def some(low: int, high: int) -> str:
        return "".join(map(str, rng.integers(0, 10, rng.integers(low, high + 1))))

    if rng.uniform() >= SIGNED_FRACTION:
        return some(LENGTH[0], LENGTH[1] - 1)
    form = rng.integers(10)
    mark = str(rng.choice([".", ","]))
    if form == 0:
        number = some(1, 6)
    elif form <= 3:
        number = f"{some(1, 5)}{mark}{some(1, 3)}"
    elif form == 4:
        number = f"{some(1, 3)}{mark}{some(3, 3)}{rng.choice(['.', ',', ''])}{some(1, 2)}"
    elif form == 5:
        separator = rng.choice(["/", "/", "-", "."])
        number = f"{some(1, 2)}{separator}{some(1, 2)}{separator}{some(2, 4)}"
    elif form == 6:
        number = f"{some(1, 2)}:{some(2, 2)}{rng.choice(['', ':' + some(2, 2)])}"
    elif form == 7:
        number = f"{some(1, 4)}/{some(1, 4)}"
    elif form == 8:
        number = f"{some(1, 5)}{rng.choice(['-', '-', '+', ':'])}{some(1, 5)}"
    else:
        number = f"({some(1, 6)}){some(0, 4)}"
    if rng.uniform() < 0.35 and number[0].isdecimal():
        number = f"{rng.choice(['-', '-', '+'])}{number}"
    return f"({number})" if rng.uniform() < 0.06 and "(" not in number else number


def draw_tile(strokes: Sequence[Points], brush: float, ascent: float) -> Tile:
    """Draw strokes and cut them to their ink."""
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    moved = [stroke - low + brush for stroke in strokes]
    return Tile(
        crop(draw_strokes(moved, brush=brush, side=int((high - low).max() + 3 * brush) + 2)), ascent
    )


def place(label: str, tiles: Sequence[Tile], brush: float, rng: np.random.Generator) -> Ink:
    """Set tiles side by side: apart, touching or overlapping."""
    touching = float(rng.choice([0.0, 0.0, 0.35, 0.65, 1.0]))
    widest = WIDEST_GAP * SIZE * (rng.uniform(0, 1) if rng.uniform() < 0.85 else 2.0)
    stray = SIZE * rng.uniform(-0.06, 0.06)  # a row may rise or fall in steps, too
    room = sum(tile.ink.shape[1] + round(2 * WIDEST_GAP * SIZE) for tile in tiles) + 2 * SIZE
    canvas = np.zeros((CANVAS_HEIGHT, room), np.uint8)
    right = SIZE
    for index, tile in enumerate(tiles):
        height, width = tile.ink.shape
        top = round(BASELINE - tile.ascent + stray * index / len(tiles))
        top = min(max(top, 0), CANVAS_HEIGHT - height)
        left = right + round(rng.uniform(2, max(widest, 3)))
        are_digits = index and label[index].isdecimal() and label[index - 1].isdecimal()
        if are_digits and rng.uniform() < touching:
            left = meeting_point(canvas, tile.ink, top, passing=3) - round(
                rng.uniform(-2, 1.2 * brush)
            )
            left = max(left, SIZE // 2)
        elif index and not are_digits:  # signs stand close
            left = right + round(rng.uniform(1, max(min(widest, 0.4 * SIZE), 2)))
        spot = canvas[top : top + height, left : left + width]
        np.maximum(spot, tile.ink, out=spot)
        right = max(right, left + width)
    return canvas[:, : right + SIZE]


def meeting_point(canvas: Ink, tile: Ink, top: int, *, passing: int) -> int:
    """Find how far left a tile can go before its ink meets what is on the canvas.

    Args:
        canvas: uint8 array of shape (height, width), 0 = paper, 255 = ink.
        tile: uint8 array, as `canvas`.
        top: row of the canvas at which the tile begins.
        passing: of tiles that pass above or below all ink, the divisor of their width:
            2 lets half of a tile go past the last ink.

    Returns:
        The tile's first column on the canvas.
    """
    beside = canvas[top : top + tile.shape[0]] > INKED
    inked = tile > INKED
    rows = beside.any(axis=1) & inked.any(axis=1)
    if not rows.any():  # they pass each other: above and below
        return int(np.flatnonzero((canvas > INKED).any(axis=0)).max()) - tile.shape[1] // passing
    ends = canvas.shape[1] - beside[:, ::-1].argmax(axis=1)  # one past the last ink of a row
    return int((ends - inked.argmax(axis=1))[rows].max())


def slant(canvas: Ink, rng: np.random.Generator) -> Ink:
    """Slant and slope a row, and make it narrower or wider."""
    height, width = canvas.shape
    shear, slope = rng.uniform(-SHEAR, SHEAR), rng.uniform(-SLOPE, SLOPE)
    squeeze = rng.uniform(1 - SQUEEZE, 1 + SQUEEZE)
    matrix = np.array([[squeeze, shear, 0.0], [slope, 1.0, 0.0]])
    middle = matrix[:, :2] @ (width / 2, height / 2)
    new_width = round(width * squeeze + abs(shear) * height)
    new_height = round(height + abs(slope) * width)
    matrix[:, 2] = (new_width / 2, new_height / 2) - middle
    return cv2.warpAffine(canvas, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR)


def damage(row: Ink, rng: np.random.Generator) -> Ink:
    """Let a row be thicker, broken or soft, leave remains, and cut it to its ink."""
    kind = rng.uniform()
    if kind < 0.1:
        row = cv2.dilate(row, np.ones((3, 3), np.uint8))
    elif kind < 0.2:
        row = cv2.GaussianBlur(row, (0, 0), rng.uniform(0.8, 2.2))
    elif kind < 0.3:
        row = break_strokes(row, rng)
    if rng.uniform() < 0.08:
        leave_remains(row, rng)
    return crop(row) if row.any() else row


def break_strokes(row: Ink, rng: np.random.Generator) -> Ink:
    """Let the pen skip: ink is missing in patches."""
    size = max(row.shape[1] // int(rng.integers(4, 9)), 1), max(row.shape[0] // 6, 1)
    patches = cv2.resize(rng.normal(0, 1, size[::-1]), row.shape[::-1])
    broken = row * (patches < rng.uniform(1.4, 2.2))
    return broken if broken.any() else row


def leave_remains(row: Ink, rng: np.random.Generator) -> None:
    """Leave dust, and bits of a printed line that was removed: thin, level or upright."""
    _, top, width, height = cv2.boundingRect(row)
    for _ in range(rng.integers(1, 4)):
        x = int(rng.integers(row.shape[1]))
        y = top + int(rng.integers(max(height, 1)))
        if rng.uniform() < 0.4:  # dust
            cv2.circle(row, (x, y), int(rng.integers(0, 2)), int(rng.integers(100, 255)), -1)
            continue
        length = int(rng.uniform(0.05, 0.2) * SIZE)
        end = (x + length, y) if rng.uniform() < 0.5 else (x, y + length)
        cv2.line(row, (x, y), end, int(rng.integers(100, 255)), 1)
