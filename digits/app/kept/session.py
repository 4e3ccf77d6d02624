"""What Draw and Kept drawings share: this server's rules and database, and the visitor.

    prepare_visit()                    # once a run of a page
    drawings = open_store(get_policy().url).find(owner=get_visit().visible_owner)

A browser is known by a random cookie, which it gets on its first visit and sends on the next
ones: it owns what it saves. The database holds the cookie's SHA-256.
"""

import logging
import re
import secrets
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from digits.app.kept.access import AccessPolicy, OperatorLogin, SettingsError, access_policy
from digits.app.kept.store import DrawingStore, StoreError
from digits.app.kept.visit import Visit
from digits.app.prediction_view import page_noun
from digits.classes import REJECT_NAME
from digits.files import first_line

OWNER_COOKIE = "digits_owner"
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)  # as token_urlsafe writes 32 bytes
# The cookie lives for a year after the last visit. Where another tab set it first, the page loads
# again, once, so that this visit saves under that cookie too.
SET_COOKIE = """
<script>
{ // a block of its own: each view runs it again in the same window
    const known = document.cookie.match(/(?:^|; )digits_owner=([\\w-]{43})(?:;|$)/);
    const secure = location.protocol === "https:" ? "; Secure" : "";
    const owner = known ? known[1] : "TOKEN";
    document.cookie = `digits_owner=${owner}; Max-Age=31536000; SameSite=Strict; path=/${secure}`;
    if (owner !== "TOKEN" && !sessionStorage.getItem("digits_owner")) {
        sessionStorage.setItem("digits_owner", "asked");
        location.reload();
    }
}
</script>
"""
HIDDEN = "<style>.st-key-owner { position: absolute; }</style>"  # it takes no room on the page

login = OperatorLogin()
logger = logging.getLogger(__name__)


def get_policy() -> AccessPolicy:
    """Return what is allowed on this server; with settings that are wrong, nothing."""
    try:
        return access_policy(address=st.get_option("server.address"), settings=load_settings())
    except SettingsError as error:
        logger.warning("%s Drawings are not kept.", error)
        return AccessPolicy()


def load_settings() -> dict[str, Any]:
    """Load [drawings] of the secrets file; most servers have none, and need none."""
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
    """Open the database once a server; raises StoreError, and is then tried again."""
    return DrawingStore(url)


def prepare_visit() -> AccessPolicy:
    """Announce the operator's token, and give the browser its cookie, where drawings are saved.

    Returns:
        The server's policy.
    """
    policy = get_policy()
    login.announce(policy)
    if policy.can_save:
        token = get_visit().token
        st.html(HIDDEN)
        with st.container(key="owner"):
            st.html(SET_COOKIE.replace("TOKEN", token), unsafe_allow_javascript=True)
    return policy


def get_visit() -> Visit:
    """Return the state of this visitor's page, with the browser that owns what it saves."""
    if "visit" not in st.session_state:
        sent = TOKEN.fullmatch(str(st.context.cookies.get(OWNER_COOKIE)))  # "None" is no token
        st.session_state.visit = Visit(sent[0] if sent else secrets.token_urlsafe(32))
    visit: Visit = st.session_state.visit
    return visit


def name_label(label: str) -> str:
    """Write a label as people read it."""
    return f"Not a {page_noun()}" if label == REJECT_NAME else label


def format_moment(moment: datetime) -> str:
    """Write a moment in the visitor's own time: "1 Mar, 12:30"."""
    try:
        zone: tzinfo = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b, %H:%M}"  # %-d is refused on Windows


def show_store_error(error: StoreError) -> None:
    """Say that something is wrong with the database, and to the operator what."""
    logger.error("%s", error)
    text = "Drawings cannot be kept at the moment. This server's log says why."
    st.error(str(error) if get_visit().is_operator else text, icon=":material/error:")
