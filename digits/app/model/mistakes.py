"""The mistakes of the model: in words, as a matrix to choose a cell of, and as pictures."""

from pathlib import Path

import streamlit as st

from digits.app.model.measuring import choose_set, say_how_to_measure
from digits.app.model.wording import describe_cell, describe_false_accepts, describe_mistakes
from digits.app.prediction_view import enlarge_pixels
from digits.app.theme import get_palette
from digits.classes import class_noun
from digits.evaluation.charts import CELL, confusion_chart
from digits.evaluation.formats import format_percent
from digits.evaluation.model_summary import DigitSet, ModelAbout
from digits.preprocessing.image_io import to_data_url
from digits.recognition.model_report.schema import Misread, SetDetails

MAX_NARROW_CLASSES = 12  # classes of a matrix that has its pictures next to it
MISREAD_ZOOM = 3  # screen pixels a side for each pixel of a digit


def show_mistakes(about: ModelAbout) -> None:
    """Show what the model gets wrong."""
    st.html(Path(__file__).with_suffix(".css"))
    st.header("What it gets wrong")
    if not about.digits:
        say_how_to_measure(about)
        return
    st.markdown("\n".join(f"- {line}" for line in describe_mistakes(about)))
    if about.negatives:
        st.header(f"What passes for a {about.noun}")
        st.markdown("\n".join(f"- {line}" for line in describe_false_accepts(about)))
    st.header("What is read as what")
    if not about.details.sets:
        missing = f"The {about.noun}s were not counted by what they are read as."
        say_how_to_measure(about, about.problems.details or missing)
        return
    show_matrix(about)


@st.fragment
def show_matrix(about: ModelAbout) -> None:
    """Let the visitor choose a cell of a confusion matrix, and show its mistakes."""
    with_details = [one for one in about.digits if one.name in about.details.sets]
    one = choose_set(about, with_details, "matrix_set", on_change=forget_click)
    if one is None:
        return
    details, state = about.details.sets[one.name], st.session_state
    if not {state.get("written", ""), state.get("read", "")} <= {"", *details.classes}:
        state.written = state.read = ""  # they are of another model's classes
    is_large = len(details.classes) > MAX_NARROW_CLASSES
    left, right = (st.container(), st.container()) if is_large else st.columns(2, gap="medium")
    with left:
        board = st.container()  # above the boxes, whose choice it frames
        truth, reading = choose_cell(details)
        with board:
            show_chart(one, details, truth, reading)
    with right, st.container(key="pictures"):
        st.markdown(f"**{describe_cell(details, truth, reading)}**")
        show_misread(one, details, truth, reading)


def choose_cell(details: SetDetails) -> tuple[str, str]:
    """Let the visitor choose, without a mouse, what was written and what was read."""
    options = ["", *details.classes]
    with st.container(horizontal=True):  # columns would stack on a phone
        chosen = [
            st.selectbox(
                label,
                options,
                format_func=lambda name: name or f"any {class_noun(details.classes)}",
                key=key,
                on_change=forget_click,
            )
            for label, key in (("Written as", "written"), ("Read as", "read"))
        ]
    return chosen[0] or "", chosen[1] or ""


def show_chart(one: DigitSet, details: SetDetails, truth: str, reading: str) -> None:
    """Show the matrix; a click on a cell chooses it."""
    version = matrix_version()
    key = f"matrix_{one.name}_{version}"
    named = ", ".join(f"{a} as {b or 'not read'} {n}" for a, b, n in details.confusions)
    st.altair_chart(
        confusion_chart(details, truth, reading, get_palette()),
        key=key,
        on_select=lambda: take_click(key, version),
        alt=f"Confusion matrix of {one.title}. Written and read as: {named or 'all right'}.",
    )


def take_click(key: str, version: int) -> None:
    """Choose the cell that was clicked in the matrix; a click outside chooses all.

    A browser that is busy tells once more of the click in a matrix that is gone.
    """
    if version != matrix_version():
        return
    cells = st.session_state[key]["selection"].get(CELL) or [{"written": "", "read": ""}]
    read = cells[0]["read"]
    st.session_state.written = cells[0]["written"]
    st.session_state.read = "" if read == "not read" else read


def forget_click() -> None:
    """Start the matrix afresh, so that the cell clicked before can be clicked again."""
    st.session_state.matrix_version = matrix_version() + 1


def matrix_version() -> int:
    """Return the number of this visit's chart; another one has no clicked cell."""
    return st.session_state.get("matrix_version", 0)


def show_misread(one: DigitSet, details: SetDetails, truth: str, reading: str) -> None:
    """Show the misread digits of the chosen cell, row or column."""
    shown = [
        picture
        for picture in details.misread
        if truth in ("", picture.truth) and reading in ("", picture.reading)
    ]
    if not details.misread and details.wrong:
        st.caption("The pictures of this set are not ours to show.")
        return
    if not shown:
        st.caption("There is no mistake to show here." if truth != reading or not truth else "")
        return
    kept, part = len(details.misread), ""
    if kept != details.wrong:
        part = f" The {kept} that it was most certain of are kept, of {details.wrong}."
    st.caption(f"As the network saw them, with its confidence.{part} {credit_of(one)}")
    with st.container(key="gallery"):
        st.image(
            [to_data_url(enlarge_pixels(picture.picture, MISREAD_ZOOM)) for picture in shown],
            caption=[describe_misread(picture) for picture in shown],
            alt=[f"A {picture.truth}, read as {picture.reading}" for picture in shown],
            width=28 * MISREAD_ZOOM,
        )


def credit_of(one: DigitSet) -> str:
    """Return whose digits these are: what a set's sentence has in brackets."""
    return f"Source: {one.about[one.about.rindex('(') + 1 : -2]}." if "(" in one.about else ""


def describe_misread(one: Misread) -> str:
    """Write what was misread as what, and how surely."""
    sure = "" if one.is_sure else ", unsure"
    return f"{one.truth} → {one.reading}  \n{format_percent(one.confidence, 0)}{sure}"
