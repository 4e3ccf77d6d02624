"""What every view shows of a reading, and the recognizer that they share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st

from digits.app.sentences import escape_markdown, without_folders
from digits.app.theme import get_palette
from digits.classes import DIGIT_CLASSES, ClassNames, class_noun, with_article
from digits.evaluation.formats import format_confidence
from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import to_data_url
from digits.preprocessing.normalization import ModelInput
from digits.recognition.background_loader import FileIdentity, file_identity, start_loading
from digits.recognition.errors import ModelProcessError, RecognizerError
from digits.recognition.model_card import CardError, ModelCard
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

Pixel = TypeVar("Pixel", np.float32, np.uint8)

# Shown after half a second: a model that has its compiled form is there before.
COMPILING = "Compiling this model: about ten seconds, once."
MOST_BARS = 12  # of a chart; more names cannot be read on a phone
SEEN_ZOOM = 5  # screen pixels a side for each pixel that the network saw
SEEN_ALT = "The drawing as the model saw it: 28 by 28 pixels, white on black."


def page_noun() -> str:
    """Return what the page's model reads, "digit" or "letter", before that is loaded."""
    return class_noun(page_class_names())


def page_class_names() -> ClassNames:
    """Return what the page's model tells apart, before that is loaded."""
    return read_class_names(MODEL_PATH, file_identity(MODEL_PATH))


@st.cache_data(show_spinner=False, max_entries=2)
def read_class_names(path: Path, identity: FileIdentity) -> ClassNames:
    """Read from a model's card what it tells apart; the digits where there is none.

    Args:
        path: of the model.
        identity: of its files, so that another version of either is read again.
    """
    try:
        return ModelCard.load(path).class_names
    except (CardError, OSError):  # said when the model is loaded
        return DIGIT_CLASSES


def find_recognizer() -> Recognizer | None:
    """Return the server's recognizer; None, after a sentence on why, when there is none."""
    loading = start_loading(MODEL_PATH)
    if not loading.done():
        with st.spinner(COMPILING):
            loading.exception()
    try:
        recognizer = loading.result()
    except RecognizerError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if recognizer.warning:
        st.warning(recognizer.warning, icon=":material/warning:")
    return recognizer


@contextmanager
def stop_when_model_ends() -> Iterator[None]:
    """Say in a sentence that the process of a model ended, and end this run of the page.

    Only a network that LiteRT cannot run has such a process; the next run starts it again.
    """
    try:
        yield
    except ModelProcessError as error:
        st.error(escape_markdown(without_folders(str(error))), icon=":material/error:")
        st.stop()


def show_answer(prediction: Prediction) -> None:
    """Show the digit large, or the two between which the model hesitates, or neither."""
    answer = str(prediction.label)
    label = f"This is {with_article(answer).split()[0]}"
    confidence = f"{format_confidence(prediction.confidence)} sure"
    if prediction.status == "unsure" and not prediction.is_in_distribution:
        label, answer = f"Hardly a {class_noun(prediction.class_names)}", f"{prediction.label}?"
        confidence = f"{format_confidence(prediction.in_distribution_probability)} that it is one"
    elif prediction.status == "unsure":
        label, answer = "Not sure", " or ".join(prediction.candidates[:2])
    st.metric(label, answer, confidence, delta_color="off", delta_arrow="off", width="content")


def show_model_input(model_input: ModelInput) -> None:
    """Show the 28 x 28 picture, each pixel as a square."""
    st.image(
        to_data_url(enlarge_pixels(model_input)),
        caption="What the model saw",
        alt=SEEN_ALT,
        width="content",
    )


def enlarge_pixels(picture: npt.NDArray[Pixel], zoom: int = SEEN_ZOOM) -> npt.NDArray[Pixel]:
    """Draw each pixel of (28, 28) or (28, 28, 1) as a square of `zoom` screen pixels a side."""
    rows = picture.reshape(picture.shape[:2]).repeat(zoom, axis=0)
    return rows.repeat(zoom, axis=1)


def show_probabilities(prediction: Prediction) -> None:
    """Draw one bar a digit, the best one in the page's colour; of many classes, the best."""
    shares = dict(zip(prediction.class_names, prediction.probabilities, strict=True))
    noun = class_noun(prediction.class_names)
    title = f"Probability of each {noun}"
    if len(shares) > MOST_BARS:
        shares = {name: shares[name] for name in prediction.candidates[:MOST_BARS]}
        title = f"Probability of the {MOST_BARS} likeliest {noun}s"
    rows = [
        {
            "name": name,
            "probability": share,
            "best": name == prediction.label,
            "label": format_confidence(share),
        }
        for name, share in shares.items()
    ]
    # Vega-Lite's own words: Altair would take 0.4 s and 27 MB at the first reading.
    bars = {
        "data": {"values": rows},
        "title": title,
        "height": 190,
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "x": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelAngle": 0, "ticks": False},
            },
            "y": {
                "field": "probability",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "title": None,
                "axis": {"format": "%", "values": [0, 0.5, 1]},
            },
            "tooltip": [
                {"field": "name", "type": "nominal", "title": noun},
                {"field": "label", "type": "nominal", "title": "probability"},
            ],
            "color": {
                "condition": {"test": "datum.best", "value": get_palette().primary},
                "value": "#9aa1b5",
            },
        },
    }
    highest = ", ".join(
        f"{name}: {format_confidence(shares[name])}" for name in prediction.candidates[:3]
    )
    st.vega_lite_chart(bars, alt=f"Probability of each {noun}. The highest: {highest}.")
