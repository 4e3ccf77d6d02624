"""Measure how long pictures of noise, textures and crowds keep the reading of numbers busy.

    python -m benchmarks.robustness.number_noise --sides 512 2048

Each picture is made afresh (seed 0), in gray, black on white or both. A line a picture: CPU
seconds of the process, how many digits and lines are read, and what is said. Returns 1
when a picture takes more than `--limit` CPU seconds.

Times are of all threads together; `--threads 1` keeps OpenCV on one.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from digits.locations import MODEL_PATH
from digits.recognition.recognizer import Recognizer

Picture = npt.NDArray[np.uint8]  # (side, side), dark on light
Make = Callable[[int, np.random.Generator], Picture]

FONT = cv2.FONT_HERSHEY_SIMPLEX
GLYPH = 21  # pixels; the height of that font at scale 1


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each picture; return 1 if one took too long."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[512, 2048], help="pixels")
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    parser.add_argument("--limit", type=float, default=1.0, help="CPU seconds a picture")
    parser.add_argument("--threads", type=int, help="of OpenCV. Defaults to its own choice")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    if arguments.threads is not None:
        cv2.setNumThreads(arguments.threads)
    recognizer = Recognizer.load(MODEL_PATH)
    recognizer.predict_number(draw_digits(256, np.random.default_rng(0), 40))  # warm
    slow = 0
    for side in arguments.sides:
        for name, make in KINDS.items():
            if arguments.only not in name:
                continue
            picture = make(side, np.random.default_rng(arguments.seed))
            started = time.process_time()
            number = recognizer.predict_number(picture)
            seconds = time.process_time() - started
            slow += seconds > arguments.limit
            mark = "!" if seconds > arguments.limit else " "
            print(
                f"{side:5} {name:24} {seconds:7.2f} s{mark} {len(number.digits):5} digits"
                f" {len(number.lines):4} lines  {number.message}",
                flush=True,
            )
    print(f"{slow} took more than {arguments.limit:g} CPU seconds.")
    return int(slow > 0)


def sprinkle(side: int, rng: np.random.Generator, density: float, grain: int = 1) -> Picture:
    """Pepper: squares of `grain` pixels, each black with a probability."""
    count = -(-side // grain)
    cells = rng.uniform(size=(count, count)) < density
    return to_paper(np.kron(cells, np.ones((grain, grain)))[:side, :side] > 0)


def to_paper(inked: npt.NDArray[np.bool_]) -> Picture:
    """Make black ink on white paper."""
    return np.where(inked, 0, 255).astype(np.uint8)


def grain_photo(side: int, rng: np.random.Generator, sigma: float, blur: float = 0) -> Picture:
    """Gray noise, as of a sensor, coarser when blurred."""
    noise = rng.normal(0, 1, (side, side))
    if blur:
        noise = cv2.GaussianBlur(noise, (0, 0), blur)
        noise /= noise.std()
    return (128 + sigma * noise).clip(0, 255).astype(np.uint8)


def to_jpeg(picture: Picture, quality: int) -> Picture:
    """Compress and decompress."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def draw_stripes(side: int, _: np.random.Generator, period: int, angle: float) -> Picture:
    """Stripes as broad as the gaps between them."""
    ys, xs = np.indices((side, side))
    turned = np.rint(xs * np.cos(np.radians(angle)) + ys * np.sin(np.radians(angle)))
    return to_paper(turned % period < period / 2)


