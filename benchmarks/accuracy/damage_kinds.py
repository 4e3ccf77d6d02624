"""Pictures of one digit in sizes, cameras and files as they come; one function a kind.

    picture = blurred(digit.strokes, rng)  # uint8, gray, RGB or RGBA

For measuring only, never for training.
"""

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.materials import (
    INKS,
    Picture,
    Random,
    Share,
    clouds,
    compress,
    grained,
    lay,
    photograph,
    pick,
    sheet,
    shrink,
    write,
)
from digits.data.strokes import Strokes


def pen(strokes: Strokes, rng: Random) -> Picture:
    """Ball pen on plain paper."""
    return photograph(lay(sheet((300, 300), rng), write(strokes, rng), pick(INKS, rng)), rng)


def pieces(strokes: Strokes, rng: Random) -> Picture:
    """A failing pen: the digit falls into three pieces or so."""
    share = write(strokes, rng, pen=(0.06, 0.1))
    ys, xs = np.nonzero(share)
    size = max(np.ptp(ys), np.ptp(xs))
    for at in rng.choice(len(ys), 3, replace=False):
        radius = max(round(size * rng.uniform(0.04, 0.06)), 2)
        cv2.circle(share, (int(xs[at]), int(ys[at])), radius, 0.0, cv2.FILLED, cv2.LINE_AA)
    return photograph(lay(sheet((300, 300), rng), share, pick(INKS, rng)), rng)


def broad(strokes: Strokes, rng: Random) -> Picture:
    """A thick felt pen that fills the picture, which is cut where the ink ends."""
    share = write(strokes, rng, fill=(0.7, 0.78), pen=(0.16, 0.24))
    scene = lay(sheet((300, 300), rng), share, pick(INKS, rng))
    return crop_to(photograph(scene, rng), share, rng.uniform(2, 10, 4))


def tight(strokes: Strokes, rng: Random) -> Picture:
    """A digit cut so closely that the border touches it, or takes a pixel or three."""
    share = write(strokes, rng)
    scene = lay(sheet((300, 300), rng), share, pick(INKS, rng))
    return crop_to(photograph(scene, rng), share, rng.uniform(-3, 5, 4))


def small(strokes: Strokes, rng: Random) -> Picture:
    """A digit of a tenth of a large sheet's side."""
    share = write(strokes, rng, side=1000, fill=(0.06, 0.13), pen=(0.06, 0.1))
    scene = lay(sheet((1000, 1000), rng), share, pick(INKS, rng))
    return photograph(scene, rng, blur=1.0)


def huge(strokes: Strokes, rng: Random) -> Picture:
    """A phone's photo of twenty megapixels."""
    scene = lay(sheet((900, 900), rng), write(strokes, rng, side=900), pick(INKS, rng))
    large = cv2.resize(photograph(scene, rng), (4500, 4500), interpolation=cv2.INTER_CUBIC)
    noise = rng.integers(0, 12, (4500, 4500, 1), np.uint8)
    return cv2.add(large, np.repeat(noise, 3, axis=2))


def tiny(strokes: Strokes, rng: Random) -> Picture:
    """A picture of twelve to sixteen pixels."""
    share = write(strokes, rng, fill=(0.75, 0.85), pen=(0.1, 0.14))
    scene = lay(sheet((300, 300), rng), share, pick(INKS, rng))
    return shrink(photograph(scene, rng), int(rng.integers(12, 17)))


def low_resolution(strokes: Strokes, rng: Random) -> Picture:
    """A picture of twenty to forty pixels, enlarged or not."""
    scene = lay(sheet((300, 300), rng), write(strokes, rng, fill=(0.6, 0.8)), pick(INKS, rng))
    less = shrink(photograph(scene, rng), int(rng.integers(22, 44)))
    if rng.random() < 0.5:
        return less
    return cv2.resize(less, (256, 256), interpolation=cv2.INTER_CUBIC)


