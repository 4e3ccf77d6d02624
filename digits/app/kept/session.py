"""What Draw and Kept drawings share: the rules of this server, its database, and the visit."""

import logging
from pathlib import Path
from typing import Any

import streamlit as st

from digits.app.kept.access import Door, Keeping, SettingsError, Visit, decide
from digits.app.kept.store import DrawingStore, StoreError
from digits.app.prediction_view import worded
from digits.classes import REJECT_NAME
from digits.files import first_line

logger = logging.getLogger(__name__)


def get_keeping() -> Keeping:
    """Return what is allowed on this server; with settings that are wrong, nothing."""
    try:
        return decide(
            address=st.get_option("server.address"),
            headers=dict(st.context.headers),
            settings=read_settings(),
        )
    except SettingsError as error:
        logger.warning("%s Drawings are not kept.", error)
        return Keeping(is_on=False, is_public=True)


def read_settings() -> dict[str, Any]:
    """Read [drawings] of the secrets file; most servers have none, and need none."""
    try:
        settings = st.secrets.get("drawings", {})
    except (OSError, ValueError, RecursionError) as error:  # of TOML, of its bytes, or closed
        files = [Path(name) for name in st.get_option("secrets.files")]
        if not any(file.exists() for file in files):
            return {}
        raise SettingsError(f"The secrets file cannot be read: {first_line(error)}.") from error
    if not hasattr(settings, "items"):
        raise SettingsError("Expected a section [drawings] in the secrets file.")
    return dict(settings.items())


@st.cache_resource(show_spinner=False, max_entries=4)
def open_store(url: str) -> DrawingStore:
    """Open the database once a server; raises StoreError, and is then tried anew."""
    return DrawingStore(url)


@st.cache_resource(show_spinner=False)
def get_door() -> Door:
    """Return the one door that the operator comes in by."""
    return Door()


def get_visit() -> Visit:
    """Return what this visitor said and kept."""
    visit: Visit = st.session_state.setdefault("visit", Visit())
    return visit


def is_operator(keeping: Keeping) -> bool:
    """Whether the visitor may see and delete everything."""
    return not keeping.is_public or bool(st.session_state.get("is_operator"))


def name_label(label: str) -> str:
    """Write a label as people read it."""
    return worded("Not a digit") if label == REJECT_NAME else label


def show_store_error(error: StoreError, keeping: Keeping) -> None:
    """Say what is wrong; where others can read it, only that something is."""
    logger.error("%s", error)
    if is_operator(keeping):
        text = str(error)
    else:
        text = "Drawings cannot be kept at the moment. This server's log says why."
    st.error(text, icon=":material/error:")
