"""Rectangles of a picture: in whole pixels, and between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor


@dataclass(frozen=True)
class Box:
    """A rectangle in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """One past its last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past its last row."""
        return self.y + self.height

    @classmethod
    def around(cls, boxes: Sequence["Box"]) -> "Box":
        """Return the smallest box that holds all."""
        x, y = min(box.x for box in boxes), min(box.y for box in boxes)
        right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
        return cls(x, y, right - x, bottom - y)


@dataclass(frozen=True)
class Rectangle:
    """A rectangle of a picture, in its pixels; x to the right, y downwards.

    Attributes:
        left, top: its upper left corner; 0, 0 is the corner of the first pixel.
        width, height: its sides.
    """

    left: float
    top: float
    width: float
    height: float

    def enclosing_box(self) -> Box:
        """Return the smallest box of whole pixels that holds it."""
        x, y = floor(self.left), floor(self.top)
        return Box(x, y, ceil(self.left + self.width) - x, ceil(self.top + self.height) - y)


def enlarge_box(box: Box, small: tuple[int, ...], large: tuple[int, ...]) -> Box:
    """Bring a box from the shrunk picture to the pixels of the original."""
    down, across = large[0] / small[0], large[1] / small[1]
    x, y = int(box.x * across), int(box.y * down)
    right, bottom = min(ceil(box.right * across), large[1]), min(ceil(box.bottom * down), large[0])
    return Box(x, y, right - x, bottom - y)
