"""What was read in pictures: a line that sums it up, a gallery, a table, a CSV file."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digits.app.pictures.gallery import BroughtPicture, summarize, to_rows
from digits.app.pictures.reading import PictureOptions, PictureReading, PictureStatus
from digits.app.pictures.state import PicturesState
from digits.app.sentences import escape_markdown
from digits.classes import class_noun
from digits.evaluation.formats import format_confidence
from digits.recognition.recognizer import Recognizer
from digits.recognition.result_rows import write_csv

PICTURES_PER_PAGE = 24  # pictures shown at once: a phone has little memory
MOST_FAILURES_OPEN = 5  # as many are listed openly
CARDS_PER_ROW = 3  # cards a row; on a phone one
Pair = tuple[BroughtPicture, PictureReading]


@dataclass(frozen=True)
class Badge:
    """How a card says what came of its picture; `{noun}` in the label is a digit or letter."""

    label: str
    icon: str
    color: Literal["green", "orange", "gray", "red"]


BADGES: Mapping[PictureStatus, Badge] = {
    "digit": Badge("Read", ":material/check:", "green"),
    "unsure": Badge("Please check", ":material/help:", "orange"),
    "blank": Badge("No {noun}", ":material/visibility_off:", "gray"),
    "error": Badge("Not readable", ":material/error:", "red"),
}


def show_results(
    state: PicturesState,
    options: PictureOptions,
    recognizer: Recognizer,
    headline: DeltaGenerator,
) -> None:
    """Show all that was read with these options by this model.

    Args:
        state: with the pictures.
        options: how they were read.
        recognizer: what read them.
        headline: the place for the line that sums it up.
    """
    st.html(Path(__file__).with_suffix(".css"))
    card = recognizer.card
    pairs = state.gallery.ordered(options, recognizer.sha256)
    noun = class_noun(card.class_names)
    show_summary([reading for _, reading in pairs], noun, headline)
    show_actions(state, pairs, card.class_names)
    pictures, table = st.tabs(["Pictures", "Table"])
    with pictures:
        show_gallery(state, pairs, noun)
    with table:
        show_results_table(pairs, noun)


def show_summary(readings: Sequence[PictureReading], noun: str, headline: DeltaGenerator) -> None:
    """Say what came of all: above the rest, and in the title of the browser's tab."""
    summary = summarize(readings, noun)
    headline.header(summary, anchor=False)
    st.set_page_config(page_title=summary)
    if all(reading.status == "error" for reading in readings):
        st.error(
            "None of these files could be read. PNG and JPEG pictures work best.",
            icon=":material/error:",
        )
    elif not any(reading.number for reading in readings):
        st.info(
            f"No {noun} was found. Write clearly and large, or try the options above.",
            icon=":material/visibility_off:",
        )


def show_actions(state: PicturesState, pairs: Sequence[Pair], class_names: Sequence[str]) -> None:
    """Show what can be done with all; the file is that of `predict.py --several`."""
    text = io.StringIO()
    write_csv(to_rows(pairs, class_names), text)
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV",
            text.getvalue(),
            file_name=f"{class_noun(class_names)}s.csv",
            mime="text/csv",
            icon=":material/download:",
            key="download",
            on_click="ignore",
        )
        st.button(
            "Remove all",
            icon=":material/delete:",
            key="remove_all",
            on_click=state.remove,
            args=[None],
        )


def show_gallery(state: PicturesState, pairs: Sequence[Pair], noun: str) -> None:
    """Show what could not be read in a line each, then a page of pictures."""
    failed = [pair for pair in pairs if pair[1].status == "error"]
    if failed:
        show_failures(state, failed)
    seen = [pair for pair in pairs if pair[1].status != "error"]
    pages = max(-(-len(seen) // PICTURES_PER_PAGE), 1)
    top = st.container()
    page = st.pagination(pages, key="page") if pages > 1 else 1
    shown = seen[(page - 1) * PICTURES_PER_PAGE : page * PICTURES_PER_PAGE]
    for start in range(0, len(shown), CARDS_PER_ROW):
        columns = top.columns(CARDS_PER_ROW)
        for column, (picture, reading) in zip(
            columns, shown[start : start + CARDS_PER_ROW], strict=False
        ):
            with column.container(border=True, key=f"card{picture.index}", height="stretch"):
                show_picture_card(state, picture, reading, noun)


def show_failures(state: PicturesState, failed: Sequence[Pair]) -> None:
    """Show the files that could not be read, and why; of many the list is closed."""
    files = "1 file" if len(failed) == 1 else f"{len(failed)} files"
    is_short = len(failed) <= MOST_FAILURES_OPEN
    with st.expander(f"{files} could not be read", is_short, icon=":material/error:"):
        for picture, reading in failed:
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                wrap=False,
                key=f"failed{picture.index}",
            ):
                st.markdown(
                    f"**{escape_markdown(picture.name)}**  \n{escape_markdown(reading.message)}",
                    width="stretch",
                )
                remove_button(state, picture)


def show_picture_card(
    state: PicturesState, picture: BroughtPicture, reading: PictureReading, noun: str
) -> None:
    """Show one picture, its number, how sure that is, and what to know of it."""
    badge = BADGES[reading.status]
    label = badge.label.format(noun=noun)
    st.image(reading.thumbnail, alt=f"{picture.name}: {reading.number or label}", width="stretch")
    if reading.number:
        st.subheader(reading.number.replace(" ", " · "), anchor=False)
        label = f"{label} · {format_confidence(reading.confidence)} sure"
    st.badge(label, icon=badge.icon, color=badge.color)
    if reading.message:
        st.markdown(escape_markdown(reading.message))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[{escape_markdown(picture.name)}]", width="stretch")
        remove_button(state, picture)


def remove_button(state: PicturesState, picture: BroughtPicture) -> None:
    """Show the button that lets go of one picture."""
    st.button(
        "Remove",
        type="tertiary",
        icon=":material/close:",
        key=f"remove{picture.index}",
        help=f"Remove {escape_markdown(picture.name)}",
        on_click=state.remove,
        args=[picture],
    )


def show_results_table(pairs: Sequence[Pair], noun: str) -> None:
    """Show one line a picture."""
    rows = [
        {
            "File": picture.name,
            "Number": one.number,
            "Sure": format_confidence(one.confidence) if one.number else "",
            "Result": BADGES[one.status].label.format(noun=noun),
            "Good to know": one.message,
        }
        for picture, one in pairs
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={"Number": st.column_config.TextColumn(width="medium")},
        alt="One line a picture: its file, number, how sure, the result, what is good to know",
        key="table",
    )
