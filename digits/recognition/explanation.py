"""Tell which ink spoke for the digit that was read, and which against.

    explainer = Explainer(Recognizer.load())
    explanation = explainer.explain(image)  # None when there is no ink
    picture = draw_explanation(explanation, image)  # blue spoke for, orange against

Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep
networks", 2017): the drawing fades in from black paper, and each pixel is credited
with its part of what the score gains on the way. The score is the digit's logit less
its rival's, so the map answers "why a 4 and not a 9?". A logit by itself would credit
ink that raises all ten alike, which changes no reading.

Only ink is credited: that a stroke is missing speaks too, but not in this map.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Image, Rgb, shrink, to_rgb
from digits.preprocessing.geometry import Rectangle
from digits.preprocessing.ink import MAX_INK_SIDE, LocatedInk
from digits.preprocessing.normalization import IMAGE_SIZE, ModelInput, locate_digit
from digits.recognition.recognizer import Recognizer

Attribution = npt.NDArray[np.float32]  # (28, 28), in logits, positive = spoke for

TINY = 1e-37  # floor that nothing is divided below
SHARING = 1.0  # pixels of 28; standard deviation with which neighbouring ink shares
FULL_QUANTILE = 0.97  # quantile of the ink's evidence that is drawn in full colour
SHOW = 0.7  # power that lifts weak evidence, which dark ink would swallow
# RGB; seen on black and on white, and told apart by colour-blind people.
FOR, AGAINST = (40, 120, 230), (235, 125, 0)


@dataclass(frozen=True)
class Explanation:
    """Why one picture was read as `digit` and not as `rival`.

    Attributes:
        digit: the class that is explained.
        rival: the class that it is compared with.
        attribution: float32 (28, 28), what each pixel of the model input added to the
            score; positive spoke for the digit, negative for the rival, 0 = paper.
        score: logit of the digit less that of the rival, for the picture.
        baseline_score: the same for black paper; `attribution` sums to the difference.
        model_input: what the network saw, float32 (28, 28, 1) in [0, 1].
        box: the part of the picture that model input and attribution show.
        ink: the ink of the picture, for `draw_explanation`.
    """

    digit: str
    rival: str
    attribution: Attribution
    score: float
    baseline_score: float
    model_input: ModelInput
    box: Rectangle
    ink: LocatedInk


class Explainer:
    """Explains a recognizer's readings. It keeps no state: visitors share it.

    >>> import digits, numpy as np
    >>> canvas = np.zeros((280, 280), np.uint8)
    >>> canvas[50:230, 130:150] = 255  # a one

    >>> explainer = digits.Explainer(digits.Recognizer.load())
    >>> explanation = explainer.explain(canvas)
    >>> explanation.digit, explanation.attribution.shape
    ('1', (28, 28))
    """

    def __init__(self, recognizer: Recognizer) -> None:
        """Take the recognizer whose readings are to be explained."""
        self.recognizer = recognizer

    def explain(
        self, image: Image | LocatedInk, *, digit: str | None = None, rival: str | None = None
    ) -> Explanation | None:
        """Explain why a picture is read as it is.

        Args:
            image: uint8 array of shape (height, width), (height, width, 3) or
                (height, width, 4), any polarity; or its ink, where that was found before.
            digit: name of the class to explain. Defaults to the one that is read.
            rival: name of the class to compare it with. Defaults to the most probable
                other one.

        Returns:
            The explanation; None when there is no ink.

        Raises:
            ValueError: if `image` is of another dtype or shape, or `digit` and `rival`
                are not two of the model's classes.
            IncompatibleModelError: if LiteRT cannot compute the network's gradients.
        """
        ink = self.recognizer.choose_ink(image)
        if ink is None:
            return None
        model_input, box = locate_digit(ink)
        candidates = self.recognizer.predict_inputs([model_input])[0].candidates
        digit = digit or next(name for name in candidates if name != rival)
        rival = rival or next(name for name in candidates if name != digit)
        if digit == rival or not {digit, rival} <= set(candidates):
            known = ", ".join(sorted(candidates))
            raise ValueError(f"Expected two of {known}. Received: {digit} and {rival}")
        names = self.recognizer.card.class_names
        pixels, scores = self.recognizer.engine.explain(
            model_input, label=names.index(digit), rival=names.index(rival)
        )
        attribution = share_with_neighbours(pixels, model_input[..., 0])
        baseline_score, score = scores.tolist()
        return Explanation(digit, rival, attribution, score, baseline_score, model_input, box, ink)


def share_with_neighbours(pixels: Attribution, ink: npt.NDArray[np.float32]) -> Attribution:
    """Let each pixel share its evidence with the ink around it, by amount of ink.

    Gradients of a network alternate from pixel to pixel, where a person sees one
    stroke. Nothing is lost, so the sum stays, and paper gets nothing.

    Args:
        pixels: evidence of each pixel, float32 (28, 28).
        ink: float32 (28, 28) in [0, 1], 0 = paper.

    Returns:
        float32 array of shape (28, 28).
    """
    around = blur(ink)
    evidence = np.divide(pixels, around, out=np.zeros_like(pixels), where=ink > 0)
    return ink * blur(evidence)


def blur(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Blur with a Gaussian of standard deviation `SHARING`; black beyond the edges."""
    blurred: npt.NDArray[np.float32] = cv2.GaussianBlur(
        plane, (0, 0), SHARING, borderType=cv2.BORDER_CONSTANT
    )
    return blurred


