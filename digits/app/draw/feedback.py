"""Right or wrong: ask what a drawing is, and keep it if the visitor wants."""

from typing import TYPE_CHECKING

import streamlit as st

from digits.app.canvas.drawing import Drawing
from digits.app.kept.access import Keeping, Visit, fingerprint
from digits.app.kept.session import get_keeping, get_visit, name_label, open_store, show_store_error
from digits.app.kept.store import KeptDrawing, StoreError
from digits.classes import REJECT_NAME
from digits.recognition.predictions import Prediction

if TYPE_CHECKING:  # TensorFlow is not needed to ask
    from streamlit.delta_generator import DeltaGenerator

    from digits.recognition.recognizer import Recognizer

MOST_PILLS = 12  # side by side; among more, one is found by typing it
RIGHT, WRONG = ":material/check: Right", ":material/close: Wrong"
# The place is held, also while nothing is asked: nothing below it moves.
STYLE = """
<style>
.st-key-verdict { min-height: 9.5rem; }
@media (max-width: 640px) { .st-key-verdict { min-height: 19rem; } }
</style>
"""


def ask_verdict(drawing: Drawing, prediction: "Prediction", recognizer: "Recognizer") -> None:
    """Ask whether a drawing was read right, and offer to keep it.

    Args:
        drawing: what was drawn.
        prediction: what it was read as; nothing is asked of a blank one.
        recognizer: whose reading that is.
    """
    if prediction.status == "blank":
        show_no_verdict("")
        return
    visit, name = get_visit(), fingerprint(drawing)
    keeping = get_keeping()
    answer, keep = show_places()
    with answer:
        label = ask_label(visit.labels.get(name), name, prediction)
        visit.judge(name, label, prediction)
    with keep:
        if keeping.is_on:
            offer_to_keep(keeping, visit, name, drawing, prediction, recognizer)
        elif label is not None:
            st.caption(f"{thank(visit)} Drawings are not kept here.")


def show_no_verdict(hint: str) -> None:
    """Hold the place of the questions while there is no digit to ask about.

    Args:
        hint: what to do to be asked, in a sentence; may be empty.
    """
    answer, _ = show_places()
    answer.caption(hint)


def show_places() -> "list[DeltaGenerator]":
    """Make two places side by side, below each other on a phone: for answer and keeping."""
    st.html(STYLE)
    with st.container(key="verdict"):
        return st.columns([5, 6], gap="large")


def ask_label(said: str | None, name: str, prediction: "Prediction") -> str | None:
    """Ask what the drawing is: right or wrong of a sure reading, a choice of a doubtful one.

    Args:
        said: what the visitor said before.
        name: of the drawing.
        prediction: what it was read as.

    Returns:
        What the visitor says; None before that.
    """
    classes = list(prediction.class_names)
    if prediction.status == "unsure":
        return choose_label([*classes, REJECT_NAME], said, name)
    answers = {prediction.label: RIGHT, None: None}
    verdict = st.segmented_control(
        "Is that right?",
        [RIGHT, WRONG],
        default=answers.get(said, WRONG),
        key=f"verdict_{name}",
    )
    if verdict == WRONG:
        others = [known for known in classes if known != prediction.label]
        return choose_label([*others, REJECT_NAME], said, name)
    return prediction.label if verdict == RIGHT else None


def choose_label(choices: list[str], said: str | None, name: str) -> str | None:
    """Let the visitor tap what the drawing is."""
    default = said if said in choices else None
    question, key = "What is it?", f"label_{name}"
    label: str | None
    if len(choices) <= MOST_PILLS:
        label = st.pills(question, choices, default=default, format_func=name_label, key=key)
    else:
        index = None if default is None else choices.index(default)
        label = st.selectbox(question, choices, index=index, format_func=name_label, key=key)
    return label


def thank(visit: Visit) -> str:
    """Thank the visitor, and tell how the readings of this visit went."""
    right, count = sum(visit.right.values()), len(visit.right)
    if count == 1:
        return "Thank you."
    return f"Thank you. {right} of {count} read right in this visit."


def offer_to_keep(
    keeping: Keeping,
    visit: Visit,
    name: str,
    drawing: Drawing,
    prediction: "Prediction",
    recognizer: "Recognizer",
) -> None:
    """Show the switch that keeps this drawing once it has a label, and do what it says."""
    label, kept = visit.labels.get(name), None
    if label is None:
        return  # what was kept before waits for the new answer
    if st.toggle("Keep this drawing", value=name in visit.kept, key=f"keep_{name}"):
        sha256 = recognizer.card.sha256
        kept = KeptDrawing.of(drawing, prediction, label=label, sha256=sha256)
    if kept is not None or name in visit.kept:  # else the database is not even opened
        try:
            visit.settle(open_store(keeping.url), name, kept)
        except StoreError as error:
            show_store_error(error, keeping)
            return
    if kept is not None:
        st.caption(f"Kept as: {name_label(kept.label)}. It lies under *Kept drawings*.")
    else:
        st.caption(f"{thank(visit)} {tell_what_is_kept(keeping)}")


def tell_what_is_kept(keeping: Keeping) -> str:
    """Say in a sentence what is stored, and where."""
    place = "on this server"
    if not keeping.is_public:
        place = "in a file on this computer" if keeping.is_in_a_file else "in your database"
    return (
        f"Keeping stores, {place}: the strokes, your answer, what was read, and when; no name,"
        " no address. You can delete it under *Kept drawings*."
    )
