"""Right or wrong: ask what a drawing is, and keep it if the visitor wants."""

from typing import TYPE_CHECKING

import streamlit as st

from canvas import Drawing
from drawings import KeptDrawing, StoreError
from keeping import Keeping, Visit, fingerprint
from strokes import NO_DIGIT_NAME
from views.shelf import get_keeping, get_visit, name_label, open_store, show_store_error

if TYPE_CHECKING:  # TensorFlow is not needed to ask
    from recognizer import Prediction, Recognizer

RIGHT, WRONG = ":material/check: Right", ":material/close: Wrong"
# What is answered has its place before it is, so that nothing below it moves.
STYLE = """
<style>
.st-key-verdict_answer { min-height: 6.5rem; }
@media (max-width: 640px) { .st-key-verdict_answer { min-height: 9rem; } }
</style>
"""


def ask_verdict(drawing: Drawing, prediction: "Prediction", recognizer: "Recognizer") -> None:
    """Ask whether a drawing was read right, and offer to keep it.

    Args:
        drawing: what was drawn.
        prediction: what it was read as; nothing is asked of a blank one.
        recognizer: whose reading that is.
    """
    if prediction.status == "blank":
        return
    st.html(STYLE)
    visit, name = get_visit(), fingerprint(drawing)
    ask_label(visit, name, prediction)
    keeping = get_keeping()
    if keeping.is_on:
        offer_to_keep(keeping, visit, name, drawing, prediction, recognizer)
    else:
        st.caption("Your answer is counted in this visit only; drawings are not kept here.")


def ask_label(visit: Visit, name: str, prediction: "Prediction") -> None:
    """Ask what the drawing is: right or wrong of a sure reading, a choice of a doubtful one."""
    said = visit.labels.get(name)
    classes = list(prediction.class_names)
    with st.container(key="verdict_answer"):
        if prediction.status == "unsure":
            label = choose_label([*classes, NO_DIGIT_NAME], said, name)
        else:
            answers = {prediction.digit: RIGHT, None: None}
            verdict = st.segmented_control(
                "Is that right?",
                [RIGHT, WRONG],
                default=answers.get(said, WRONG),
                key=f"verdict_{name}",
            )
            label = prediction.digit if verdict == RIGHT else None
            if verdict == WRONG:
                others = [known for known in classes if known != prediction.digit]
                label = choose_label([*others, NO_DIGIT_NAME], said, name)
        visit.judge(name, label, prediction)
        if label is not None:
            st.caption(thank(visit))


def choose_label(choices: list[str], said: str | None, name: str) -> str | None:
    """Let the visitor tap what the drawing is."""
    label: str | None = st.pills(
        "What is it?",
        choices,
        default=said if said in choices else None,
        format_func=name_label,
        key=f"label_{name}",
    )
    return label


def thank(visit: Visit) -> str:
    """Thank the visitor, and tell how the readings of this visit went."""
    right, count = sum(visit.right.values()), len(visit.right)
    if count == 1:
        return "Thank you."
    return f"Thank you. {right} of {count} read right in this visit."


def offer_to_keep(
    keeping: Keeping,
    visit: Visit,
    name: str,
    drawing: Drawing,
    prediction: "Prediction",
    recognizer: "Recognizer",
) -> None:
    """Show the switch that keeps this drawing, and do what it says."""
    label = visit.labels.get(name)
    is_wanted = st.toggle(
        "Keep this drawing",
        value=name in visit.kept,
        disabled=label is None,
        help="Say first what it is." if label is None else None,
        key=f"keep_{name}",
    )
    kept = None
    if is_wanted and label is not None:
        kept = KeptDrawing.of(drawing, prediction, label=label, sha256=recognizer.card.sha256)
    if kept is not None or name in visit.kept:  # else the database is not even opened
        try:
            visit.settle(open_store(keeping.url), name, kept)
        except StoreError as error:
            show_store_error(error, keeping)
            return
    if kept is None:
        st.caption(tell_what_is_kept(keeping))
    else:
        st.caption(f"Kept as: {name_label(kept.label)}. It lies under *Kept drawings*.")


def tell_what_is_kept(keeping: Keeping) -> str:
    """Say in a sentence what is stored, and where."""
    place = "on this server"
    if not keeping.is_public:
        place = "in a file on this computer" if keeping.is_in_a_file else "in your database"
    return (
        f"Stores {place}: the strokes, your answer, what was read, and when. No name, no"
        " address. You can delete it under *Kept drawings*."
    )
