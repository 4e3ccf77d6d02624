"""How it saw it: a drawing on its way to 28 x 28, as small pictures."""

import cv2
import numpy as np
import numpy.typing as npt
import streamlit as st

from digits.app.prediction_view import enlarge_pixels, page_noun
from digits.preprocessing.arrays import Image, Ink
from digits.preprocessing.image_io import to_data_url
from digits.preprocessing.ink import LocatedInk
from digits.preprocessing.normalization import DIGIT_SIZE, IMAGE_SIZE
from digits.preprocessing.stages import follow_steps
from digits.recognition.predictions import NumberPrediction

ZOOM = 5  # screen pixels a side for each of 28 x 28
SIDE = ZOOM * IMAGE_SIZE  # screen pixels of a step's picture
STEP_WIDTH = 230  # screen pixels of a step's words
FRAME = (120, 150, 255)  # RGB, of the box around a digit; seen on black, beside white


def show_stages(ink: LocatedInk) -> None:
    """Show what becomes of one digit."""
    with st.container(horizontal=True, gap="medium"):
        for number, step in enumerate(follow_steps(ink), start=1):
            with st.container(width=STEP_WIDTH, gap="xsmall"):
                st.image(to_data_url(place_in_frame(step.picture)), alt=step.sentence, width=SIDE)
                st.markdown(f"**{number}. {step.name}.** {step.sentence}")


def show_number_stages(picture: Image, number: NumberPrediction) -> None:
    """Show where each digit was found, and what became of it."""
    noun = page_noun()
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=STEP_WIDTH, gap="xsmall"):
            st.image(
                to_data_url(frame_digits(picture, number)),
                alt=f"Each {noun} in a box",
                width=SIDE,
            )
            st.markdown(f"**1. Parted.** Ink that makes one {noun} together gets a box.")
        with st.container(width=2 * STEP_WIDTH, gap="xsmall"):
            with st.container(horizontal=True, gap="small"):
                for digit in number.digits:
                    model_input = digit.prediction.model_input
                    assert model_input is not None
                    st.image(
                        to_data_url(enlarge_pixels(model_input, ZOOM - 1)),
                        alt=f"What was looked at of the {digit.prediction.label}",
                    )
            st.markdown(
                f"**2. Shrunk and centred**, each by itself, to {IMAGE_SIZE} × {IMAGE_SIZE}. This"
                " is all that is looked at."
            )


def place_in_frame(picture: Ink) -> Ink:
    """Show a step's picture in a square of the size at which its pixels can be seen.

    Args:
        picture: uint8 (height, width), bright ink on black: of 28 pixels a side at
            most, or a larger one, which is shown as large as what comes of it.
    """
    height, width = picture.shape
    scale = ZOOM if max(height, width) <= IMAGE_SIZE else ZOOM * DIGIT_SIZE / max(height, width)
    kind = cv2.INTER_NEAREST if scale == ZOOM else cv2.INTER_AREA
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    shown = cv2.resize(picture, size, interpolation=kind)
    frame = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    frame[top : top + size[1], left : left + size[0]] = shown
    return frame


def frame_digits(picture: Image, number: NumberPrediction) -> npt.NDArray[np.uint8]:
    """Draw a box around each digit of a canvas, (280, 280) or (280, 280, 4)."""
    gray = picture if picture.ndim == 2 else picture[..., 0]
    framed: npt.NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(gray), cv2.COLOR_GRAY2RGB)
    for digit in number.digits:
        box = digit.box
        cv2.rectangle(framed, (box.x, box.y), (box.right - 1, box.bottom - 1), FRAME, 3)
    return framed
