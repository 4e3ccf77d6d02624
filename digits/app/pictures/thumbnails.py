"""Small copies of pictures, with the digits found in them boxed and named.

    jpeg = draw_thumbnail(image, reading.digits)

A digit that is doubted has a box of another colour, dashed, and a question mark: no
meaning lies in colour alone.
"""

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from digits.preprocessing.arrays import Image, Rgb, shrink, to_rgb
from digits.preprocessing.geometry import Box
from digits.recognition.predictions import DigitPrediction

Color = tuple[int, int, int]

MAX_THUMBNAIL_SIDE = 640  # pixels; over twice what a card of the page is wide, for sharp screens
MIN_THUMBNAIL_SIDE = 320  # pixels; smaller pictures are enlarged, or their boxes would hide them
MAX_ENLARGED = 1600  # pixels; no strip of a few rows is made longer than this
SURE_COLOR: Color = (38, 79, 214)
DOUBTFUL_COLOR: Color = (176, 74, 0)  # white on either has a contrast of 5 or more
HALO: Color = (255, 255, 255)
BOX_MARGIN = 6  # pixels of the small copy between ink and box
DASH = 3  # a line's widths
LINE_SHARE, LINE_WIDTHS = 0.025, (2, 5)  # of a digit's height; pixels
TAG_SHARE, TAG_HEIGHTS = 0.3, (14, 48)  # of a digit's height; pixels
QUALITY = 85  # of JPEG


def draw_thumbnail(image: Image, digits: Sequence[DigitPrediction] = ()) -> bytes:
    """Draw a small copy of a picture, with a box and a tag for each digit.

    Args:
        image: uint8 array, gray, RGB or RGBA.
        digits: what was found, in pixels of `image`. Defaults to nothing.

    Returns:
        A JPEG file of at most 640 pixels, or 1600 for one of few a side.
    """
    small = enlarge_tiny(to_rgb(shrink(np.ascontiguousarray(image), MAX_THUMBNAIL_SIDE)))
    picture = Pillow.fromarray(small)
    pen = ImageDraw.Draw(picture)
    across, down = picture.width / image.shape[1], picture.height / image.shape[0]
    for digit in digits:
        draw_digit(pen, Frame.around(digit.box, across, down, picture.size), digit)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def enlarge_tiny(image: Rgb) -> Rgb:
    """Enlarge a tiny picture, each pixel to a square."""
    longest = max(image.shape[:2])
    factor = max(min(-(-MIN_THUMBNAIL_SIDE // longest), MAX_ENLARGED // longest), 1)
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


class Frame(NamedTuple):
    """A box on the small copy, a little wider than the ink: pixels, ends included."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, box: Box, across: float, down: float, size: tuple[int, int]) -> "Frame":
        """Frame a box of the picture, within the small copy."""
        width, height = size
        return cls(
            max(round(box.x * across) - BOX_MARGIN, 1),
            max(round(box.y * down) - BOX_MARGIN, 1),
            min(round(box.right * across) + BOX_MARGIN, width - 2),
            min(round(box.bottom * down) + BOX_MARGIN, height - 2),
        )


def draw_digit(pen: ImageDraw.ImageDraw, frame: Frame, digit: DigitPrediction) -> None:
    """Draw one digit's box, and its tag above, below or inside."""
    is_sure = digit.prediction.status == "digit"
    color = SURE_COLOR if is_sure else DOUBTFUL_COLOR
    if frame.left >= frame.right or frame.top >= frame.bottom:
        return
    width = portion(frame, LINE_SHARE, LINE_WIDTHS)
    pen.rectangle(frame, outline=HALO, width=width + 2)
    if is_sure:
        pen.rectangle(frame, outline=color, width=width)
    else:
        draw_dashed(pen, frame, color, width)
    draw_tag(pen, frame, f"{digit.prediction.label}{'' if is_sure else '?'}", color)


def portion(frame: Frame, share: float, ends: tuple[int, int]) -> int:
    """Return a share of a frame's height, in whole pixels between two ends."""
    return round(min(max(share * (frame.bottom - frame.top), ends[0]), ends[1]))


def draw_dashed(pen: ImageDraw.ImageDraw, frame: Frame, color: Color, width: int) -> None:
    """Draw the sides of a frame as dashes."""
    dash = DASH * width
    for x in range(frame.left, frame.right, 2 * dash):
        for y in (frame.top, frame.bottom - width + 1):
            pen.rectangle((x, y, min(x + dash, frame.right), y + width - 1), fill=color)
    for y in range(frame.top, frame.bottom, 2 * dash):
        for x in (frame.left, frame.right - width + 1):
            pen.rectangle((x, y, x + width - 1, min(y + dash, frame.bottom)), fill=color)


def draw_tag(pen: ImageDraw.ImageDraw, frame: Frame, text: str, color: Color) -> None:
    """Write what was read, above, below or inside the box, wherever the picture has room."""
    height = portion(frame, TAG_SHARE, TAG_HEIGHTS)
    font = ImageFont.load_default(size=0.8 * height)
    width = round(font.getlength(text) + 0.5 * height)
    top = frame.top - height
    if top < 0:
        has_room = frame.bottom + height < pen.im.size[1]
        top = frame.bottom + 1 if has_room else frame.top
    left = min(frame.left, pen.im.size[0] - width)
    pen.rectangle((left, top, left + width, top + height), fill=color)
    middle = (left + width / 2, top + height / 2)
    pen.text(middle, text, fill=HALO, font=font, anchor="mm")
