"""Colours of the charts, for the light and the dark theme."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Palette:
    """Colours that tell parts of a chart from each other; 3 : 1 or more on the page's own.

    Attributes:
        primary: what a chart is about.
        other: what it is compared with, or what is wrong.
        faint: lines that help to read it.
        paper: behind it, and of text on a full colour.
        ink: of text.
    """

    primary: str
    other: str
    faint: str
    paper: str
    ink: str


def is_dark() -> bool:
    """Whether the visitor sees the dark theme."""
    return st.context.theme.type == "dark"


def get_palette() -> Palette:
    """Return the colours of the visitor's theme."""
    if is_dark():
        return Palette("#8fa5ff", "#ff9d5c", "#8a90a2", "#12141b", "#eceef4")
    return Palette("#2f4fd0", "#b4480f", "#7d8496", "#fbfbfd", "#10131c")
