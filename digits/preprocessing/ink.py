"""Separate ink from paper: drawings, photos and scans, of any polarity and colour.

    ink = find_ink(image)  # None when blank
    ink.pixels             # (height, width), 0 = paper, 255 = ink
    ink.place              # where in the picture

The first half of preprocessing: NumPy and OpenCV only.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.preprocessing.arrays import OPAQUE, Gray, Image, Ink, check_image, compose_over, shrink
from digits.preprocessing.background import MIN_CONTRAST, clean_photo, darken_ink, threshold_photo
from digits.preprocessing.geometry import Rectangle
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.preprocessing.ruled_lines import Ruling, remove_lines

MAX_INK_SIDE = 1024  # pixels; larger pictures are shrunk first, a digit needs no more
MIN_PHOTO_SIDE = 48  # pixels; smaller photos are enlarged first, or smoothing takes their strokes
EDGE_LEVEL = 0.1  # of the ink's contrast; below it is antialiasing or JPEG noise
EVEN_SHARE = 0.2  # of the pixels; a drawing has that many of one level, a photo not
MIN_COMPONENT = 0.06  # of the largest piece's area; smaller ones are specks


@dataclass(frozen=True, eq=False)
class LocatedInk:
    """The ink of one picture: found once, and handed on to whatever asks for it.

    Attributes:
        pixels: uint8 array of shape (height, width), at most 1024 a side, 0 = paper,
            255 = ink, soft at the edges, without empty rows and columns around it.
        place: the part of the picture that it fills, in the picture's own pixels. They
            are larger than those of `pixels` where a tiny photo was enlarged, and smaller
            where a large picture was shrunk.
    """

    pixels: Ink
    place: Rectangle


def find_ink(image: Image | LocatedInk, *, options: InkOptions = FOUND) -> LocatedInk | None:
    """Separate ink from paper, and drop specks.

    Args:
        image: uint8 array of shape (height, width), (height, width, 3) RGB or
            (height, width, 4) RGBA, [0, 255], any polarity and paper colour; or ink that
            was found already, which is returned.
        options: what is known of the picture. Defaults to nothing.

    Returns:
        The ink; None when there is none.

    Raises:
        ValueError: if `image` is of another dtype or shape, or has no pixels.
    """
    if isinstance(image, LocatedInk):
        return image
    ink = separate_ink(image, max_side=MAX_INK_SIDE, options=options)
    return None if ink is None else locate_ink(ink, image.shape)


def locate_ink(ink: Ink, shape: tuple[int, ...]) -> LocatedInk:
    """Drop specks, and say where in a picture of `shape` the rest lies."""
    left, top, width, height = cv2.boundingRect(ink)
    kept = drop_specks(ink[top : top + height, left : left + width])
    x, y, width, height = cv2.boundingRect(kept)
    # The picture may have been shrunk or enlarged: its own pixels are of another size.
    across, down = shape[1] / ink.shape[1], shape[0] / ink.shape[0]
    place = Rectangle((left + x) * across, (top + y) * down, width * across, height * down)
    return LocatedInk(kept[y : y + height, x : x + width], place)


def separate_ink(
    image: Image,
    *,
    max_side: int,
    keep_border: bool = False,
    options: InkOptions = FOUND,
    rulings: list[Ruling] | None = None,
) -> Ink | None:
    """Separate ink from paper, without a choice of what belongs to the digit.

    Args:
        image: as for `find_ink`.
        max_side: pixels; a larger picture is shrunk first.
        keep_border: whether ink stays that touches the picture's border, as of a page.
        options: as for `find_ink`.
        rulings: gets the printed lines that are taken off, in the pixels of the result.

    Returns:
        uint8 array, the whole picture shrunk or enlarged, 0 = paper, 255 = ink. None
        when there is no ink.
    """
    gray, is_cut_out = to_small_gray(image, max_side)
    return separate_gray(
        gray, is_cut_out, keep_border=keep_border, options=options, rulings=rulings
    )


def to_small_gray(image: Image, max_side: int) -> tuple[Gray, bool]:
    """Check a picture, shrink it to `max_side` pixels, and reduce it as `to_gray` does."""
    check_image(image)
    return to_gray(shrink(np.ascontiguousarray(image), max_side))


def separate_gray(
    gray: Gray,
    is_cut_out: bool,
    *,
    keep_border: bool,
    options: InkOptions,
    rulings: list[Ruling] | None = None,
) -> Ink | None:
    """Separate ink from paper in what `to_gray` returned."""
    is_found = options.polarity == "found" or is_cut_out
    is_dark_ink = None if is_found else options.polarity == "dark"
    level = find_even_paper(gray)
    if level is None:
        gray = darken_ink(enlarge_small(gray), is_dark_ink)
        if options.clean:
            return clean_photo(gray, keep_border=keep_border, rulings=rulings)
        return threshold_photo(gray)
    if is_dark_ink is None:
        contrast = contrast_with(gray, level)
    else:
        contrast = contrast_on_side(gray, is_dark_ink)
    ink = stretch_contrast(contrast)
    return ink if ink is None or not options.clean else remove_lines(ink, 0, rulings)


def enlarge_small(gray: Gray) -> Gray:
    """Enlarge a small picture smoothly to `MIN_PHOTO_SIDE` pixels or more."""
    factor = -(-MIN_PHOTO_SIDE // max(gray.shape))
    if factor <= 1:
        return gray
    return cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def to_gray(image: Image) -> tuple[Gray, bool]:
    """Reduce a picture to one plane in which ink and paper differ.

    Args:
        image: uint8 array, gray, RGB or RGBA.

    Returns:
        uint8 array of shape (height, width), [0, 255], any polarity; and whether the
        picture is cut out: ink alone, on transparent paper. Then the plane is alpha. Else
        it is the brightness, in which coloured rules are faint; or red, green or blue
        where one of them varies more than twice as much: yellow ink on white paper is seen
        in blue alone.
    """
    if image.ndim == 2:
        return image, False
    spread = cv2.meanStdDev(image)[1][:, 0]
    if image.shape[2] == 4 and spread[3] > 0:
        alpha, rgb = cv2.extractChannel(image, 3), cv2.cvtColor(image, cv2.COLOR_RGBA2RGB)
        opaque = cv2.compare(alpha, OPAQUE, cv2.CMP_GE)
        contrast = cv2.meanStdDev(rgb, mask=opaque)[1].max()
        if 2 * cv2.countNonZero(opaque) < opaque.size or contrast < MIN_CONTRAST / 2:
            return alpha, True
        image = compose_over(image, np.median(rgb[opaque > 0], axis=0))
    to_brightness = cv2.COLOR_RGBA2GRAY if image.shape[2] == 4 else cv2.COLOR_RGB2GRAY
    brightness = cv2.cvtColor(image, to_brightness)
    if 2 * cv2.meanStdDev(brightness)[1][0, 0] >= spread[:3].max():
        return brightness, False
    return cv2.extractChannel(image, int(spread[:3].argmax())), False


def find_even_paper(gray: Gray) -> int | None:
    """Find the one gray level of a drawing's paper; None for a photo.

    A drawing has a fifth of its pixels at exactly one level, which stands out from
    the levels around it. The paper of a photo spreads over many.
    """
    # Counting is the slow part: a grid of some 100 x 100 pixels tells as much.
    step = 1 + max(gray.shape) // 128
    grid = np.ascontiguousarray(gray[::step, ::step])
    counts = cv2.calcHist([grid], [0], None, [256], [0, 256]).ravel().astype(np.intp)
    level = int(counts.argmax())
    # A photo has flat parts as well, once JPEG has made blocks of its shades.
    reach, share = (8, 0.6) if level in (0, 255) else (40, 0.85)
    around = counts[max(level - reach, 0) : level + reach + 1].sum()
    is_even = counts[level] >= max(share * around, EVEN_SHARE * counts.sum())
    return level if is_even else None


def contrast_on_side(gray: Gray, is_dark_ink: bool) -> Gray:
    """Subtract a drawing's paper where it is told which side of it the ink is on.

    The paper is then the commonest level of the lighter or the darker half, and need
    not be the commonest of all: broad ink may cover more.
    """
    dark_ink = darken_ink(gray, is_dark_ink)
    threshold, _ = cv2.threshold(dark_ink, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    counts = np.bincount(dark_ink.ravel(), minlength=256)
    first = int(threshold) + 1
    level = first + int(counts[first:].argmax()) if counts[first:].any() else int(threshold)
    return cv2.subtract(np.full_like(dark_ink, level), dark_ink)


def contrast_with(gray: Gray, level: int) -> Gray:
    """Subtract paper of one level, in the direction in which the picture differs more.

    Args:
        gray: uint8 array of shape (height, width), [0, 255], any polarity.
        level: of the paper, [0, 255].

    Returns:
        uint8 array of the same shape, 0 = paper.
    """
    paper = np.full_like(gray, level)
    lighter, darker = cv2.subtract(gray, paper), cv2.subtract(paper, gray)
    return lighter if cv2.norm(lighter) > cv2.norm(darker) else darker


def stretch_contrast(contrast: Gray) -> Ink | None:
    """Make ink of a drawing's contrast, with its gray edges kept.

    Args:
        contrast: uint8 array of shape (height, width), 0 = paper.

    Returns:
        uint8 array of the same shape, 0 = paper, 255 = ink; None when the picture
        is flat.
    """
    _, top, _, _ = cv2.minMaxLoc(contrast)
    if top < MIN_CONTRAST:
        return None
    _, strong = cv2.threshold(contrast, 0.75 * top, 0, cv2.THRESH_TOZERO)
    full = cv2.sumElems(strong)[0] / cv2.countNonZero(strong)
    _, ink = cv2.threshold(contrast, EDGE_LEVEL * full, 0, cv2.THRESH_TOZERO)
    return cv2.convertScaleAbs(ink, alpha=255 / full)


def drop_specks(ink: Ink) -> Ink:
    """Remove pieces far smaller than the largest one; a detached bar stays."""
    # Labels with statistics take four times as long, and most drawings are one piece.
    count, labels = cv2.connectedComponents(ink)
    if count <= 2:  # the paper and one piece
        return ink
    area = np.bincount(labels.ravel(), minlength=count)
    keep = area >= MIN_COMPONENT * area[1:].max()
    keep[0] = False
    return ink * keep[labels]
