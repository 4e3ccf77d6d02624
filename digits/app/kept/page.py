"""The drawings that were kept: look through them, delete them, take them along, learn."""

import html
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import cv2
import streamlit as st

from digits.app.canvas.widget import open_on_board
from digits.app.kept.access import Keeping
from digits.app.kept.session import (
    get_door,
    get_keeping,
    get_visit,
    is_operator,
    name_label,
    open_store,
    show_store_error,
)
from digits.app.kept.store import DrawingStore, KeptDrawing, StoreError
from digits.app.model.wording import learn_command
from digits.app.navigation import draw_page
from digits.app.prediction_view import worded
from digits.classes import DIGIT_CLASSES
from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import to_data_url
from digits.recognition.model_card import CardError, ModelCard

PER_PAGE = 20  # drawings; five in a row on a desk, two on a phone
SHOWN_SIDE = 118  # screen pixels of a thumbnail
EXPORT_NAME = "kept.jsonl"
HOW_TO_KEEP = (
    "Draw a digit, say whether it was read right, and turn on **Keep this drawing**: then it"
    " appears here."
)
HOW_TO_TURN_ON = """
[drawings]
keep = true
operator_password = "a long one"
"""


def main() -> None:
    """Lay out the view: whose drawings these are, the drawings, what to do with them."""
    st.title("Kept drawings")
    keeping = get_keeping()
    if keeping.is_on or is_operator(keeping):
        browse(keeping)
    else:
        show_not_kept_here()
    if keeping.is_public and keeping.password:
        show_door(keeping)


def show_not_kept_here() -> None:
    """Say that this server keeps nothing, and how its operator changes that."""
    st.info("Drawings are not kept on this page.", icon=":material/inventory_2:")
    with st.expander("You run this server?"):
        st.markdown(
            "Others can reach it, so keeping is off until you turn it on in"
            " `.streamlit/secrets.toml`:"
        )
        st.code(HOW_TO_TURN_ON.strip(), language=None)


@st.fragment
def browse(keeping: Keeping) -> None:
    """Show the drawings that this visitor may see; only this part reruns."""
    # A callback has no place of its own to say what went wrong.
    failed: StoreError | None = st.session_state.pop("store_error", None)
    try:
        if failed is not None:
            raise failed
        show_drawings(open_store(keeping.url), keeping)
    except StoreError as error:
        show_store_error(error, keeping)


