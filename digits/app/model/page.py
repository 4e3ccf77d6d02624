"""What the model is and how good it is: figures, mistakes, network, training, comparison."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from digits.app.model.comparison_view import show_comparison
from digits.app.model.measuring import choose_set, say_how_to_measure
from digits.app.model.mistakes import show_mistakes
from digits.app.model.network import show_network
from digits.app.model.wording import describe_model, measure_command
from digits.app.sentences import escape_markdown, without_folders
from digits.app.theme import get_palette
from digits.classes import DIGIT_CLASSES
from digits.evaluation.charts import (
    Interval,
    history_chart,
    interval_chart,
    reliability_chart,
)
from digits.evaluation.formats import format_interval, format_percent
from digits.evaluation.model_summary import MeasuredSet, ModelAbout, read_about
from digits.locations import MODEL_PATH


def main() -> None:
    """Lay out the view: what the model is, then one part of it."""
    st.html(Path(__file__).with_suffix(".css"))
    st.title("The model")
    if not MODEL_PATH.exists():
        st.error(f"There is no model '{MODEL_PATH.name}'. This makes one:", icon=":material/error:")
        st.code("python train.py", wrap_lines=True, language=None)
        st.stop()
    about = read_about(MODEL_PATH)
    st.markdown(describe_model(about))
    if about.problems.card:
        st.warning(escape_markdown(without_folders(about.problems.card)), icon=":material/warning:")
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
    """Show how well it reads digits, and refuses non-digits."""
    noun = about.noun
    st.header(f"How well it reads {noun}s")
    if about.digits:
        st.markdown(
            f"Points are the share of {noun}s that is read right, bars where it lies 95 times"
            f" in 100 if all such {noun}s were read (Wilson's interval)."
        )
        show_intervals(about.digits, "read right")
        show_table(
            {
                "data set": f"{bold(one.title)}  \n{one.count:,} {noun}s",
                "read right": with_interval(one, 2),
                "refused": format_percent(one.refused),
                "calibration error": format_percent(one.calibration_error),
            }
            for one in about.digits
        )
        st.caption(
            "*Refused*: called unsure or blank. *Calibration error*: the mean gap between"
            " confidence and the share that is right."
        )
        list_sets(about.digits)
    else:
        say_how_to_measure(about)
    show_numbers(about)
    if about.negatives:
        st.header(f"What is no {noun}")
        st.markdown(f"The share that it refuses to call a {noun}: the more, the better.")
        show_intervals(about.negatives, "refused")
        show_table(
            {
                "what": f"{bold(one.title)}  \n{one.count:,} pictures",
                "refused": with_interval(one, 1),
            }
            for one in about.negatives
        )
        list_sets(about.negatives)


def show_numbers(about: ModelAbout) -> None:
    """Show how well it reads numbers of several digits, if that was measured."""
    if not about.numbers:
        return
    st.header("How well it reads numbers")
    show_intervals(about.numbers, "wholly right")
    show_table(
        {
            "data set": f"{bold(one.title)}  \n{one.count:,} numbers",
            "wholly right": with_interval(one, 2),
            "without signs": format_percent(one.right_without_signs),
            "digit errors": format_percent(one.digit_error_rate),
            "too many, too few digits": f"{format_percent(one.too_many_digits)},"
            f" {format_percent(one.too_few_digits)}",
            "refused": format_percent(one.refused),
            "sure and wrong": format_percent(one.sure_and_wrong),
        }
        for one in about.numbers
    )
    st.caption(
        "*Digit errors*: digits to insert, delete or replace, of all digits. *Refused*: a line is"
        " unsure, or nothing was found. *Sure and wrong*: of all numbers."
    )
    list_sets(about.numbers)


def show_intervals(sets: Sequence[MeasuredSet], what: str) -> None:
    """Show sets' shares in their intervals, with the chart in words."""
    intervals = [Interval(one.title, one.share, *one.interval, one.count) for one in sets]
    words = "; ".join(f"{one.title} {format_percent(one.share)}" for one in sets)
    chart = interval_chart(intervals, get_palette())
    st.altair_chart(chart, alt=f"Share {what} by data set: {words}.")


