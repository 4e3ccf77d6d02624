"""Why this digit: the ink that spoke for it and against it, over the drawing."""

import streamlit as st

from digits.app.canvas.drawing import CANVAS_SIDE
from digits.classes import with_article
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import to_data_url
from digits.preprocessing.ink import LocatedInk
from digits.recognition.explanation import AGAINST, FOR, Explainer, draw_explanation
from digits.recognition.recognizer import Recognizer

# A patch of each colour beside its name: for those who see colours, and those who do not.
LEGEND = """
<div style="display: flex; flex-direction: column; gap: 0.5rem">
  <div>{blue}<b>Blue</b> ink spoke for {digit}.</div>
  <div>{orange}<b>Orange</b> ink spoke against it, for {rival}.</div>
  <div>{white}<b>White</b> ink said little.</div>
</div>
"""
PATCH = (
    '<span style="display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.5em;'
    " border-radius: 3px; vertical-align: -0.1em; border: 1px solid #8888;"
    ' background: rgb{color}"></span>'
)


def show_explanation(picture: Image, ink: LocatedInk, recognizer: Recognizer) -> None:
    """Colour the ink of a drawing by what it said."""
    if not recognizer.engine.can_explain:
        st.caption(
            "This model cannot be explained: LiteRT cannot compute the gradients of its layers."
        )
        return
    explanation = Explainer(recognizer).explain(ink)
    if explanation is None:
        return
    digit, rival = with_article(explanation.digit), with_article(explanation.rival)
    with st.container(horizontal=True, gap="large"):
        st.image(
            to_data_url(draw_explanation(explanation, picture)),
            alt=f"The drawing, with ink that spoke for {digit} in blue, for {rival} in orange",
            width=CANVAS_SIDE,
        )
        with st.container(width=CANVAS_SIDE):
            blue, orange, white = (PATCH.format(color=c) for c in (FOR, AGAINST, (255,) * 3))
            st.html(LEGEND.format(digit=digit, rival=rival, blue=blue, orange=orange, white=white))
            st.caption(
                f"The stronger the colour, the more it said. It asks what makes this {digit}"
                f" rather than {rival}, which came second."
            )