def show_drawings(store: DrawingStore, keeping: Keeping) -> None:
    """Show filter, drawings, and what can be done with them all."""
    own = None if is_operator(keeping) else get_visit().own
    total = store.count(numbers=own)
    st.caption(tell_whose(keeping))
    if not total:
        st.info(worded(HOW_TO_KEEP), icon=":material/draw:")
        st.page_link(draw_page(), label=worded("Draw a digit"), icon=":material/draw:")
        return
    chosen = filter_controls(store.labels(numbers=own))
    found = store.count(numbers=own, **chosen)
    st.markdown(f"**{found} of {total}**" if found < total else f"**{total}** kept")
    pages = -(-found // PER_PAGE)
    # With a key for each choice, another choice begins at its first page.
    page = st.pagination(pages, key=f"page_{chosen}_{pages}") if pages > 1 else 1
    drawings = store.find(numbers=own, limit=PER_PAGE, offset=PER_PAGE * (page - 1), **chosen)
    with st.container(horizontal=True):
        for kept in drawings:
            show_card(store, kept)
    if not found:
        st.info("No kept drawing is of this kind.", icon=":material/filter_alt:")
    if len(drawings) < min(PER_PAGE, found - PER_PAGE * (page - 1)):
        show_damaged(store, own)
    st.divider()
    show_all_actions(store, total, own)
    if own is None:
        show_learning(store)


def tell_whose(keeping: Keeping) -> str:
    """Say which drawings are shown, and who sees them."""
    if not keeping.is_public:
        place = "in a file on this computer" if keeping.is_in_a_file else "in your database"
        return f"They lie {place}. Nobody else sees them."
    if is_operator(keeping):
        return "All drawings that visitors kept."
    return (
        "What you kept in this visit. When you close the page, you can no longer see or"
        " delete it here; it stays with this server's operator."
    )


def filter_controls(labels: list[str]) -> dict[str, Any]:
    """Let the visitor choose a digit, and what was misread; return what `find` takes."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.pills("Show", labels, format_func=name_label, key="filter_label")
        only_misread = st.toggle("Misread only", key="filter_misread")
    return {"label": label, "only_misread": only_misread}


def show_card(store: DrawingStore, kept: KeptDrawing) -> None:
    """Show one drawing: its picture, its label, what was read and when."""
    label, number = name_label(kept.label), kept.number
    read = f"read as {kept.read_as}" if kept.is_misread else "read right"
    if kept.status == "unsure":
        read = f"unsure, {read}"
    with st.container(border=True, width=SHOWN_SIDE + 34, gap="xsmall"):
        st.html(thumbnail(kept, f"Drawing of: {label}, {read}"))
        st.markdown(f"**{label}**")
        st.caption(f"{read}  \n{tell_when(kept.kept_at)}")
        with st.container(horizontal=True, gap="small"):
            if st.button("Open", type="tertiary", key=f"open_{number}", help="Draw on"):
                open_on_canvas(kept)
            st.button(
                "Delete",
                type="tertiary",
                key=f"delete_{number}",
                on_click=attempt,
                args=[lambda: delete(store, {number})],
            )


def show_damaged(store: DrawingStore, own: set[int] | None) -> None:
    """Say how many drawings cannot be read, and offer to delete them."""
    damaged = store.find_damaged(numbers=own)
    if not damaged:  # another visitor has just deleted some
        return
    verb, them = ("is", "it") if len(damaged) == 1 else ("are", "them")
    st.warning(
        f"{len(damaged)} of these drawings {verb} damaged and cannot be shown. The download"
        f" leaves {them} out.",
        icon=":material/warning:",
    )
    st.button(
        f"Delete {them}",
        icon=":material/delete:",
        key="delete_damaged",
        on_click=attempt,
        args=[lambda: delete(store, set(damaged))],
    )


def thumbnail(kept: KeptDrawing, described: str) -> str:
    """Draw a drawing at twice the size at which it is shown.

    `st.image` would shrink it to that size, blurred on sharp screens, and give it its
    place on the page only when it has come.
    """
    side = 2 * SHOWN_SIDE
    small = cv2.resize(kept.drawing.draw(), (side, side), interpolation=cv2.INTER_AREA)
    return (
        f'<img src="{to_data_url(small)}" width="{SHOWN_SIDE}" height="{SHOWN_SIDE}"'
        f' alt="{html.escape(described)}" style="display: block; border-radius: 0.5rem">'
    )


def tell_when(moment: datetime) -> str:
    """Write a moment in the visitor's own time."""
    try:
        zone: Any = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    return f"{moment.astimezone(zone):%-d %b, %H:%M}"


def open_on_canvas(kept: KeptDrawing) -> None:
    """Put a drawing on the canvas of Draw, and go there."""
    open_on_board(kept.drawing)
    st.switch_page(draw_page())


def show_all_actions(store: DrawingStore, total: int, own: set[int] | None) -> None:
    """Offer to take all drawings along, and to delete them all."""
    with st.container(horizontal=True):
        st.download_button(
            "Download all",
            data=lambda: "".join(store.export(numbers=own)).encode(),
            file_name=EXPORT_NAME,
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key="export",
        )
        with st.popover("Delete all", icon=":material/delete:"):
            what = "this drawing" if total == 1 else f"these {total} drawings"
            st.markdown(f"Delete {what}? They cannot be brought back.")
            st.button(
                "Yes, delete all",
                type="primary",
                key="delete_all",
                on_click=attempt,
                args=[lambda: delete(store, own)],
            )


def delete(store: DrawingStore, numbers: set[int] | None) -> None:
    """Delete drawings by number, or all."""
    store.delete(numbers)
    get_visit().forget(numbers)


def attempt(action: Callable[[], object]) -> None:
    """Do something with the database before the page is drawn anew; note if it fails."""
    try:
        action()
    except StoreError as error:
        st.session_state.store_error = error


def show_learning(store: DrawingStore) -> None:
    """Tell how many drawings wait to be learnt from, and the command that does it."""
    waiting = store.count(since=find_learnt())
    st.subheader("Learn from them")
    if waiting:
        verb = "waits" if waiting == 1 else "wait"
        st.markdown(f"**{waiting}** {verb} to be learnt from.")
    else:
        st.markdown("The model has learnt from all of them.")
    st.markdown(
        f"Download them all as `{EXPORT_NAME}` into the program's folder, and run there, in a"
        " terminal, what follows. It takes a few minutes and then reads with what it learnt."
    )
    card = read_card()
    st.code(learn_command(card, MODEL_PATH.name, EXPORT_NAME), language=None, wrap_lines=True)
    if card is None or card.class_names == DIGIT_CLASSES:
        st.caption("`git checkout digit_model.keras digit_model.json` brings the old model back.")


def read_card() -> ModelCard | None:
    """Read the card of the model that reads now; None when it has none."""
    try:
        return ModelCard.load(MODEL_PATH)
    except (CardError, OSError):
        return None


def find_learnt() -> datetime | None:
    """Tell until when drawings were learnt from by the model that reads now."""
    card = read_card()
    try:
        until = card.training.get("kept_until", "") if card else ""
        return datetime.fromisoformat(until) if until else None
    except (ValueError, TypeError):
        return None


def show_door(keeping: Keeping) -> None:
    """Let the operator in by password, and out again."""
    st.divider()
    if is_operator(keeping):
        if st.button("Leave as operator", key="leave"):
            st.session_state.is_operator = False
            st.rerun()
        return
    with st.expander("You run this server?"), st.form("door", clear_on_submit=True):
        given = st.text_input("Operator's password", type="password", key="password")
        is_sent = st.form_submit_button("Show all drawings")
    if is_sent:
        if get_door().admits(given, password=keeping.password):
            st.session_state.is_operator = True
            st.rerun()
        st.error("That is not the password.", icon=":material/lock:")
