"""Pictures of one digit as people hand them in, damaged in known ways; one function a kind.

    picture = KINDS["shadow"](digit.strokes, rng)  # uint8, gray, RGB or RGBA

For measuring only, never for training.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from benchmarks.accuracy.damage_kinds import (
    blurred,
    broad,
    chalk,
    cut_out,
    huge,
    jpeg,
    low_resolution,
    noisy,
    pen,
    pieces,
    small,
    tight,
    tiny,
    transparent,
    whiteboard,
)
from benchmarks.accuracy.materials import (
    INKS,
    RULES,
    STRONG_RULES,
    Color,
    Picture,
    Random,
    clouds,
    draw_frame,
    draw_rules,
    grained,
    lay,
    photograph,
    pick,
    sheet,
    write,
)
from digits.data.strokes import Strokes


def pencil(strokes: Strokes, rng: Random) -> Picture:
    """Pencil, a third to an eighth as dark as the paper is bright, with its grain."""
    share = grained(write(strokes, rng), rng, rough=0.3)
    gray = float(228 * (1 - rng.uniform(0.16, 0.4)))
    return photograph(lay(sheet((300, 300), rng), share, (gray, gray, gray)), rng)


def ruled(strokes: Strokes, rng: Random) -> Picture:
    """Pen on ruled or squared paper, its rules pale."""
    scene = draw_rules(
        sheet((300, 300), rng), rng, pick(RULES, rng), squared=rng.random() < 0.5, thick=0.005
    )
    return photograph(lay(scene, write(strokes, rng), pick(INKS, rng)), rng)


def strong_rules(strokes: Strokes, rng: Random) -> Picture:
    """Pen on paper whose blue, red or green rules are nearly as dark as the ink."""
    color, squared = pick(STRONG_RULES, rng), rng.random() < 0.5
    scene = draw_rules(sheet((300, 300), rng), rng, color, squared=squared, thick=0.007)
    return photograph(lay(scene, write(strokes, rng, pen=(0.06, 0.1)), pick(INKS[:2], rng)), rng)


def pencil_on_rules(strokes: Strokes, rng: Random) -> Picture:
    """Pencil on pale rules, about as dark as they are."""
    squared = rng.random() < 0.5
    scene = draw_rules(sheet((300, 300), rng), rng, pick(RULES, rng), squared=squared, thick=0.004)
    share = grained(write(strokes, rng), rng, rough=0.25)
    gray = float(rng.uniform(100, 150))
    return photograph(lay(scene, share, (gray, gray, gray)), rng)


def shadow(strokes: Strokes, rng: Random) -> Picture:
    """The shadow of a hand or a phone, its edge across the digit."""
    scene = lay(sheet((300, 300), rng), write(strokes, rng), pick(INKS, rng))
    angle, y_x = rng.uniform(0, 2 * np.pi), np.mgrid[0:300, 0:300].astype(np.float32)
    edge = np.cos(angle) * (y_x[1] - 150) + np.sin(angle) * (y_x[0] - 150)
    edge += rng.uniform(-70, 70) + 12 * clouds((300, 300), rng, grain=90)
    dark = 1 / (1 + np.exp(np.clip(-edge / rng.uniform(2, 15), -30, 30)))
    depth = rng.uniform(0.3, 0.6)
    return photograph((scene * (1 - depth * dark[..., None])).astype(np.float32), rng)


def coloured(strokes: Strokes, rng: Random) -> Picture:
    """Coloured ink on coloured paper, apart in hue more than in brightness."""
    pairs: Sequence[tuple[Color, Color]] = (
        ((200, 40, 50), (240, 225, 110)),
        ((30, 60, 170), (240, 170, 170)),
        ((20, 120, 60), (245, 190, 120)),
        ((230, 120, 20), (170, 215, 240)),
        ((120, 40, 140), (180, 220, 160)),
        ((225, 190, 40), (235, 235, 232)),
        ((220, 60, 140), (120, 190, 140)),
        ((240, 240, 235), (190, 60, 60)),
    )
    ink, paper = pairs[int(rng.integers(len(pairs)))]
    share = write(strokes, rng, pen=(0.06, 0.12))
    return photograph(lay(sheet((300, 300), rng, paper), share, ink), rng, darkest=0.75)


def thumb(strokes: Strokes, rng: Random) -> Picture:
    """A thumb or finger that holds the sheet, at one edge."""
    share = write(strokes, rng, fill=(0.4, 0.6))
    ys, xs = np.nonzero(share)
    finger = np.zeros((300, 300), np.uint8)
    sides = {"left": xs.min(), "right": 300 - xs.max(), "top": ys.min(), "bottom": 300 - ys.max()}
    reach = max(min(rng.uniform(25, 90), max(sides.values()) - 12), 6)
    place, along = max(sides, key=lambda name: sides[name]), rng.uniform(60, 240)
    center = {
        "left": (reach - 60, along),
        "right": (360 - reach, along),
        "top": (along, reach - 60),
        "bottom": (along, 360 - reach),
    }[place]
    x, y = round(center[0]), round(center[1])
    axes = (60, 38) if place in ("left", "right") else (38, 60)
    cv2.ellipse(finger, (x, y), axes, 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
    soft = cv2.GaussianBlur(finger, (0, 0), 2) / np.float32(255)
    skin = pick([(215, 165, 140), (180, 125, 100), (110, 70, 55)], rng)
    scene = lay(sheet((300, 300), rng), share, pick(INKS, rng))
    cast = cv2.GaussianBlur(np.roll(soft, (4, 4), (0, 1)), (0, 0), 6)[..., None]
    return photograph(lay(scene * (1 - 0.3 * cast), soft, skin, strength=1), rng)


def table(strokes: Strokes, rng: Random) -> Picture:
    """A sheet on a darker table that shows on all sides or on some."""
    share = write(strokes, rng, side=400, fill=(0.3, 0.5))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 400.0
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(8, 50, (4, 2))
    mask = np.zeros((400, 400), np.uint8)
    quad = np.round((corners + inward) * 16).astype(np.int32)
    cv2.fillPoly(mask, [quad], 255, cv2.LINE_AA, 4)
    wood = sheet((400, 400), rng, pick([(95, 65, 45), (45, 45, 50), (140, 110, 80)], rng))
    wood *= 1 + 0.05 * clouds((400, 400), rng, grain=25)[..., None]
    scene = lay(sheet((400, 400), rng), share, pick(INKS, rng))
    paper = (mask[..., None] / np.float32(255)).astype(np.float32)
    picture = photograph(wood * (1 - paper) + scene * paper, rng)
    left, top, right, bottom = rng.integers(0, 60, 4) * (rng.random(4) < 0.4)
    return np.ascontiguousarray(picture[top : 400 - bottom, left : 400 - right])


def frame(strokes: Strokes, rng: Random) -> Picture:
    """A photo of a form's box, with the digit in it."""
    scene = draw_frame(sheet((300, 300), rng), rng, pick([*RULES, *STRONG_RULES, INKS[0]], rng))
    share = write(strokes, rng, fill=(0.45, 0.72))
    return photograph(lay(scene, share, pick(INKS, rng)), rng)


