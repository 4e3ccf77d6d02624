"""What a part of the view says and lets choose when figures are missing, or there are several."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from digits.app.model.wording import measure_command
from digits.evaluation.model_summary import DigitSet, ModelAbout


def say_how_to_measure(about: ModelAbout, problem: str = "") -> None:
    """Say that figures are missing, and what makes them.

    Args:
        about: what is known of the model.
        problem: what is missing, a sentence. Defaults to any measured digit.
    """
    problem = problem or f"No {about.noun}s were measured with this model."
    st.info(f"{problem} This measures it:", icon=":material/straighten:")
    st.code(measure_command(about.card, about.path.name), wrap_lines=True, language=None)


def choose_set(
    about: ModelAbout,
    sets: Sequence[DigitSet],
    key: str,
    on_change: Callable[[], Any] | None = None,
) -> DigitSet | None:
    """Let the visitor choose a data set; None when there is none."""
    by_name = {one.name: one for one in sets}
    if not by_name:
        return None
    name = st.selectbox(
        "Data set",
        list(by_name),
        format_func=lambda name: f"{by_name[name].title}, {by_name[name].count:,} {about.noun}s",
        key=key,
        on_change=on_change,
    )
    return by_name[name]