def draw_checkers(side: int, _: np.random.Generator, cell: int, gap: int = 0) -> Picture:
    """Draw a chessboard; with a gap its squares do not touch."""
    ys, xs = np.indices((side, side))
    inside = (xs % cell < cell - gap) & (ys % cell < cell - gap)
    return to_paper(((xs // cell + ys // cell) % 2 == 0) & inside)


def draw_text(side: int, rng: np.random.Generator, size: int, letters: str) -> Picture:
    """Draw a page of print: words of letters of one font, line under line."""
    page = np.full((side, side), 255, np.uint8)
    scale = size / GLYPH
    for bottom in range(2 * size, side - size // 2, round(1.8 * size)):
        words = ("".join(rng.choice([*letters], rng.integers(2, 9))) for _ in range(side // size))
        cv2.putText(
            page, " ".join(words), (size, bottom), FONT, scale, 0, max(size // 10, 1), cv2.LINE_AA
        )
    page[:, side - size :] = 255
    return page


def draw_digits(side: int, rng: np.random.Generator, size: int) -> Picture:
    """Draw digits in rows and columns, as many as find room."""
    page = np.full((side, side), 255, np.uint8)
    for bottom in range(round(1.3 * size), side - size // 4, round(1.5 * size)):
        for left in range(size // 2, side - size, round(1.2 * size)):
            digit = str(rng.integers(10))
            place = left, bottom
            thick = max(size // 9, 1)
            cv2.putText(page, digit, place, FONT, size / GLYPH, 0, thick, cv2.LINE_AA)
    return page


def draw_dots(side: int, rng: np.random.Generator, count: int, radius: int) -> Picture:
    """Draw round dots anywhere."""
    page = np.full((side, side), 255, np.uint8)
    for x, y in rng.integers(0, side, (count, 2)).tolist():
        cv2.circle(page, (x, y), radius, 0, cv2.FILLED)
    return page


def draw_rings(side: int, _: np.random.Generator, size: int) -> Picture:
    """Draw rings in rows and columns, as zeros are."""
    page = np.full((side, side), 255, np.uint8)
    for x in range(size, side - size, round(1.5 * size)):
        for y in range(size, side - size, round(1.5 * size)):
            cv2.circle(page, (x, y), size // 2, 0, max(size // 8, 1))
    return page


def draw_curves(side: int, rng: np.random.Generator, count: int, thick: int) -> Picture:
    """Scribbles: short bent strokes anywhere."""
    page = np.full((side, side), 255, np.uint8)
    for _ in range(count):
        steps = rng.normal(0, side / 60, (6, 2)).cumsum(axis=0)
        points = (rng.uniform(0, side, 2) + steps).astype(np.int32)
        cv2.polylines(page, [points], isClosed=False, color=0, thickness=thick)
    return page


def draw_spiral(side: int, _: np.random.Generator, pitch: float) -> Picture:
    """Draw one spiral from the middle outwards."""
    page = np.full((side, side), 255, np.uint8)
    turns = side / 2 / pitch
    angles = np.linspace(0, 2 * np.pi * turns, round(turns * 200) + 2)
    radius = pitch * angles / (2 * np.pi)
    points = side / 2 + np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    cv2.polylines(page, [points.astype(np.int32)], False, 0, max(round(pitch / 4), 1))
    return page


def draw_blob(side: int, _: np.random.Generator) -> Picture:
    """Draw one disc that nearly fills the picture."""
    page = np.full((side, side), 255, np.uint8)
    cv2.circle(page, (side // 2, side // 2), round(0.45 * side), 0, cv2.FILLED)
    return page


def draw_comb(side: int, _: np.random.Generator, period: int) -> Picture:
    """Draw one piece of ink with hundreds of teeth: each could be a digit, all hang together."""
    page = draw_stripes(side, _, period, 0)
    page[: side // 4] = page[-side // 4 :] = 255
    page[side // 2 - 2 : side // 2 + 2, side // 20 : -side // 20] = 0
    page[:, : side // 20] = page[:, -side // 20 :] = 255
    return page


def draw_gradient(side: int, _: np.random.Generator, waves: float) -> Picture:
    """Light that rises from left to right, over and over."""
    across = np.linspace(0, 2 * np.pi * waves, side)
    return np.tile(127.5 + 127.5 * np.sin(across), (side, 1)).astype(np.uint8)


def draw_grid(side: int, _: np.random.Generator, cell: int) -> Picture:
    """Squared paper."""
    ys, xs = np.indices((side, side))
    return to_paper((xs % cell < 2) | (ys % cell < 2))


def with_noise(picture: Picture, rng: np.random.Generator, sigma: float) -> Picture:
    """Photograph a picture with a poor sensor."""
    return (30 + 0.8 * picture + rng.normal(0, sigma, picture.shape)).clip(0, 255).astype(np.uint8)


def in_jpeg(make: Make, quality: int) -> Make:
    """Make a picture, compressed."""
    return lambda side, rng: to_jpeg(make(side, rng), quality)


def noisy(make: Make, sigma: float = 12) -> Make:
    """Make a picture, photographed with a poor sensor."""
    return lambda side, rng: with_noise(make(side, rng), rng, sigma)


def list_kinds() -> Iterator[tuple[str, Make]]:
    """Name all kinds of pictures."""
    for percent in (0.1, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 90, 98):
        yield f"pepper {percent} %", partial(sprinkle, density=percent / 100)
    for grain in (2, 4, 8, 16, 32):
        for percent in (2, 10, 30, 45):
            kind = partial(sprinkle, density=percent / 100, grain=grain)
            yield f"squares of {grain}, {percent} %", kind
    for sigma in (3, 20, 60):
        yield f"sensor noise {sigma}", partial(grain_photo, sigma=sigma)
    for blur in (1, 2, 4, 8, 16, 32):
        yield f"clouds {blur}", partial(grain_photo, sigma=50, blur=blur)
    for quality in (5, 30):
        yield f"JPEG of noise, {quality}", in_jpeg(partial(grain_photo, sigma=40, blur=1), quality)
        yield f"JPEG of pepper, {quality}", in_jpeg(partial(sprinkle, density=0.02), quality)
    yield "JPEG of digits, 10", in_jpeg(partial(draw_digits, size=30), 10)
    for period in (2, 4, 10, 40, 200):
        for angle in (0, 3, 45, 90):
            stripes = partial(draw_stripes, period=period, angle=angle)
            yield f"stripes of {period}, {angle} deg", stripes
    for cell in (1, 2, 5, 12, 40, 150):
        yield f"checkers of {cell}", partial(draw_checkers, cell=cell)
        if cell > 2:
            gap = max(cell // 6, 1)
            yield f"checkers of {cell}, gaps", partial(draw_checkers, cell=cell, gap=gap)
    for size in (8, 14, 24, 48):
        yield f"print {size}", partial(draw_text, size=size, letters="abcdefghijklmnopqrstuvwxyz")
        yield f"print of digits {size}", partial(draw_text, size=size, letters="0123456789")
        yield f"print {size}, noisy", noisy(partial(draw_text, size=size, letters="etaoinshr"))
    for size in (10, 14, 20, 30, 60):
        yield f"digits {size}", partial(draw_digits, size=size)
        yield f"digits {size}, noisy", noisy(partial(draw_digits, size=size))
    for count, radius in ((300, 6), (1000, 3), (2000, 8), (5000, 2), (20000, 3), (800, 20)):
        yield f"{count} dots of {radius}", partial(draw_dots, count=count, radius=radius)
    for size in (12, 25, 50, 120):
        yield f"rings {size}", partial(draw_rings, size=size)
    for count, thick in ((20, 6), (150, 3), (600, 2), (2000, 2), (600, 8)):
        yield f"{count} scribbles of {thick}", partial(draw_curves, count=count, thick=thick)
    for pitch in (6, 20, 80):
        yield f"spiral {pitch}", partial(draw_spiral, pitch=pitch)
    yield "blob", draw_blob
    for period in (6, 14, 40):
        yield f"comb {period}", partial(draw_comb, period=period)
    for waves in (0.25, 3, 50):
        yield f"gradient {waves}", partial(draw_gradient, waves=waves)
    for cell in (9, 30, 100):
        yield f"grid {cell}", partial(draw_grid, cell=cell)


KINDS = dict(list_kinds())

if __name__ == "__main__":
    sys.exit(main())