def scanned_form(strokes: Strokes, rng: Random) -> Picture:
    """A scan of a form's box: its paper clipped to white, dust on it."""
    white = np.full((220, 220, 3), 255, np.float32)
    scene = draw_frame(white, rng, pick([(60, 60, 60), (150, 150, 150), (90, 120, 200)], rng))
    share = write(strokes, rng, side=220, fill=(0.45, 0.72))
    scene = lay(scene, grained(share, rng, rough=0.15), pick(INKS, rng))
    for x, y in rng.integers(0, 220, (rng.integers(0, 6), 2)).tolist():
        scene[y : y + 2, x : x + 2] = 90
    return cv2.cvtColor(scene.clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)


def notes_app(strokes: Strokes, rng: Random) -> Picture:
    """A screenshot of a notes app: even paper, exact rules, an even pen."""
    dark = rng.random() < 0.3
    paper: Color = (28, 28, 30) if dark else (255, 254, 248)
    rule: Color = (70, 70, 78) if dark else pick([(190, 210, 240), (215, 215, 220)], rng)
    scene = np.full((300, 300, 3), paper, np.float32)
    gap = int(rng.integers(40, 90))
    scene[int(rng.integers(gap)) :: gap] = rule
    if rng.random() < 0.5:
        scene[:, int(rng.integers(gap)) :: gap] = rule
    ink: Color = (245, 245, 245) if dark else pick(INKS, rng)
    return lay(scene, write(strokes, rng), ink, strength=1).clip(0, 255).astype(np.uint8)


def beside(strokes: Strokes, rng: Random) -> Picture:
    """Other things on the sheet: printed words, a scribble, a neighbour cut at the edge."""
    share = write(strokes, rng, side=300, fill=(0.4, 0.55))
    ys, xs = np.nonzero(share)
    other = np.zeros((300, 300), np.uint8)
    height = 0.25 if rng.random() < 0.5 else 0.4
    for y in (ys.min() - 14, ys.max() + 26):
        word = "".join(rng.choice(list("abcdefghknoprstuw ")) for _ in range(rng.integers(5, 22)))
        start = int(rng.integers(5, 120)), int(y)
        cv2.putText(other, word, start, cv2.FONT_HERSHEY_SIMPLEX, height, 255, 1, cv2.LINE_AA)
    cut = int(min(35, max(xs.min() - 12, 0)))
    if cut > 8:  # the neighbour's right half
        axes, angle = (cut - 2, int(rng.integers(30, 60))), float(rng.uniform(-20, 20))
        cv2.ellipse(other, (0, 150), axes, angle, -90, 90, 255, 6, cv2.LINE_AA)
    ink = pick(INKS, rng)
    scene = lay(
        sheet((300, 300), rng), (other / np.float32(255)).astype(np.float32), ink, strength=0.85
    )
    return photograph(lay(scene, share, ink), rng)


KINDS: dict[str, Callable[[Strokes, Random], Picture]] = {
    function.__name__: function
    for function in (
        pen,
        pencil,
        ruled,
        strong_rules,
        pencil_on_rules,
        shadow,
        coloured,
        thumb,
        table,
        pieces,
        frame,
        scanned_form,
        notes_app,
        beside,
        low_resolution,
        jpeg,
        blurred,
        noisy,
        transparent,
        cut_out,
        chalk,
        whiteboard,
        huge,
        tiny,
        broad,
        tight,
        small,
    )
}
