"""Draw the example pictures of the page, which a visitor without files can read.

python -m scripts.draw_examples        # into examples/, the same each time

Their digits are strokes written down for this project, on papers and in light of our own.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.materials import (
    Color,
    Picture,
    Random,
    Scene,
    Share,
    clouds,
    grained,
    lay,
    photograph,
    sheet,
)
from digits.data.strokes import Points, draw_strokes
from tests.support.digit_drawings import DIGITS

OUTPUT = Path(__file__).parents[1] / "digits" / "app" / "pictures" / "examples"
QUALITY = 82  # of JPEG

BALLPOINT: Color = (28, 48, 138)
GRAPHITE: Color = (88, 88, 94)
CHALK: Color = (238, 238, 230)
BOARD: Color = (38, 62, 52)
NOTE: Color = (246, 226, 120)
WHITE: Color = (236, 235, 230)

# Between a four and a nine: its top is neither open nor closed.
FOUR_OR_NINE = [[[26, 8], [18, 10], [9, 24], [9, 38], [17, 49], [32, 51], [48, 45]],
                [[46, 3], [50, 22], [50, 46], [47, 74], [44, 100]]]  # fmt: skip


def main() -> int:
    """Draw all of them."""
    OUTPUT.mkdir(exist_ok=True)
    total = 0
    for seed, (name, draw) in enumerate(EXAMPLES.items()):
        picture = draw(np.random.default_rng(seed))
        options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        data = cv2.imencode(".jpg", picture[..., ::-1], options)[1].tobytes()
        (OUTPUT / f"{name}.jpg").write_bytes(data)
        total += len(data)
    print(f"{len(EXAMPLES)} pictures in '{OUTPUT}', {total / 1000:.0f} kB")
    return 0


def phone_number(rng: Random) -> Picture:
    """A phone number in ballpoint on ruled paper."""
    shape = (400, 960)
    scene = rule(sheet(shape, rng, WHITE), (168, 190, 216), gap=96, first=74)
    share = write_line(shape, "0384 5560 927", rng, left=64, base=262, height=84, brush=7)
    return expose(lay(scene, share, BALLPOINT), rng, darkest=0.85)


def subtraction(rng: Random) -> Picture:
    """A subtraction on squared paper, its minus and line included."""
    shape, side = (680, 640), 80
    scene = rule(sheet(shape, rng, WHITE), (190, 203, 214), gap=side, first=side // 2)
    scene = rule(scene, (190, 203, 214), gap=side, first=side // 2, upright=True)
    share = np.zeros(shape, np.float32)
    for number, base in (("623", 200), ("275", 360), ("348", 590)):
        line = write_line(
            shape, number, rng, left=250, base=base, height=104, brush=8, advance=side + 24
        )
        share = np.maximum(share, line)
    minus = [np.array([[158.0, 314.0], [212.0, 312.0]])]
    under = [np.array([[140.0, 420.0], [330.0, 416.0], [580.0, 421.0]])]
    share = np.maximum(share, to_share(minus + under, shape, brush=8))
    return expose(lay(scene, share, (44, 44, 50)), rng, darkest=0.8)


def chalk(rng: Random) -> Picture:
    """A chalk digit on a board that was wiped before."""
    shape = (520, 520)
    board = sheet(shape, rng, BOARD)
    wiped = 0.5 + 0.5 * np.tanh(clouds(shape, rng, grain=120))
    board = lay(board, (0.1 * wiped).astype(np.float32), CHALK)
    share = write_line(shape, "5", rng, left=165, base=420, height=300, brush=24)
    scene = lay(board, grained(share, rng, rough=0.22), CHALK)
    return expose(scene, rng, darkest=0.8, brightest=74)


def faint_pencil(rng: Random) -> Picture:
    """A pencil digit, pressed lightly."""
    shape = (480, 480)
    share = write_line(shape, "2", rng, left=165, base=370, height=250, brush=11)
    scene = lay(sheet(shape, rng), grained(share, rng, rough=0.25), (172, 171, 170))
    return expose(scene, rng, darkest=0.8, noise=2)


def shadow(rng: Random) -> Picture:
    """A photo into which the one who takes it throws a shadow."""
    shape = (520, 760)
    scene = lay(
        sheet(shape, rng, WHITE),
        write_line(shape, "8603", rng, left=80, base=355, height=172, brush=13),
        (36, 36, 42),
    )
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    edge = 0.62 * (x - 420) + 0.78 * (y - 240) + 16 * clouds(shape, rng, grain=150)
    dark = 1 / (1 + np.exp(np.clip(-edge / 16, -30, 30)))
    return expose((scene * (1 - 0.42 * dark[..., None])).astype(np.float32), rng, darkest=0.8)


def several_lines(rng: Random) -> Picture:
    """Three numbers, one below the other, in pencil."""
    shape = (620, 620)
    share = np.zeros(shape, np.float32)
    for number, base, left in (("1947", 190, 110), ("260", 360, 130), ("83", 530, 120)):
        line = write_line(shape, number, rng, left=left, base=base, height=112, brush=9)
        share = np.maximum(share, line)
    scene = lay(sheet(shape, rng), grained(share, rng, rough=0.2), GRAPHITE)
    return expose(scene, rng, darkest=0.75)


def sticky_note(rng: Random) -> Picture:
    """A house number in felt pen on a yellow note."""
    shape = (480, 480)
    share = write_line(shape, "47", rng, left=90, base=360, height=230, brush=22)
    return expose(lay(sheet(shape, rng, NOTE), share, (150, 30, 60)), rng, darkest=0.85)


def four_or_nine(rng: Random) -> Picture:
    """A digit of which people, too, would ask what it is."""
    shape = (440, 440)
    strokes = [wobble(np.array(stroke, float), rng) for stroke in FOUR_OR_NINE]
    placed = [2.6 * stroke + np.array([140.0, 85.0]) for stroke in strokes]
    scene = lay(sheet(shape, rng, WHITE), to_share(placed, shape, brush=15), BALLPOINT)
    return expose(scene, rng, darkest=0.85)


def expose(
    scene: Scene, rng: Random, *, darkest: float, noise: float = 2.0, brightest: float = 232
) -> Picture:
    """Take a picture whose brightest tenth has a given level, as cameras see to."""
    photo = photograph(scene, rng, darkest=darkest, noise=noise, quality=95).astype(np.float32)
    gain = brightest / np.quantile(photo, 0.9)
    return (photo * gain).clip(0, 255).astype(np.uint8)


EXAMPLES: dict[str, Callable[[Random], Picture]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        phone_number,
        subtraction,
        chalk,
        faint_pencil,
        shadow,
        several_lines,
        sticky_note,
        four_or_nine,
    )
}


def write_line(
    shape: tuple[int, int],
    text: str,
    rng: Random,
    *,
    left: float,
    base: float,
    height: float,
    brush: float,
    advance: float | None = None,
) -> Share:
    """Write digits from left to right, no two quite alike.

    Args:
        shape: height and width of the picture.
        text: digits and spaces.
        rng: source of randomness.
        left: where the first digit begins, pixels.
        base: the row on which the digits stand.
        height: of a digit, pixels.
        brush: width of the line, pixels.
        advance: from one digit to the next; None for their own widths and a gap.
    """
    scale, strokes = height / 100, []
    for character in text:
        if character == " ":
            left += 0.34 * height
            continue
        size = scale * rng.uniform(0.93, 1.06)
        slant, drop = rng.normal(-0.09, 0.03), rng.normal(0, 0.02) * height
        shear = np.array([[1, 0], [slant, 1]])
        digit = [
            size * wobble(np.array(stroke, float) - [0, 100], rng) @ shear
            for stroke in DIGITS[int(character)]
        ]
        points = np.concatenate(digit)
        start = left - points[:, 0].min()
        strokes += [stroke + np.array([start, base + drop]) for stroke in digit]
        gap = rng.uniform(0.2, 0.27) * height + brush
        left += float(np.ptp(points[:, 0])) + gap if advance is None else advance
    return to_share(strokes, shape, brush=brush)


def wobble(stroke: npt.NDArray[np.float64], rng: Random) -> Points:
    """Move a stroke's points a little, smoothly, as no hand draws the same twice."""
    dense = densify(stroke)
    steps = np.linspace(0, 1, len(dense))
    for axis in (0, 1):
        knots = rng.normal(0, 1.5, 6)
        dense[:, axis] += np.interp(steps, np.linspace(0, 1, 6), knots)
    return smooth(dense)