def bold(name: str) -> str:
    """Write a name in bold Markdown."""
    return f"**{escape_markdown(name)}**"


def with_interval(one: MeasuredSet, places: int) -> str:
    """Write the share that counts, and its interval in the next line."""
    interval = format_interval(one.interval, places)
    return f"**{format_percent(one.share, places)}**  \n{interval}"


def show_table(rows: Iterable[Mapping[str, str]]) -> None:
    """Show rows of words and figures; the first column names them."""
    st.table(pd.DataFrame(list(rows)), border="horizontal", hide_index=True)


def list_sets(sets: Sequence[MeasuredSet]) -> None:
    """Say of each set what it is."""
    with st.expander("What these sets are"):
        st.markdown("\n".join(f"- {bold(one.title)}: {escape_markdown(one.about)}" for one in sets))


@st.fragment
def show_confidence(about: ModelAbout) -> None:
    """Show how far its confidence can be trusted."""
    st.header("Does it know when it is wrong?")
    card, sets = about.card, about.details.sets
    shown = [one for one in about.digits if one.name in sets and sets[one.name].reliability]
    one = choose_set(about, shown, "confidence_set")
    if card is None or one is None:
        say_how_to_measure(about, about.problems.details)
        return
    bins = sets[one.name].reliability
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
            f" validation {about.noun}s. A reading is called unsure when the probability that it"
            f" is a {about.noun}, and this one, is below **{card.reject_threshold:g}**."
        )
    with st.expander("The chart as a table"):
        show_table(
            {
                "confidence up to": format_percent(b.up_to, 1),
                "readings": f"{b.count:,}",
                "mean confidence": format_percent(b.confidence, 1),
                "right": format_percent(b.right, 1),
            }
            for b in bins
        )


def show_training(about: ModelAbout) -> None:
    """Show how the training went, and the command that repeats it."""
    st.header("How the training went")
    if about.history:
        measures = ("Accuracy", "accuracy", ".2%"), ("Loss, in nats", "loss", ".4f")
        for column, (title, measure, form) in zip(
            st.columns(2, gap="medium"), measures, strict=True
        ):
            values = [getattr(one, f"val_{measure}") for one in about.history]
            column.subheader(title)
            column.altair_chart(
                history_chart(about.history, measure, get_palette(), is_share=form == ".2%"),
                alt=f"Validation {measure}, by epoch: {values[0]:{form}} after the"
                f" first, {values[-1]:{form}} after epoch {about.history[-1].epoch}.",
            )
        and_letters = " and letters" if about.class_names == DIGIT_CLASSES else ""
        st.caption(
            "Training: the mean over an epoch, of pictures that are bent, turned and thickened"
            f" at random, with scribbles{and_letters} among them; so it lies below validation,"
            f" which is of clean {about.noun}s at an epoch's end, by writers who were not trained"
            " on. Loss is cross-entropy, on a logarithmic scale."
        )
    else:
        st.info(about.problems.history, icon=":material/show_chart:")
    st.header("Train it again")
    show_command(about)
    st.markdown("Then measure it, with more sets if you have them (`python evaluate.py --help`):")
    st.code(measure_command(about.card, about.path.name), wrap_lines=True, language=None)


def show_command(about: ModelAbout) -> None:
    """Show the command that trained the model, as its card has it."""
    command = about.training.get("command")
    if not isinstance(command, str):
        st.info("The card does not say which command trained this model.", icon=":material/code:")
        return
    are_digits = about.class_names == DIGIT_CLASSES
    download = " Without the names of files, MNIST and the pen digits are downloaded."
    st.markdown(f"In the project's folder.{download if are_digits else ''}")
    st.code(command, language=None, wrap_lines=True)


PARTS: dict[str, Callable[[ModelAbout], None]] = {
    "Figures": show_figures,
    "Mistakes": show_mistakes,
    "Confidence": show_confidence,
    "Network": show_network,
    "Training": show_training,
    "Compare": show_comparison,
}
