"""Right or wrong: ask what a drawing is, and save it if the visitor wants."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digits.app.canvas.drawing import Drawing
from digits.app.kept.records import LabelledDrawing
from digits.app.kept.session import get_policy, get_visit, name_label, open_store, show_store_error
from digits.app.kept.store import StoreError
from digits.app.kept.visit import Visit
from digits.classes import REJECT_NAME
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

MAX_PILLS = 12  # next to each other; among more, one is found by typing it
RIGHT, WRONG = ":material/check: Right", ":material/close: Wrong"
# The place is held, also while nothing is asked: nothing below it moves.
STYLE = """
<style>
.st-key-verdict { min-height: 9.5rem; }
@media (max-width: 640px) { .st-key-verdict { min-height: 19rem; } }
</style>
"""
WHAT_IS_KEPT = (
    "Keeping stores, on the server of this page: the strokes, your answer, what was read, and"
    " when, with a random number for your browser; no name, no address. You can delete it under"
    " *Kept drawings*."
)


def ask_feedback(drawing: Drawing, prediction: Prediction, recognizer: Recognizer) -> None:
    """Ask whether the reading of a drawing is correct, and offer to save it.

    Args:
        drawing: what was drawn.
        prediction: of the drawing; nothing is asked of a blank one.
        recognizer: that made it.
    """
    if prediction.status == "blank":
        show_feedback_hint("")
        return
    visit, name, policy = get_visit(), drawing.fingerprint, get_policy()
    answer, keep = show_places()
    with answer:
        label = ask_label(visit.labels.get(name), name, prediction)
        visit.set_label(name, label, prediction)
    with keep:
        if label is None:
            return  # what was saved before waits for the new answer
        if policy.can_save:
            sha256 = recognizer.sha256
            labelled = LabelledDrawing.of(drawing, prediction, label=label, sha256=sha256)
            offer_to_save(policy.url, visit, name, labelled)
        else:
            st.caption(f"{thank(visit)} Drawings are not kept here.")


def show_feedback_hint(hint: str) -> None:
    """Hold the place of the questions while there is no digit to ask about.

    Args:
        hint: what to do to be asked, in a sentence; may be empty.
    """
    answer, _ = show_places()
    answer.caption(hint)


def show_places() -> "list[DeltaGenerator]":
    """Make two places side by side, below each other on a phone: for answer and saving."""
    st.html(STYLE)
    with st.container(key="verdict"):
        return st.columns([5, 6], gap="large")


def ask_label(said: str | None, name: str, prediction: Prediction) -> str | None:
    """Ask what the drawing is: right or wrong of a sure reading, a choice of a doubtful one.

    Args:
        said: what the visitor said before.
        name: of the drawing.
        prediction: of the drawing.

    Returns:
        What the visitor says; None before that.
    """
    choices = [*prediction.class_names, REJECT_NAME]
    if prediction.status == "unsure":
        return choose_label(choices, said, name)
    answers = {prediction.label: RIGHT, None: None}
    answer = st.segmented_control(
        "Is that right?",
        [RIGHT, WRONG],
        default=answers.get(said, WRONG),
        key=f"verdict_{name}",
    )
    if answer == WRONG:
        return choose_label([known for known in choices if known != prediction.label], said, name)
    return prediction.label if answer == RIGHT else None


def choose_label(choices: list[str], said: str | None, name: str) -> str | None:
    """Let the visitor tap what the drawing is."""
    default = said if said in choices else None
    question, key = "What is it?", f"label_{name}"
    label: str | None
    if len(choices) <= MAX_PILLS:
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
    return f"Thank you. {right} of {count} readings in this visit were correct."


def offer_to_save(url: str, visit: Visit, name: str, labelled: LabelledDrawing) -> None:
    """Show the switch that saves a drawing, and do what it says."""
    is_wanted = st.toggle("Keep this drawing", value=name in visit.saved, key=f"keep_{name}")
    if is_wanted or name in visit.saved:  # else the database is not even opened
        try:
            visit.save(open_store(url), name, labelled if is_wanted else None)
        except StoreError as error:
            show_store_error(error)
            return
    if is_wanted:
        st.caption(f"Kept as: {name_label(labelled.label)}. It lies under *Kept drawings*.")
    else:
        st.caption(f"{thank(visit)} {WHAT_IS_KEPT}")