def densify(stroke: npt.NDArray[np.float64]) -> Points:
    """Put points along a stroke, some three units apart."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0, along[-1], max(int(along[-1] / 3), 2))
    return np.column_stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)])


def smooth(stroke: Points) -> Points:
    """Round off corners, as a pen in motion does; the ends stay."""
    padded = np.pad(stroke, ((2, 2), (0, 0)), mode="edge")
    kernel = np.array([1, 2, 3, 2, 1]) / 9
    return np.column_stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)])


def to_share(strokes: list[Points], shape: tuple[int, int], *, brush: float) -> Share:
    """Draw strokes on a picture of any shape."""
    drawn = draw_strokes(strokes, brush=brush, side=max(shape))
    return (drawn[: shape[0], : shape[1]] / np.float32(255)).astype(np.float32)


def rule(scene: Scene, color: Color, *, gap: int, first: int, upright: bool = False) -> Scene:
    """Print parallel lines, two pixels thick."""
    share = np.zeros(scene.shape[:2], np.float32)
    for start in range(first, scene.shape[1 if upright else 0], gap):
        lines = np.s_[:, start : start + 2] if upright else np.s_[start : start + 2]
        share[lines] = 1
    return lay(scene, share, color)


if __name__ == "__main__":
    sys.exit(main())
