"""What the page shows of several digits drawn side by side."""

import streamlit as st

from digits.app.prediction_view import enlarge_pixels, page_noun
from digits.evaluation.formats import format_confidence
from digits.preprocessing.image_io import to_data_url
from digits.recognition.predictions import NumberPrediction, Prediction

TILE_WIDTH = 76  # screen pixels; four stand side by side on a phone


def show_number(number: NumberPrediction) -> None:
    """Show the number large, and each of its digits with its own confidence."""
    noun, digits = page_noun(), [digit.prediction for digit in number.digits]
    share = f"{format_confidence(number.confidence)} sure of all {noun}s"
    st.metric(
        "These are" if len(digits) > 1 else "This is",
        number.text,
        share,
        delta_color="off",
        delta_arrow="off",
        width="content",
    )
    with st.container(horizontal=True, gap="xsmall"):
        for digit in digits:
            show_digit(digit)
    doubtful = [digit for digit in digits if digit.status == "unsure"]
    if number.messages:
        st.caption(" ".join(number.messages))
    elif doubtful:
        st.caption(describe_doubts(doubtful))
    elif number.status == "unsure":
        st.caption("Not sure of the whole number. Drawn more clearly, it is easier to read.")
    else:
        st.caption(f"Each {noun} was read by itself.")


def show_digit(prediction: Prediction) -> None:
    """Show what was seen of one digit, and how sure its reading is."""
    assert prediction.model_input is not None
    is_unsure = prediction.status == "unsure"
    with st.container(width=TILE_WIDTH, gap="xxsmall"):
        st.image(
            to_data_url(enlarge_pixels(prediction.model_input)),
            alt=f"What the model saw of the {prediction.label}",
            width=TILE_WIDTH,
        )
        mark = "? :orange-badge[doubtful]" if is_unsure else ""
        st.markdown(f"**{prediction.label}**{mark}")
        st.caption(format_confidence(prediction.confidence))


def describe_doubts(doubtful: list[Prediction]) -> str:
    """Say in a sentence which digits are doubtful, and what else they could be."""
    either = [" or ".join(prediction.candidates[:2]) for prediction in doubtful]
    return f"Doubtful: {', '.join(either)}. Drawn more clearly, they are easier to read."
