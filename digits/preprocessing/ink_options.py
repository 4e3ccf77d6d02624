"""What a person may say of a picture before its ink is found.

    options = InkOptions(polarity="light", clean=False)

A module of its own, without NumPy and OpenCV: command lines read these options before they
load anything.
"""

from dataclasses import dataclass
from typing import Literal

Polarity = Literal["found", "dark", "light"]


@dataclass(frozen=True)
class InkOptions:
    """What a person may say of a picture, where it is not to be found by itself.

    Attributes:
        polarity: "dark" is dark ink on lighter paper, "light" is light on darker, and
            "found" leaves it to the picture. The ink of a cut-out drawing is what is
            not transparent, whatever is said. Defaults to "found".
        clean: whether light and shadow, printed lines, and what lies along a photo's
            border are taken away. Defaults to True.
    """

    polarity: Polarity = "found"
    clean: bool = True


FOUND = InkOptions()  # all is found by itself
