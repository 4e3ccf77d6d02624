"""A sentence for the seconds in which TensorFlow is loaded, once a server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def say_that_it_loads() -> Iterator[None]:
    """Show a sentence until the work is done, if TensorFlow has to be loaded for it."""
    place = st.empty()
    if "tensorflow" not in sys.modules:
        place.info("Loading TensorFlow, once a server: some seconds.", icon=":material/hourglass:")
    yield
    place.empty()
