"""Read numbers as light and as dark ink where the picture leaves that open, and choose.

    number = read_both_ways(pixels, read, options)  # read(several, options)

What is read surely at first is not read again.
"""

from dataclasses import replace
from typing import Protocol

from digits.preprocessing.arrays import Image
from digits.preprocessing.ink_options import InkOptions
from digits.preprocessing.polarity import is_open
from digits.recognition.predictions import NumberPrediction

MOST = 30  # digits; a picture of more is not cropped to its ink, and reading it takes long


class ReadNumber(Protocol):
    """What reads one picture: `Recognizer` does."""

    def __call__(self, several: bool, options: InkOptions) -> NumberPrediction:
        """Read the digits of the picture, or all of its ink as one."""


def read_both_ways(image: Image, read: ReadNumber, options: InkOptions) -> NumberPrediction:
    """Read a picture of numbers in the polarity that gives the surest answer.

    Args:
        image: uint8 array, gray, RGB or RGBA.
        read: reads it.
        options: what is known of the picture.

    Returns:
        The first answer, if it is sure, or the picture does not leave its polarity open; else
        the surest of those for light ink, for dark ink and, if there is one digit at most,
        for a picture that it fills.
    """
    first = read(True, options)
    is_left_open = first.status == "unsure" and not first.message and len(first.digits) <= MOST
    if not is_left_open or not is_open(image, options):
        return first
    found = [first]
    found += [read(True, replace(options, polarity=each)) for each in ("light", "dark")]
    if len(first.digits) < 2:
        found.append(read(False, options))
    return max(found, key=lambda one: (one.status == "digit", one.confidence))
