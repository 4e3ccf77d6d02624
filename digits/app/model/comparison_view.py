"""Several models read the same drawing, and their figures stand in one table."""

from pathlib import Path

import pandas as pd
import streamlit as st

from digits.app.canvas.board import get_draw_state
from digits.app.model.comparison import NOTHING, compare_figures, list_models, name_models
from digits.app.model.example_drawings import EXAMPLE_DRAWINGS
from digits.app.model.mistakes import MISREAD_ZOOM
from digits.app.navigation import draw_page
from digits.app.prediction_view import COMPILING, enlarge_pixels, page_noun, stop_when_model_ends
from digits.app.sentences import escape_markdown, without_folders
from digits.app.theme import get_palette
from digits.classes import DIGIT_CLASSES
from digits.evaluation.charts import probability_chart
from digits.evaluation.formats import format_confidence
from digits.evaluation.model_summary import ModelAbout, read_about
from digits.locations import models_folder
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import to_data_url
from digits.recognition.background_loader import FileIdentity, file_identity
from digits.recognition.errors import RecognizerError
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

MOST = 4  # models at once, and the one that ships: more cannot be read on a phone
DRAWING_SIDE = 140  # screen pixels of the drawing that is read
LEAST_SHOWN = 0.005  # probability of a class, to be shown where there are many
MOST_CLASSES = 12  # all shown
MOST_MISREAD = 8  # examples of what the model misreads
EXAMPLE, DRAWN = "Examples", "From Draw"
COMMANDS = """\
mkdir -p trained
python train.py --architecture classic --epochs 5 --no-pendigits --no-augmentation \\
    --output trained/classic.keras
python train.py --epochs 1 --output trained/quick.keras"""


def show_comparison(about: ModelAbout) -> None:
    """Let models be chosen, show what each reads, and their figures."""
    st.html(Path(__file__).with_suffix(".css"))
    st.header("Compare models")
    folder = models_folder(about.path)
    paths = {path.name: path for path in list_models(folder)}
    chosen = [about.path]
    if paths:
        names = st.pills(
            f"Beside {escape_markdown(about.path.name)}, of the folder `{folder.name}/`",
            list(paths),
            selection_mode="multi",
            default=list(paths)[:2],
            format_func=escape_markdown,
            key="compared",
        )
        if len(names) > MOST:
            st.caption(f"The first {MOST} are shown.")
        chosen += [paths[name] for name in names[:MOST]]
    else:
        st.info(
            f"There is no model in the folder `{folder.name}/` yet. Train some into it, or copy"
            " `.keras` or `.h5` files there, with their `.json`, and they can be chosen here:",
            icon=":material/compare_arrows:",
        )
        st.code(COMMANDS, wrap_lines=True, language=None)
    show_side_by_side(about, chosen)


@st.fragment
@stop_when_model_ends()
def show_side_by_side(about: ModelAbout, paths: list[Path]) -> None:
    """Show what models read, and their figures.

    A fragment's arguments are kept as long as its visitor: paths are, models are not.
    """
    recognizers = load_all(paths)
    if not recognizers:
        return
    names = name_models(list(recognizers))
    predict_together({names[path]: one for path, one in recognizers.items()}, about)
    st.header("Their figures")
    figures = compare_figures({names[path]: read_about(path) for path in recognizers})
    # Not st.table: where it is wider than a phone, it cannot be scrolled with keys.
    st.dataframe(
        figures.rename_axis("figure"), height="content", alt="Figures of the models side by side"
    )
    st.caption("– was not measured. `python evaluate.py --model FILE ... --update-card` measures.")


def examples_for(about: ModelAbout) -> dict[str, Image]:
    """Return our drawings, where they are of the model's classes, and some that it misreads."""
    drawings = EXAMPLE_DRAWINGS if about.class_names == DIGIT_CLASSES else {}
    details = about.details.sets.get("mnist_test")
    misread = details.misread[:MOST_MISREAD] if details else []
    return {
        **{name: drawing.draw() for name, drawing in drawings.items()},
        **{
            f"Misread {index}: a {one.truth} of MNIST": enlarge_pixels(one.picture, MISREAD_ZOOM)
            for index, one in enumerate(misread, 1)
        },
    }