def jpeg(strokes: Strokes, rng: Random) -> Picture:
    """A JPEG file of quality 4 to 15, of 90 to 200 pixels."""
    scene = lay(sheet((300, 300), rng), write(strokes, rng), pick(INKS, rng))
    less = shrink(photograph(scene, rng), int(rng.integers(90, 200)))
    return compress(less, int(rng.integers(4, 16)))


def blurred(strokes: Strokes, rng: Random) -> Picture:
    """Out of focus: as far as a stroke is wide."""
    share = write(strokes, rng)
    scene = lay(sheet((300, 300), rng), share, pick(INKS, rng))
    return photograph(scene, rng, blur=rng.uniform(3, 8))


def noisy(strokes: Strokes, rng: Random) -> Picture:
    """Taken in the dark: coarse noise."""
    scene = lay(sheet((300, 300), rng), write(strokes, rng), pick(INKS, rng))
    return photograph(scene * 0.6, rng, noise=rng.uniform(10, 28), quality=60)


def transparent(strokes: Strokes, rng: Random) -> Picture:
    """A drawing program's PNG: ink of any colour on transparent paper."""
    share = write(strokes, rng, fill=(0.5, 0.9), pen=(0.04, 0.14))
    picture = np.zeros((*share.shape, 4), np.uint8)
    picture[..., :3] = pick([(0, 0, 0), (255, 255, 255), (40, 90, 220), (240, 220, 60)], rng)
    picture[..., 3] = 255 * share
    if rng.random() < 0.5:  # many programs leave black or white below transparent pixels
        picture[share == 0, :3] = rng.choice([0, 255])
    return picture


def cut_out(strokes: Strokes, rng: Random) -> Picture:
    """Opaque paper with round or slanting corners, transparent around."""
    picture = pen(strokes, rng)
    mask = np.zeros((300, 300), np.uint8)
    if rng.random() < 0.5:
        cv2.circle(mask, (150, 150), 175, 255, cv2.FILLED, cv2.LINE_AA)
    else:
        inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(0, 35, (4, 2))
        quad = np.array([[0, 0], [300, 0], [300, 300], [0, 300]]) + inward
        cv2.fillPoly(mask, [quad.astype(np.int32)], 255)
    picture[mask == 0] = 0
    return np.dstack([picture, mask])


def chalk(strokes: Strokes, rng: Random) -> Picture:
    """Chalk on a board with smears of what was wiped off."""
    share = grained(write(strokes, rng, pen=(0.07, 0.13)), rng, rough=0.3)
    board = sheet((300, 300), rng, pick([(45, 75, 60), (40, 42, 45), (55, 60, 70)], rng))
    smear = np.clip(clouds((300, 300), rng, grain=70), 0, 2) * np.float32(0.07)
    return photograph(lay(lay(board, smear, (220, 220, 215)), share, (235, 235, 228)), rng)


def whiteboard(strokes: Strokes, rng: Random) -> Picture:
    """A marker on a whiteboard in which a lamp shines."""
    color = pick([(30, 30, 35), (30, 60, 190), (200, 40, 45), (25, 130, 70)], rng)
    share = write(strokes, rng, pen=(0.06, 0.12))
    scene = lay(sheet((300, 300), rng, (190, 195, 200)), share, color, strength=0.85)
    ys, xs = np.mgrid[0:300, 0:300]
    x, y = rng.uniform(0, 300, 2)
    distance = ((xs - x) ** 2 + (ys - y) ** 2) / rng.uniform(30, 70) ** 2
    lamp = rng.uniform(40, 75) * np.exp(-distance)
    return photograph((scene + lamp[..., None]).astype(np.float32), rng)


def crop_to(picture: Picture, share: Share, margins: npt.NDArray[np.float64]) -> Picture:
    """Cut a picture at its ink, `margins` pixels away: left, top, right, bottom."""
    left, top, width, height = cv2.boundingRect((share > 0.2).astype(np.uint8))
    low, high = np.maximum([left, top] - margins[:2], 0), [left + width, top + height] + margins[2:]
    return np.ascontiguousarray(
        picture[int(low[1]) : int(high[1]) + 1, int(low[0]) : int(high[0]) + 1]
    )
