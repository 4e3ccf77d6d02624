"""Read a picture both ways where its border does not tell ink from paper.

    inks = find_inks(image)  # the likeliest first; () when blank

A digit that stands on paper has paper all round. One that fills its picture, or that was
cut out along its ink, has ink and paper on its border, and either may be the commoner. Then
dark and light are each taken for ink, and the recognizer keeps what it is most certain of.
NumPy and OpenCV only.
"""

import cv2
import numpy as np

from digits.preprocessing.arrays import Gray, Image, Ink, shrink
from digits.preprocessing.background import MIN_CONTRAST, PAPER_SIDE, fit_slope, has_dark_ink
from digits.preprocessing.ink import (
    MAX_INK_SIDE,
    LocatedInk,
    find_even_paper,
    locate_ink,
    separate_gray,
    stretch_contrast,
    to_small_gray,
)
from digits.preprocessing.ink_options import FOUND, InkOptions

MIXED_SIDES = 2  # of a picture's four; with ink and paper on so many, either may be the ink
MAX_SLOPE = 0.5  # of the variance; with more of it in an even slope, the border shows its light
SOLID = 0.6  # of the ink's box; digits have a tenth to a half, a sheet on a table three quarters
CLIPPED = 0.05  # of the pixels; with so many quite black or white a picture is no photo
PAPER_SHARE = 2  # per cent of the pixels that are at least as far from the ink as the paper is


def find_inks(image: Image | LocatedInk, *, options: InkOptions = FOUND) -> tuple[LocatedInk, ...]:
    """Separate ink from paper, in each way that the picture allows.

    Args:
        image: as for `ink.find_ink`; ink that was found already is the only reading.
        options: what is known of the picture. With a polarity there is one reading.

    Returns:
        What `find_ink` finds first; then, where the border leaves it open, what is light
        and what is dark: these alone for an enlarged drawing that passes for a photo. After
        a sheet on a table that was taken for ink, what is dark on it. Nothing for a blank
        picture.

    Raises:
        ValueError: if `image` is of another dtype or shape, or has no pixels.
    """
    if isinstance(image, LocatedInk):
        return (image,)
    gray, is_cut_out = to_small_gray(image, MAX_INK_SIDE)
    inks = [separate_gray(gray, is_cut_out, keep_border=False, options=options)]
    if inks[0] is None:
        return ()
    if options.polarity == "found" and not is_cut_out:
        inks += other_readings(gray, inks[0])
        # What was cleaned as a photo is no reading of a drawing, whose strokes that breaks.
        if len(inks) == 3 and is_soft_drawing(gray):
            del inks[0]
    return tuple(locate_ink(ink, image.shape) for ink in inks if ink is not None)


def other_readings(gray: Gray, ink: Ink) -> list[Ink | None]:
    """Separate what else may be ink: what is light, what is dark, or the writing on a sheet."""
    if has_mixed_border(gray):
        return [lift_ink(gray), lift_ink(cv2.bitwise_not(gray))]
    if is_solid(ink) and find_even_paper(gray) is None and not has_dark_ink(gray):
        return [separate_gray(gray, False, keep_border=False, options=InkOptions(polarity="dark"))]
    return []


def is_solid(ink: Ink) -> bool:
    """Whether ink fills what it lies in, as a sheet does and no stroke but an upright one."""
    left, top, width, height = cv2.boundingRect(ink)
    window = ink[top : top + height, left : left + width]
    return bool(np.count_nonzero(window > 127) > SOLID * window.size)


def is_open(image: Image, options: InkOptions) -> bool:
    """Whether either the light or the dark part of a picture may be its ink."""
    if options.polarity != "found":
        return False
    gray, is_cut_out = to_small_gray(image, MAX_INK_SIDE)
    return not is_cut_out and has_mixed_border(gray)


def has_mixed_border(gray: Gray) -> bool:
    """Whether ink and paper share the border, so that it does not tell which is which."""
    sides = gray[0], gray[-1], gray[:, 0], gray[:, -1]
    if sum(int(side.max()) - int(side.min()) >= MIN_CONTRAST for side in sides) < MIXED_SIDES:
        return False
    threshold, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if sum(bool(side.max() > threshold >= side.min()) for side in sides) < MIXED_SIDES:
        return False
    small = shrink(gray, PAPER_SIDE)
    return float(fit_slope(small).var()) < MAX_SLOPE * float(small.var())


def is_soft_drawing(gray: Gray) -> bool:
    """Whether a picture is an enlarged drawing, with so little paper that it passes for a photo.

    Its paper is black or white; no light falls on it.
    """
    clipped = np.count_nonzero(gray == 0), np.count_nonzero(gray == 255)
    return find_even_paper(gray) is None and bool(max(clipped) >= CLIPPED * gray.size)


def lift_ink(gray: Gray) -> Gray | None:
    """Take what is light for ink, without looking for light and shadow; None when flat."""
    level = int(np.percentile(gray, PAPER_SHARE))
    return stretch_contrast(cv2.subtract(gray, np.full_like(gray, level)))
