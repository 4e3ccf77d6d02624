"""Colours of the charts, for the light and the dark theme."""

import streamlit as st

from digits.evaluation.palette import DARK, LIGHT, Palette


def get_palette() -> Palette:
    """Return the colours of the theme that the visitor sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT
