"""The mistakes of the model: in words, as a matrix to choose a cell of, and as pictures."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digits.app.model.charts import CELL, confusion_chart
from digits.app.model.wording import (
    describe_cell,
    describe_mistakes,
    describe_taken,
    format_percent,
    measure_command,
    names_of,
)
from digits.app.theme import get_palette
from digits.classes import worded
from digits.evaluation.model_summary import DigitSet, ModelAbout
from digits.preprocessing.image_io import to_data_url
from digits.recognition.model_report.schema import (
    Misread,
    SetDetails,
)

MOST_BESIDE = 12  # classes of a matrix that has its pictures beside it
ZOOM = 3  # screen pixels a side for each pixel of a digit
STYLE = """
<style>
/* The page keeps its height when another cell is chosen. */
.st-key-pictures { min-height: 36rem; }
.st-key-gallery [data-testid="stImage"] { gap: .75rem .5rem; }
</style>
"""


def show_mistakes(about: ModelAbout) -> None:
    """Show what the model gets wrong."""
    st.html(STYLE)
    st.header("What it gets wrong")
    if not about.digits:
        text = worded("No digits were measured with this model.", names_of(about))
        st.info(text, icon=":material/straighten:")
        return
    st.markdown("\n".join(f"- {line}" for line in describe_mistakes(about)))
    if about.others:
        st.header(worded("What passes for a digit", names_of(about)))
        st.markdown("\n".join(f"- {line}" for line in describe_taken(about)))
    st.header("What is read as what")
    if not about.details.sets:
        missing = "The digits were not counted by what they are read as."
        problem = about.problems.details or worded(missing, names_of(about))
        st.info(problem, icon=":material/grid_on:")
        command = measure_command(about.card, about.path.name)
        st.code(command, language=None, wrap_lines=True)
        return
    show_matrix(about)


@st.fragment
def show_matrix(about: ModelAbout) -> None:
    """Let the visitor choose a cell of a confusion matrix, and show its mistakes."""
    with_details = [one for one in about.digits if one.name in about.details.sets]
    one = choose_set(about, with_details, "matrix_set")
    if one is None:
        return
    details = about.details.sets[one.name]
    if {st.session_state.get("written", ""), st.session_state.get("read", "")} - {
        "",
        *details.classes,
    }:
        st.session_state.written = st.session_state.read = ""  # of another model's classes
    is_large = len(details.classes) > MOST_BESIDE
    left, right = (st.container(), st.container()) if is_large else st.columns(2, gap="medium")
    with left:
        board = st.container()  # above the boxes, whose choice it frames
        truth, reading = choose_cell(details)
        with board:
            show_chart(one, details, truth, reading)
    with right, st.container(key="pictures"):
        st.markdown(f"**{describe_cell(details, truth, reading)}**")
        show_pictures(one, details, truth, reading)


def choose_set(about: ModelAbout, sets: Sequence[DigitSet], key: str) -> DigitSet | None:
    """Let the visitor choose a data set; None when there is none."""
    by_name = {one.name: one for one in sets}
    if not by_name:
        return None
    name = st.selectbox(
        "Data set",
        list(by_name),
        format_func=lambda name: (
            by_name[name].title + worded(f", {by_name[name].count:,} digits", names_of(about))
        ),
        key=key,
        on_change=forget_click,
    )
    return by_name[name]


def choose_cell(details: SetDetails) -> tuple[str, str]:
    """Let the visitor choose, without a mouse, what was written and what was read."""
    options = ["", *details.classes]
    with st.container(horizontal=True):  # columns would stack on a phone
        chosen = [
            st.selectbox(
                label,
                options,
                format_func=lambda name: name or worded("any digit", details.classes),
                key=key,
                on_change=forget_click,
            )
            for label, key in (("Written as", "written"), ("Read as", "read"))
        ]
    return chosen[0] or "", chosen[1] or ""


def show_chart(one: DigitSet, details: SetDetails, truth: str, reading: str) -> None:
    """Show the matrix; a click on a cell chooses it."""
    version = st.session_state.get("matrix_version", 0)
    key = f"matrix_{one.name}_{version}"
    named = ", ".join(f"{a} as {b or 'not read'} {n}" for a, b, n in details.confusions)
    st.altair_chart(
        confusion_chart(details, truth, reading, get_palette()),
        key=key,
        on_select=lambda: take_click(key, version),
        alt=f"Confusion matrix of {one.title}. Written and read as: {named or 'all right'}.",
    )


def take_click(key: str, version: int) -> None:
    """Choose the cell that was clicked in the matrix; a click beside it chooses all.

    A browser that is busy tells once more of the click in a matrix that is gone.
    """
    if version != st.session_state.get("matrix_version", 0):
        return
    cells = st.session_state[key]["selection"].get(CELL) or [{"written": "", "read": ""}]
    read = cells[0]["read"]
    st.session_state.written = cells[0]["written"]
    st.session_state.read = "" if read == "not read" else read


def forget_click() -> None:
    """Start the matrix afresh, so that the cell clicked before can be clicked again."""
    st.session_state.matrix_version = st.session_state.get("matrix_version", 0) + 1


def show_pictures(one: DigitSet, details: SetDetails, truth: str, reading: str) -> None:
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
    part = "" if len(details.misread) == details.wrong else f" The {len(details.misread)} that it"
    if part:
        part += f" was most certain of are kept, of {details.wrong}."
    st.caption(f"As the network saw them, with its confidence.{part} {credit_of(one)}")
    with st.container(key="gallery"):
        st.image(
            [to_data_url(enlarge(picture)) for picture in shown],
            caption=[describe_misread(picture) for picture in shown],
            alt=[f"A {picture.truth}, read as {picture.reading}" for picture in shown],
            width=28 * ZOOM,
        )


def credit_of(one: DigitSet) -> str:
    """Return whose digits these are: what a set's sentence has in brackets."""
    return f"Source: {one.about[one.about.rindex('(') + 1 : -2]}." if "(" in one.about else ""


def describe_misread(one: Misread) -> str:
    """Write what was misread as what, and how surely."""
    sure = "" if one.is_sure else ", unsure"
    return f"{one.truth} → {one.reading}  \n{format_percent(one.confidence, 0)}{sure}"


def enlarge(one: Misread) -> np.ndarray:
    """Enlarge a digit without smoothing its pixels."""
    return np.kron(one.picture, np.ones((ZOOM, ZOOM), np.uint8))