def load_all(paths: list[Path]) -> dict[Path, Recognizer]:
    """Load models, and say in a sentence each which ones cannot be used."""
    recognizers = {}
    for path in paths:
        loaded = load_recognizer(path, file_identity(path))
        if isinstance(loaded, Recognizer):
            recognizers[path] = loaded
        else:
            st.error(escape_markdown(without_folders(str(loaded))), icon=":material/error:")
    return recognizers


@st.cache_resource(show_spinner=COMPILING, max_entries=MOST + 1)
def load_recognizer(path: Path, identity: FileIdentity) -> Recognizer | RecognizerError:
    """Load a model once a server, and again when its files have another `identity`.

    What is wrong with a model is kept, too: finding it out takes as long as compiling.
    """
    try:
        return Recognizer.load(path)
    except RecognizerError as error:
        return error


def predict_together(recognizers: dict[str, Recognizer], about: ModelAbout) -> None:
    """Take a drawing, and show what each model reads."""
    left, right = st.columns([5, 6], gap="medium")
    with left:
        image = choose_image(examples_for(about), about.noun)
    with right, st.container(key="readings"):
        if image is not None:
            readings = {name: one.predict(image) for name, one in recognizers.items()}
            show_readings(readings, recognizers)


def choose_image(examples: dict[str, Image], noun: str) -> Image | None:
    """Let the visitor take the drawing of the Draw view, or choose an example."""
    board = get_draw_state().board
    drawn = None if board.is_empty else board.picture
    sources = [*([DRAWN] if drawn is not None else []), *([EXAMPLE] if examples else [])]
    source = None
    if sources:
        source = st.segmented_control(
            "What they read", sources, default=sources[0], required=True, key="source"
        )
    image = drawn
    if source == EXAMPLE:
        image = examples[st.selectbox("Example", list(examples), key="example")]
    if image is not None:
        url = to_data_url(image)
        st.image(url, caption="What they all read", width=DRAWING_SIDE, alt="The drawing")
    if drawn is None:
        st.page_link(draw_page(), label=f"Draw a {noun} for them to read", icon=":material/draw:")
    return image


def show_readings(readings: dict[str, Prediction], recognizers: dict[str, Recognizer]) -> None:
    """Show what each model reads, and how its probabilities are spread."""
    table = [
        describe_prediction(name, reading, recognizers[name]) for name, reading in readings.items()
    ]
    st.table(pd.DataFrame(table), border="horizontal", hide_index=True)
    words = "; ".join(
        f"{name} reads {reading.label}, {format_confidence(reading.confidence)}"
        for name, reading in readings.items()
    )
    chart = probability_chart(table_probabilities(readings), get_palette())
    st.altair_chart(chart, alt=f"Probabilities: {words}.")
    st.caption(f"The chart: the probability of each class in per cent, if it is a {page_noun()}.")
    for name, one in recognizers.items():
        if one.warning:
            st.caption(
                f"**{escape_markdown(name)}**: {escape_markdown(without_folders(one.warning))}"
            )


def describe_prediction(name: str, reading: Prediction, recognizer: Recognizer) -> dict[str, str]:
    """Write what a model reads, and how sure it is."""
    in_distribution = NOTHING  # a model that never refuses does not say
    if recognizer.card.reject_logit is not None:
        in_distribution = format_confidence(reading.in_distribution_probability)
    return {
        "model": escape_markdown(name).replace("_", "_\N{ZERO WIDTH SPACE}"),  # a line may end
        "reads": f"**{escape_markdown(reading.label or '')}**",
        "confidence": format_confidence(reading.confidence),
        f"is a {page_noun()}": in_distribution,
        "status": reading.status,
    }


def table_probabilities(readings: dict[str, Prediction]) -> pd.DataFrame:
    """Tabulate probabilities, a column a model, a row a class; of many, those that are possible."""
    columns = {
        name: dict(zip(one.class_names, one.probabilities, strict=True))
        for name, one in readings.items()
    }
    table = pd.DataFrame(columns).fillna(0.0)  # a class that a model does not know
    if len(table) > MOST_CLASSES:
        table = table[table.max(axis=1) >= LEAST_SHOWN].sort_index()
    return table
