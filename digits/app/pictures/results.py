"""What was read in pictures: a line that sums it up, a gallery, a table, a CSV file."""

import io
from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digits.app.pictures.gallery import Gallery, Picture, summarize, to_rows
from digits.app.pictures.reading import PictureOptions, PictureReading, PictureStatus
from digits.app.prediction_view import format_share, worded
from digits.recognition.model_card import ModelCard
from digits.recognition.result_rows import write_csv

PAGE = 24  # pictures shown at once: a phone has little memory
FAILURES = 5  # as many are listed openly
ACROSS = 3  # cards a row; on a phone one
Pair = tuple[Picture, PictureReading]

BADGES: Mapping[PictureStatus, tuple[str, str, Literal["green", "orange", "gray", "red"]]] = {
    "digit": ("Read", ":material/check:", "green"),
    "unsure": ("Please check", ":material/help:", "orange"),
    "blank": ("No digit", ":material/visibility_off:", "gray"),
    "error": ("Not readable", ":material/error:", "red"),
}

# Cards of a row are alike in height, whatever the pictures' shapes.
STYLE = """
<style>
[class*="st-key-card"] [data-testid="stImage"] img {
    height: 13rem; object-fit: contain; border-radius: .4rem;
    background: color-mix(in srgb, currentColor 7%, transparent);
}
[class*="st-key-card"] h3 { padding: 0; overflow-wrap: anywhere; line-height: 1.2; }
[class*="st-key-card"] p { overflow-wrap: anywhere; }
</style>
"""


def show_results(
    gallery: Gallery, options: PictureOptions, card: ModelCard, headline: DeltaGenerator
) -> None:
    """Show all that was read with these options by the model of this card.

    Args:
        gallery: the pictures.
        options: how they were read.
        card: of the model that read them.
        headline: the place for the line that sums it up.
    """
    st.html(STYLE)
    pairs = gallery.ordered(options, card.sha256)
    show_summary([reading for _, reading in pairs], headline)
    show_actions(gallery, pairs, card.class_names)
    pictures, table = st.tabs(["Pictures", "Table"])
    with pictures:
        show_gallery(gallery, pairs)
    with table:
        show_table(pairs)


def show_summary(readings: Sequence[PictureReading], headline: DeltaGenerator) -> None:
    """Say what came of all: above the rest, and in the title of the browser's tab."""
    summary = worded(summarize(readings))
    headline.header(summary, anchor=False)
    st.set_page_config(page_title=summary)
    if all(reading.status == "error" for reading in readings):
        st.error(
            "None of these files could be read. PNG and JPEG pictures work best.",
            icon=":material/error:",
        )
    elif not any(reading.number for reading in readings):
        st.info(
            worded("No digit was found. Write clearly and large, or try the options above."),
            icon=":material/visibility_off:",
        )


def show_actions(gallery: Gallery, pairs: Sequence[Pair], class_names: Sequence[str]) -> None:
    """Show what can be done with all."""
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV",
            to_csv(pairs, class_names),
            file_name=worded("digits.csv"),
            mime="text/csv",
            icon=":material/download:",
            key="download",
            on_click="ignore",
        )
        st.button(
            "Remove all",
            icon=":material/delete:",
            key="remove_all",
            on_click=remove,
            args=[gallery, None],
        )


def to_csv(pairs: Sequence[Pair], class_names: Sequence[str]) -> str:
    """Write the rows of `predict.py --several`."""
    text = io.StringIO()
    write_csv(to_rows(pairs, class_names), text)
    return text.getvalue()


def show_gallery(gallery: Gallery, pairs: Sequence[Pair]) -> None:
    """Show what could not be read in a line each, then a page of pictures."""
    failed = [pair for pair in pairs if pair[1].status == "error"]
    if failed:
        show_failures(gallery, failed)
    seen = [pair for pair in pairs if pair[1].status != "error"]
    pages = max(-(-len(seen) // PAGE), 1)
    top = st.container()
    page = st.pagination(pages, key="page") if pages > 1 else 1
    shown = seen[(page - 1) * PAGE : page * PAGE]
    for start in range(0, len(shown), ACROSS):
        columns = top.columns(ACROSS)
        for column, (picture, reading) in zip(columns, shown[start : start + ACROSS], strict=False):
            with column.container(border=True, key=f"card{picture.index}", height="stretch"):
                show_card(gallery, picture, reading)


def show_failures(gallery: Gallery, failed: Sequence[Pair]) -> None:
    """Show the files that could not be read, and why; of many the list is closed."""
    files = "1 file" if len(failed) == 1 else f"{len(failed)} files"
    is_short = len(failed) <= FAILURES
    with st.expander(f"{files} could not be read", is_short, icon=":material/error:"):
        for picture, reading in failed:
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                wrap=False,
                key=f"failed{picture.index}",
            ):
                st.markdown(
                    f"**{escape(picture.name)}**  \n{escape(reading.message)}", width="stretch"
                )
                remove_button(gallery, picture)


def show_card(gallery: Gallery, picture: Picture, reading: PictureReading) -> None:
    """Show one picture, its number, how sure that is, and what to know of it."""
    label, icon, color = BADGES[reading.status]
    label = worded(label)
    st.image(reading.thumbnail, alt=f"{picture.name}: {reading.number or label}", width="stretch")
    if reading.number:
        st.subheader(reading.number.replace(" ", " · "), anchor=False)
        label = f"{label} · {format_share(reading.confidence)} sure"
    st.badge(label, icon=icon, color=color)
    if reading.message:
        st.markdown(escape(reading.message))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[{escape(picture.name)}]", width="stretch")
        remove_button(gallery, picture)


def remove_button(gallery: Gallery, picture: Picture) -> None:
    """Show the button that lets go of one picture."""
    st.button(
        "Remove",
        type="tertiary",
        icon=":material/close:",
        key=f"remove{picture.index}",
        help=f"Remove {escape(picture.name)}",
        on_click=remove,
        args=[gallery, picture],
    )


def escape(text: str) -> str:
    """Keep a file's name from being taken for Markdown."""
    return "".join(
        f"\\{letter}" if letter in r"\`*_{}[]()#+-.!~|:$<>" else letter for letter in text
    )


def show_table(pairs: Sequence[Pair]) -> None:
    """Show one line a picture."""
    sure = [format_share(reading.confidence) if reading.number else "" for _, reading in pairs]
    st.dataframe(
        pd.DataFrame(
            {
                "File": [picture.name for picture, _ in pairs],
                "Number": [reading.number for _, reading in pairs],
                "Sure": sure,
                "Result": [worded(BADGES[reading.status][0]) for _, reading in pairs],
                "Good to know": [reading.message for _, reading in pairs],
            }
        ),
        hide_index=True,
        column_config={"Number": st.column_config.TextColumn(width="medium")},
        alt="One line a picture: its file, number, how sure, the result, what is good to know",
        key="table",
    )


def remove(gallery: Gallery, picture: Picture | None) -> None:
    """Let go of one picture, or of all; the uploader starts anew, and lists none."""
    if picture is None:
        gallery.clear()
    else:
        gallery.remove(picture.index)
    st.session_state.uploader_turn += 1
    st.session_state.taken = {}
