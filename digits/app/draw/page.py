"""Draw with mouse, pen or finger, and see what it is read as."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digits.app.canvas.board import Board, HeldReading, get_draw_state
from digits.app.canvas.reading import CanvasReading, close_runner_up, read_canvas
from digits.app.canvas.widget import show_board, show_edit_buttons
from digits.app.draw.explanation_view import show_explanation
from digits.app.draw.feedback import ask_feedback, show_feedback_hint
from digits.app.draw.history_view import show_history
from digits.app.draw.number_view import show_number
from digits.app.draw.save_open import show_files
from digits.app.draw.stages_view import show_number_stages, show_stages
from digits.app.kept.session import prepare_visit
from digits.app.prediction_view import (
    find_recognizer,
    page_noun,
    show_answer,
    show_model_input,
    show_probabilities,
    stop_when_model_ends,
)
from digits.app.sentences import describe_doubt
from digits.classes import DIGIT_CLASSES, with_article
from digits.evaluation.formats import format_confidence
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

# The places of canvas and answer keep their height, so that nothing below them jumps;
# small pictures need no tools above them.
STYLE = """
<style>
.st-key-board { min-height: 20rem; }
.st-key-answer { min-height: 26.5rem; }
.st-key-announcement {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
[data-testid="stElementToolbar"] { display: none; }
@media (max-width: 640px) {
    .stHorizontalBlock { gap: 1rem; }
    [data-testid="stMetricValue"] { font-size: 4rem; }
}
</style>
"""


def main() -> None:
    """Lay out the view."""
    st.html(STYLE)
    st.title(f"Draw a {page_noun()}", anchor=False)
    prepare_visit()
    draw_and_read()


@st.fragment
@stop_when_model_ends()
def draw_and_read() -> None:
    """Rerun, after a stroke, nothing but this: canvas, reading, and what belongs to them."""
    left, right = st.columns([5, 6], gap="large")
    controls, feedback = st.container(), st.container()
    details, history = st.container(), st.container()
    with controls:
        brush, is_live, files = show_controls()
    with left:
        with st.container(key="board"):
            board = show_board(brush)
        with st.container(horizontal=True):
            show_edit_buttons(board)
            is_asked = not is_live and st.button(
                "Predict", type="primary", key="predict", disabled=board.is_empty
            )
    with files:
        show_files(board)
    with history:
        show_history()
    with right, st.container(key="answer"):
        recognizer = find_recognizer()
        if recognizer is None:
            name_page("")
            with feedback:
                show_feedback_hint("")
            return
        reading = read_board(board, recognizer, is_wanted=is_live or bool(is_asked))
        show_state(reading)
    name_page(reading.text if reading else "")
    announce(reading)
    with feedback:
        show_feedback(board, reading, recognizer)
    with details:
        show_details(board, reading, recognizer)


def show_controls() -> tuple[int, bool, DeltaGenerator]:
    """Show how it is drawn and read: the brush, whether to read at once; and room for files."""
    left, right = st.columns([5, 6], gap="large", vertical_alignment="center")
    brush = left.slider("Brush", 8, 40, 20, format="%d px", key="brush")
    with right.container(horizontal=True, vertical_alignment="center", gap="medium"):
        is_live = st.toggle("Predict while drawing", value=True, key="live")
        files = st.container(width="content")
    return brush, is_live, files


def read_board(board: Board, recognizer: Recognizer, *, is_wanted: bool) -> CanvasReading | None:
    """Read the drawing, or return the last reading while it is still of this drawing.

    Returns:
        None when the drawing has not been read yet.
    """
    if board.is_empty:
        return CanvasReading(recognizer.blank())
    state = get_draw_state()
    held = state.held
    if held and held.recognizer is recognizer and held.board.is_same(board):
        return held.reading
    if not is_wanted:
        return None
    reading = read_canvas(board.picture, board.drawing, recognizer)
    state.held = HeldReading(board, recognizer, reading)
    return reading


def show_state(reading: CanvasReading | None) -> None:
    """Show the reading, or what to do to get one."""
    if reading is None:
        st.info("Press **Predict** to have it read.", icon=":material/touch_app:")
    elif reading.number is not None:
        show_number(reading.number)
    elif reading.prediction.status == "blank":
        range_ = " from 0 to 9" if reading.prediction.class_names == DIGIT_CLASSES else ""
        st.info(
            f"Draw one {page_noun()}{range_} on the black field, or several side by side.",
            icon=":material/draw:",
        )
    else:
        show_one(reading.prediction)


def show_one(prediction: Prediction) -> None:
    """Show one digit: the answer, what was seen, a word on doubt, all probabilities."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        show_answer(prediction)
        if prediction.model_input is not None:
            show_model_input(prediction.model_input)
    st.caption(describe_second(prediction))
    show_probabilities(prediction)


def describe_second(prediction: Prediction) -> str:
    """Say what else it could be."""
    if prediction.status == "unsure":
        return describe_doubt(prediction)
    close = close_runner_up(prediction)
    if close is None:
        return f"No other {page_noun()} comes close."
    return f"It could also be {with_article(close[0])}: {format_confidence(close[1])}."


def name_page(answer: str) -> None:
    """Name the reading in the title of the browser's window."""
    title = f"Handwritten {page_noun()}s"
    st.set_page_config(page_title=f"{answer} - {title}" if answer else title)


def announce(reading: CanvasReading | None) -> None:
    """Tell the reading to screen readers; for eyes the answer is large enough."""
    with st.container(key="announcement"):
        st.markdown(
            f'<span role="status" aria-live="polite">{say(reading)}</span>',
            unsafe_allow_html=True,
        )


def say(reading: CanvasReading | None) -> str:
    """Put a reading into words that are spoken well; "" for none."""
    if reading is None or not reading.text:
        return ""
    prediction = reading.prediction
    if reading.number is not None:
        return f"Read as {' '.join(reading.text)}."
    if prediction.status == "unsure":
        return describe_doubt(prediction)
    return f"Read as {prediction.label}, {format_confidence(prediction.confidence)} sure."


def show_feedback(board: Board, reading: CanvasReading | None, recognizer: Recognizer) -> None:
    """Ask whether the prediction for a single digit is correct; else ask nothing."""
    if reading is not None and reading.number is not None:
        show_feedback_hint(
            f"Draw one {page_noun()} alone to say whether the prediction is correct."
        )
    elif reading is None or board.is_empty:
        show_feedback_hint("")
    else:
        ask_feedback(board.drawing, reading.prediction, recognizer)


def show_details(board: Board, reading: CanvasReading | None, recognizer: Recognizer) -> None:
    """Show, to who opens them, how the drawing was seen and why it was read so."""
    noun = page_noun()
    stages = st.expander("How it saw it", key="seen", on_change="rerun")
    explanation = st.expander(f"Why this {noun}?", key="why", on_change="rerun")
    if reading is None or reading.ink is None:
        stages.caption("Draw something first: the steps show here.")
        explanation.caption("Draw something first: the reasons show here.")
        return
    if stages.open:
        with stages:
            if reading.number is not None:
                show_number_stages(board.picture, reading.number)
            else:
                show_stages(reading.ink)
    if explanation.open:
        with explanation:
            if reading.number is not None:
                st.caption(f"Draw one {noun} alone to see why it is read so.")
            else:
                show_explanation(board.picture, reading.ink, recognizer)
