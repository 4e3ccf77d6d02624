"""Bring pictures, many at once, and see which digits they show: a gallery, a table, a file."""

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digits.app.pictures.gallery import FULL
from digits.app.pictures.reading import PictureOptions, read_picture
from digits.app.pictures.results import show_results
from digits.app.pictures.state import PicturesState, pictures_state
from digits.app.prediction_view import find_recognizer, page_noun, stop_when_model_ends
from digits.classes import DIGIT_CLASSES
from digits.preprocessing.ink_options import InkOptions, Polarity
from digits.preprocessing.picture_folders import PICTURE_ENDINGS
from digits.recognition.recognizer import Recognizer

EXAMPLES = sorted(Path(__file__).with_name("examples").glob("*.jpg"))
ENDINGS = sorted(ending.removeprefix(".") for ending in PICTURE_ENDINGS)
POLARITIES: dict[Polarity, str] = {
    "found": "Found by itself",
    "dark": "Dark on light",
    "light": "Light on dark",
}


def main() -> None:
    """Lay out the view: where pictures come in, how they are read, what was read."""
    st.html(Path(__file__).with_suffix(".css"))
    st.title("Read pictures")
    st.html(Path(__file__).with_name("paste.html"), unsafe_allow_javascript=True)
    bring_and_read()


@st.fragment
@stop_when_model_ends()
def bring_and_read() -> None:
    """Rerun nothing but this when pictures come or options change."""
    state = pictures_state()
    bring_controls(state)
    options = option_controls()
    with st.container():  # what it has to say moves nothing below to another place
        recognizer = find_recognizer()
    if recognizer is None:
        return
    headline = st.empty()
    if not state.gallery.pictures:
        if recognizer.card.class_names == DIGIT_CLASSES:  # as the examples show
            headline.header("No picture at hand?", anchor=False)
            with st.container():
                offer_examples(state)
        return
    # What stood below stays until there is something new; but not the examples.
    is_first = not state.gallery.has_readings
    place = st.empty() if is_first else st.container()
    read_waiting(state, recognizer, options, headline)
    with place.container() if is_first else place:
        show_results(state, options, recognizer, headline)


def bring_controls(state: PicturesState) -> None:
    """Show the ways in: files, the clipboard, the camera."""
    key = f"uploads{state.uploader_turn}"
    with st.container(key="uploader"):
        uploads = st.file_uploader(
            "Photos, scans or drawings: choose, drop or paste",
            type=ENDINGS,
            accept_multiple_files=True,
            key=key,
            on_change=lambda: state.take_uploads(st.session_state[key] or []),
        )
        if not uploads:  # back from another view it is empty, and what it held stays here
            state.taken.clear()
        with st.container(key="refused"):
            st.warning(
                "Files marked red were left out: only pictures of at most 20 MB can be read.",
                icon=":material/block:",
            )
    if st.toggle("Use the camera", key="camera_on", disabled=not has_camera_right()):
        st.camera_input(
            f"A photo of {page_noun()}s",
            key="camera",
            on_change=lambda: state.take_photo(st.session_state.camera),
        )
    if not has_camera_right():
        st.caption("Browsers allow the camera only over HTTPS or on this very machine.")
    if state.is_full:
        st.warning(FULL, icon=":material/inventory_2:")
    state.is_full = False


def has_camera_right() -> bool:
    """Whether a browser lets a page of this address use the camera."""
    address = urlsplit(st.context.url or "http://localhost")
    return address.scheme == "https" or address.hostname in ("localhost", "127.0.0.1", "::1")


def take_examples(state: PicturesState) -> None:
    """Take the example pictures."""
    for path in EXAMPLES:
        state.take(path.name, path.read_bytes())


def option_controls() -> PictureOptions:
    """Show how pictures are read, closed at first."""
    noun = page_noun()
    with st.expander("Options", icon=":material/tune:"):
        is_several = st.segmented_control(
            "On each picture",
            [True, False],
            format_func=lambda several: f"Several {noun}s" if several else f"One {noun}",
            default=True,
            required=True,
            key="several",
            persist_state="session",
        )
        polarity = st.segmented_control(
            "The writing is",
            list(POLARITIES),
            format_func=POLARITIES.__getitem__,
            default="found",
            required=True,
            key="polarity",
            persist_state="session",
        )
        clean = st.toggle(
            "Clean photos",
            value=True,
            key="clean",
            persist_state="session",
            help="Evens out light and shadow, and takes away printed lines and the sheet's edge."
            " Try without when it takes away too much.",
        )
    return PictureOptions(InkOptions(polarity or "found", clean), is_several is not False)


def offer_examples(state: PicturesState) -> None:
    """Show what the view is for, in pictures that can be read at once."""
    st.markdown(
        "Try these. They were drawn for this page: pen, pencil and chalk, in light and shadow."
    )
    st.button(
        "Read the examples",
        icon=":material/play_arrow:",
        key="examples",
        on_click=take_examples,
        args=[state],
    )
    with st.container(horizontal=True, key="previews", gap="small"):
        for path in EXAMPLES:
            name = path.stem.replace("-", " ")
            st.image(str(path), alt=f"Example: {name}", width="content")


def read_waiting(
    state: PicturesState, recognizer: Recognizer, options: PictureOptions, place: DeltaGenerator
) -> None:
    """Read what was not read with these options yet, and show in a place how far it is."""
    model = recognizer.sha256
    waiting = state.gallery.unread(options, model)
    for done, picture in enumerate(waiting):
        place.progress(done / len(waiting), f"Reading {done + 1} of {len(waiting)} ...")
        reading = read_picture(
            picture.data,
            recognizer.predict_number,
            options,
            class_names=recognizer.card.class_names,
        )
        state.gallery.keep(picture, options, model, reading)
