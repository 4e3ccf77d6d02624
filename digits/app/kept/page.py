"""The drawings that were kept: look through them, delete them, take them along, learn."""

import html
from collections.abc import Collection
from datetime import datetime
from typing import Any

import streamlit as st

from digits.app.canvas.widget import open_on_board
from digits.app.kept.access import AccessPolicy
from digits.app.kept.records import LabelledDrawing
from digits.app.kept.session import (
    format_moment,
    get_visit,
    login,
    name_label,
    open_store,
    prepare_visit,
    show_store_error,
)
from digits.app.kept.store import DrawingStore, StoreError
from digits.app.model.wording import learn_command
from digits.app.navigation import draw_page
from digits.app.prediction_view import page_class_names, page_noun
from digits.classes import DIGIT_CLASSES
from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import to_data_url
from digits.recognition.model_card import CardError, ModelCard

PER_PAGE = 20  # drawings; five in a row on a desk, two on a phone
SHOWN_SIDE = 118  # screen pixels of a thumbnail
EXPORT_NAME = "kept.jsonl"
HOW_TO_TURN_ON = """
[drawings]
keep = true
operator_password = "a long one"
"""


def main() -> None:
    """Lay out the view: whose drawings these are, the drawings, what to do with them."""
    st.title("Kept drawings")
    policy = prepare_visit()
    if policy.can_save or get_visit().is_operator:
        browse(policy)
    else:
        show_not_kept_here()
    if policy.has_login:
        show_login(policy)


def show_not_kept_here() -> None:
    """Say that this server keeps nothing, and how its operator changes that."""
    st.info("Drawings are not kept on this page.", icon=":material/inventory_2:")
    with st.expander("You run this server?"):
        st.markdown("To let visitors keep drawings, write in `.streamlit/secrets.toml`:")
        st.code(HOW_TO_TURN_ON.strip(), language=None)


@st.fragment
def browse(policy: AccessPolicy) -> None:
    """Show the drawings that this visitor may see; only this part reruns."""
    visit = get_visit()
    failed, visit.error = visit.error, None
    try:
        if failed is not None:
            raise failed
        show_drawings(open_store(policy.url), policy)
    except StoreError as error:
        show_store_error(error)