def draw_explanation(explanation: Explanation, image: Image) -> Rgb:
    """Colour the ink of a picture: blue spoke for the digit, orange against it.

    >>> import digits, numpy as np
    >>> canvas = np.zeros((280, 280), np.uint8)
    >>> canvas[50:230, 130:150] = 255  # a one
    >>> explainer = digits.Explainer(digits.Recognizer.load())
    >>> digits.draw_explanation(explainer.explain(canvas), canvas).shape
    (280, 280, 3)

    Args:
        explanation: what `explain` returned for this picture.
        image: uint8 array of shape (height, width), (height, width, 3) or
            (height, width, 4), any polarity.

    Returns:
        uint8 array (height, width, 3), the picture with its ink coloured, the more so
        the more it said; shrunk where a side was longer than 1024 pixels.
    """
    small = shrink(np.ascontiguousarray(image), MAX_INK_SIDE)
    picture = to_rgb(small).astype(np.float32)
    evidence = evidence_of_strokes(explanation)
    scale = small.shape[1] / image.shape[1], small.shape[0] / image.shape[0]
    place = explanation.ink.place
    left = min(round(place.left * scale[0]), small.shape[1] - 1)
    top = min(round(place.top * scale[1]), small.shape[0] - 1)
    width = min(max(round(place.width * scale[0]), 1), small.shape[1] - left)
    height = min(max(round(place.height * scale[1]), 1), small.shape[0] - top)
    ink = cv2.resize(explanation.ink.pixels, (width, height), interpolation=cv2.INTER_AREA)
    # One pixel of 28 x 28 in pixels of the picture, from centre to centre.
    step_x = explanation.box.width * scale[0] / IMAGE_SIZE
    step_y = explanation.box.height * scale[1] / IMAGE_SIZE
    move = np.array(
        [
            [step_x, 0, explanation.box.left * scale[0] - left + step_x / 2 - 0.5],
            [0, step_y, explanation.box.top * scale[1] - top + step_y / 2 - 0.5],
        ]
    )
    strength = cv2.warpAffine(evidence, move, (width, height), flags=cv2.INTER_LINEAR)
    colors = np.array([AGAINST, FOR], np.float32)
    color = colors[(strength > 0).astype(np.uint8)]  # (height, width, 3)
    opacity = (np.abs(strength) ** SHOW * (ink / np.float32(255)))[..., np.newaxis]
    part = picture[top : top + height, left : left + width]
    part += opacity * (color - part)
    return picture.round().astype(np.uint8)


def evidence_of_strokes(explanation: Explanation) -> npt.NDArray[np.float32]:
    """What the ink around each pixel says, in [-1, 1], float32 (28, 28).

    It reaches a little beyond the ink, so that a stroke's edge has the stroke's colour.
    """
    drawn = explanation.model_input[..., 0]
    ink, said = blur(drawn), blur(explanation.attribution)
    evidence = np.divide(said, ink, out=np.zeros_like(said), where=ink > 1e-3)
    full = float(np.quantile(np.abs(evidence[drawn > 0.5]), FULL_QUANTILE))
    scaled: npt.NDArray[np.float32] = np.clip(evidence / max(full, TINY), -1, 1)
    return scaled
