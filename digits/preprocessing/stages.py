"""Follow a picture of a digit on its way to 28 x 28: each step with its picture.

for step in follow_steps(image):
    print(step.name, step.sentence, step.picture.shape)
"""

from dataclasses import dataclass

from digits.preprocessing.arrays import Image, Ink, crop
from digits.preprocessing.ink import LocatedInk, find_ink
from digits.preprocessing.normalization import DIGIT_SIZE, IMAGE_SIZE, fit_digit


@dataclass(frozen=True, eq=False)
class Step:
    """One step.

    Attributes:
        name: in a few words.
        sentence: what happens, for somebody who has never heard of it.
        picture: what is there after it, uint8 (height, width), bright ink on black.
    """

    name: str
    sentence: str
    picture: Ink


def follow_steps(image: Image | LocatedInk) -> list[Step]:
    """Take the steps of `preprocess` one by one.

    Args:
        image: as for `preprocess`.

    Returns:
        Three steps; none for a picture without ink.
    """
    ink = find_ink(image)
    if ink is None:
        return []
    digit = fit_digit(ink.pixels)
    return [
        Step("Cut out", "Only the ink counts, not where it stands or how large it is.", ink.pixels),
        Step(
            "Shrunk",
            f"Its longest side becomes {DIGIT_SIZE} pixels, its lines turn soft and gray.",
            crop(digit),
        ),
        Step(
            "Centred",
            f"Its weight goes to the middle of {IMAGE_SIZE} × {IMAGE_SIZE}. This is all that is"
            " looked at.",
            digit,
        ),
    ]