def show_drawings(store: DrawingStore, policy: AccessPolicy) -> None:
    """Show filter, drawings, and what can be done with them all."""
    owner, noun = get_visit().visible_owner, page_noun()
    total = store.count(owner=owner)
    st.caption(
        "All drawings that visitors kept."
        if owner is None
        else "What you kept with this browser. Only you and whoever runs this server can see it."
    )
    if not total:
        st.info(
            f"Draw a {noun}, say whether it was read correctly, and turn on **Keep this"
            " drawing**: then it appears here.",
            icon=":material/draw:",
        )
        st.page_link(draw_page(), label=f"Draw a {noun}", icon=":material/draw:")
        return
    chosen = filter_controls(store.labels(owner=owner))
    found = store.count(owner=owner, **chosen)
    st.markdown(f"**{found} of {total}**" if found < total else f"**{total}** kept")
    pages = -(-found // PER_PAGE)
    # With a key for each choice, another choice begins at its first page.
    page = st.pagination(pages, key=f"page_{chosen}_{pages}") if pages > 1 else 1
    drawings = store.find(owner=owner, limit=PER_PAGE, offset=PER_PAGE * (page - 1), **chosen)
    with st.container(horizontal=True):
        for drawing in drawings:
            show_card(store, drawing)
    if not found:
        st.info("No kept drawing is of this kind.", icon=":material/filter_alt:")
    if len(drawings) < min(PER_PAGE, found - PER_PAGE * (page - 1)):
        show_damaged(store, owner)
    st.divider()
    show_all_actions(store, total, owner)
    if owner is None or policy.is_local:
        show_learning(store, owner)


def filter_controls(labels: list[str]) -> dict[str, Any]:
    """Let the visitor choose a digit, and what was misread; return what `find` takes."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.pills("Show", labels, format_func=name_label, key="filter_label")
        only_misread = st.toggle("Misread only", key="filter_misread")
    return {"label": label, "only_misread": only_misread}


def show_card(store: DrawingStore, kept: LabelledDrawing) -> None:
    """Show one drawing: its picture, its label, what was read and when."""
    label, number = name_label(kept.label), kept.number
    read = f"read as {kept.read_as}" if kept.is_misread else "read correctly"
    if kept.status == "unsure":
        read = f"unsure, {read}"
    with st.container(border=True, width=SHOWN_SIDE + 34, gap="xsmall"):
        st.html(thumbnail(kept, f"Drawing of: {label}, {read}"))
        st.markdown(f"**{label}**")
        st.caption(f"{read}  \n{format_moment(kept.kept_at)}")
        with st.container(horizontal=True, gap="small"):
            if st.button("Open", type="tertiary", key=f"open_{number}", help="Draw on"):
                open_on_board(kept.drawing)
                st.switch_page(draw_page())
            delete_button("Delete", store, {number}, type="tertiary", key=f"delete_{number}")


def delete_button(
    label: str, store: DrawingStore, numbers: Collection[int] | None, **look: Any
) -> None:
    """Show a button that deletes drawings by number, or all that the visitor may delete."""
    st.button(label, on_click=delete, args=[store, numbers], **look)


def delete(store: DrawingStore, numbers: Collection[int] | None) -> None:
    """Delete drawings before the page is drawn again; note if it fails."""
    visit = get_visit()
    try:
        visit.delete(store, numbers)
    except StoreError as error:
        visit.error = error


def show_damaged(store: DrawingStore, owner: str | None) -> None:
    """Say how many drawings cannot be read, and offer to delete them."""
    damaged = store.find_damaged(owner=owner)
    if not damaged:  # another visitor has just deleted some
        return
    verb, them = ("is", "it") if len(damaged) == 1 else ("are", "them")
    st.warning(
        f"{len(damaged)} of these drawings {verb} damaged and cannot be shown. The download"
        f" leaves {them} out.",
        icon=":material/warning:",
    )
    look = {"icon": ":material/delete:", "key": "delete_damaged"}
    delete_button(f"Delete {them}", store, damaged, **look)


def thumbnail(kept: LabelledDrawing, described: str) -> str:
    """Draw a drawing at twice the size at which it is shown.

    `st.image` would shrink it to that size, blurred on sharp screens, and give it its
    place on the page only when it has come.
    """
    small = kept.drawing.draw_small(2 * SHOWN_SIDE)
    return (
        f'<img src="{to_data_url(small)}" width="{SHOWN_SIDE}" height="{SHOWN_SIDE}"'
        f' alt="{html.escape(described)}" style="display: block; border-radius: 0.5rem">'
    )


def show_all_actions(store: DrawingStore, total: int, owner: str | None) -> None:
    """Offer to take all drawings along, and to delete them all."""
    with st.container(horizontal=True):
        st.download_button(
            "Download all",
            data=lambda: "".join(store.export(owner=owner)).encode(),
            file_name=EXPORT_NAME,
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key="export",
        )
        with st.popover("Delete all", icon=":material/delete:"):
            what = "this drawing" if total == 1 else f"these {total} drawings"
            st.markdown(f"Delete {what}? They cannot be brought back.")
            delete_button("Yes, delete all", store, None, type="primary", key="delete_all")


def show_learning(store: DrawingStore, owner: str | None) -> None:
    """Tell how many drawings wait to be learnt from, and the command that does it."""
    card = load_card()
    waiting = store.count(owner=owner, since=find_learnt(card))
    st.subheader("Learn from them")
    verb = "waits" if waiting == 1 else "wait"
    st.markdown(
        f"**{waiting}** {verb} to be learnt from."
        if waiting
        else "The model has learnt from all of them."
    )
    st.markdown(
        f"Download them all as `{EXPORT_NAME}` into the program's folder, and run there, in a"
        " terminal, what follows. It takes a few minutes and then reads with what it learnt."
    )
    st.code(learn_command(card, MODEL_PATH.name, EXPORT_NAME), language=None, wrap_lines=True)
    if page_class_names() == DIGIT_CLASSES:
        st.caption("`git checkout digit_model.keras digit_model.json` brings the old model back.")


def load_card() -> ModelCard | None:
    """Load the card of the model that the page uses; None when it has none."""
    try:
        return ModelCard.load(MODEL_PATH)
    except (CardError, OSError):
        return None


def find_learnt(card: ModelCard | None) -> datetime | None:
    """Return until when the model learnt from kept drawings, as its card tells."""
    try:
        until = card.training.get("kept_until", "") if card else ""
        return datetime.fromisoformat(until) if until else None
    except (ValueError, TypeError):
        return None


def show_login(policy: AccessPolicy) -> None:
    """Let the operator in by password or token, and out again."""
    visit = get_visit()
    st.divider()
    if visit.is_operator:
        if st.button("Leave as operator", key="leave"):
            visit.is_operator = False
            st.rerun()
        return
    secret = "password" if policy.password else "token"
    with st.expander("You run this server?"), st.form("door", clear_on_submit=True):
        if secret == "token":
            st.caption("The server printed a token in its terminal.")
        given = st.text_input(f"Operator's {secret}", type="password", key="password")
        is_sent = st.form_submit_button("Show all drawings")
    if is_sent:
        if login.verify(given, password=policy.password):
            visit.is_operator = True
            st.rerun()
        st.error(f"That is not the {secret}.", icon=":material/lock:")
