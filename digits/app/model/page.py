"""What the model is and how good it is: figures, mistakes, network, training, comparison."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from digits.app.model.charts import history_chart, interval_chart, reliability_chart
from digits.app.model.comparison_view import show_comparison
from digits.app.model.mistakes import choose_set, show_mistakes
from digits.app.model.network import show_network
from digits.app.model.wording import (
    describe_model,
    escape,
    format_interval,
    format_percent,
    measure_command,
    names_of,
    retrain_command,
    without_folders,
)
from digits.app.theme import get_palette
from digits.classes import DIGIT_CLASSES, ClassNames, worded
from digits.evaluation.model_summary import DigitSet, ModelAbout, OtherSet, read_about
from digits.locations import MODEL_PATH

# Six parts with headings of their own: they need not be as loud as the page's title.
STYLE = """
<style>
.stMainBlockContainer h2 { font-size: 1.6rem; }
.stMainBlockContainer h3 { font-size: 1.2rem; }
</style>
"""


def main() -> None:
    """Lay out the view: what the model is, then one part of it."""
    st.html(STYLE)
    st.title("The model")
    if not MODEL_PATH.exists():
        st.error(f"There is no model '{MODEL_PATH.name}'. This makes one:", icon=":material/error:")
        st.code("python train.py", wrap_lines=True, language=None)
        st.stop()
    about = read_about(MODEL_PATH)
    st.markdown(describe_model(about))
    if about.problems.card:
        st.warning(escape(without_folders(about.problems.card)), icon=":material/warning:")
    part = st.segmented_control(
        "Part",
        list(PARTS),
        default="Figures",
        required=True,
        key="part",
        bind="query-params",
        label_visibility="collapsed",
    )
    PARTS[part or "Figures"](about)


def show_figures(about: ModelAbout) -> None:
    """Show how well it reads digits, and refuses what is none."""
    names = names_of(about)
    st.header(worded("How well it reads digits", names))
    if about.digits:
        st.markdown(
            worded(
                "Points are the share of digits that is read right, bars where it lies 95 times"
                " in 100 if all such digits were read (Wilson's interval).",
                names,
            )
        )
        show_intervals(about.digits, "read right")
        show_table([digit_row(one, names) for one in about.digits])
        st.caption(
            "*Refused*: called unsure or blank. *Calibration error*: the mean gap between"
            " confidence and the share that is right."
        )
        list_sets(about.digits)
    else:
        say_how_to_measure(about, worded("No digits were measured with this model.", names))
    if about.others:
        st.header(worded("What is no digit", names))
        st.markdown(
            worded("The share that it refuses to call a digit: the more, the better.", names)
        )
        show_intervals(about.others, "refused")
        show_table([other_row(one) for one in about.others])
        list_sets(about.others)


def show_intervals(sets: tuple[DigitSet, ...] | tuple[OtherSet, ...], what: str) -> None:
    """Show sets' shares in their intervals, with the chart in words."""
    words = "; ".join(
        f"{one.title} {format_percent(one.accuracy if isinstance(one, DigitSet) else one.refused)}"
        for one in sets
    )
    chart = interval_chart(sets, get_palette())
    st.altair_chart(chart, alt=f"Share {what} by data set: {words}.")


def digit_row(one: DigitSet, names: ClassNames) -> dict[str, str]:
    """Write the figures of a labelled set."""
    return {
        "data set": f"**{escape(one.title)}**  \n" + worded(f"{one.count:,} digits", names),
        "read right": f"**{format_percent(one.accuracy)}**  \n{format_interval(one.interval)}",
        "refused": format_percent(one.refused),
        "calibration error": format_percent(one.calibration_error),
    }


def other_row(one: OtherSet) -> dict[str, str]:
    """Write the figures of a set of what is no digit."""
    return {
        "what": f"**{escape(one.title)}**  \n{one.count:,} pictures",
        "refused": f"**{format_percent(one.refused, 1)}**  \n{format_interval(one.interval, 1)}",
    }


def show_table(rows: list[dict[str, str]]) -> None:
    """Show rows of words and figures; the first column names them."""
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)


def list_sets(sets: tuple[DigitSet, ...] | tuple[OtherSet, ...]) -> None:
    """Say of each set what it is."""
    with st.expander("What these sets are"):
        st.markdown("\n".join(f"- **{escape(one.title)}**: {escape(one.about)}" for one in sets))


@st.fragment
def show_confidence(about: ModelAbout) -> None:
    """Show how far its confidence can be trusted."""
    st.header("Does it know when it is wrong?")
    card = about.card
    one = choose_set(about, [s for s in about.digits if reliability_of(about, s)], "confidence_set")
    if card is None or one is None:
        missing = worded("No digits were measured with this model.", names_of(about))
        say_how_to_measure(about, about.problems.details or missing)
        return
    bins = about.details.sets[one.name].reliability
    left, right = st.columns([3, 2], gap="medium")
    with left:
        words = "; ".join(
            f"confidence {b.confidence:.0%}, right {b.right:.0%} of {b.count:,}" for b in bins
        )
        st.altair_chart(
            reliability_chart(bins, get_palette()), alt=f"Reliability of {one.title}: {words}."
        )
    with right:
        st.markdown(
            f"Calibration error **{format_percent(one.calibration_error)}**: the mean gap"
            " between confidence and the share that is right, over 15 bins of confidence,"
            " weighted by readings.\n\n"
            "An honest model lies on the dashed line. Large points stand for many readings;"
            " bars tell where the share lies 95 times in 100.\n\n"
            f"Logits are divided by a temperature of **{card.temperature:g}**, found on"
            + worded(
                " validation digits. A reading is called unsure when the probability that it is a"
                f" digit, and this one, is below **{card.reject_threshold:g}**.",
                card.class_names,
            )
        )
    with st.expander("The chart as a table"):
        show_table(
            [
                {
                    "confidence up to": format_percent(b.up_to, 1),
                    "readings": f"{b.count:,}",
                    "mean confidence": format_percent(b.confidence, 1),
                    "right": format_percent(b.right, 1),
                }
                for b in bins
            ]
        )


def reliability_of(about: ModelAbout, one: DigitSet) -> bool:
    """Whether a set's confidence was measured in detail."""
    return one.name in about.details.sets and bool(about.details.sets[one.name].reliability)


def show_training(about: ModelAbout) -> None:
    """Show how the training went, and the command that repeats it."""
    st.header("How the training went")
    names = names_of(about)
    and_letters = " and letters" if names == DIGIT_CLASSES else ""
    if about.history:
        first, last, palette = about.history[0], about.history[-1], get_palette()
        left, right = st.columns(2, gap="medium")
        with left:
            st.subheader("Accuracy")
            st.altair_chart(
                history_chart(about.history, "accuracy", palette, is_share=True),
                alt=f"Validation accuracy by epoch: {first.val_accuracy:.2%} after the first,"
                f" {last.val_accuracy:.2%} after epoch {last.epoch}.",
            )
        with right:
            st.subheader("Loss, in nats")
            st.altair_chart(
                history_chart(about.history, "loss", palette, is_share=False),
                alt=f"Validation loss by epoch: {first.val_loss:.4f} nats after the first,"
                f" {last.val_loss:.4f} after epoch {last.epoch}.",
            )
        st.caption(
            worded(
                "Training: the mean over an epoch, of pictures that are bent, turned and thickened"
                f" at random, with scribbles{and_letters} among them; so it lies below validation,"
                " which is of clean digits at an epoch's end, by writers who were not trained on."
                " Loss is cross-entropy, on a logarithmic scale.",
                names,
            )
        )
    else:
        st.info(about.problems.history, icon=":material/show_chart:")
    st.header("Train it again")
    download = " Without the names of files, MNIST and the pen digits are downloaded."
    st.markdown(f"In the project's folder.{download if names == DIGIT_CLASSES else ''}")
    st.code(
        retrain_command(about.card) if about.card else "python train.py",
        language=None,
        wrap_lines=True,
    )
    st.markdown("Then measure it, with more sets if you have them (`python evaluate.py --help`):")
    st.code(measure_command(about.card, about.path.name), wrap_lines=True, language=None)


def say_how_to_measure(about: ModelAbout, problem: str) -> None:
    """Say that figures are missing, and what makes them."""
    st.info(f"{problem} This measures it:", icon=":material/straighten:")
    st.code(measure_command(about.card, about.path.name), wrap_lines=True, language=None)


PARTS: dict[str, Callable[[ModelAbout], None]] = {
    "Figures": show_figures,
    "Mistakes": show_mistakes,
    "Confidence": show_confidence,
    "Network": show_network,
    "Training": show_training,
    "Compare": show_comparison,
}

main()
