"""The drawing of the network, made from the loaded model itself."""

import html
from pathlib import Path

import streamlit as st

from digits.app.loading_notice import say_that_it_loads
from digits.app.model.wording import escape, without_folders
from digits.app.theme import Palette, get_palette
from digits.evaluation.model_summary import ModelAbout
from digits.recognition.errors import RecognizerError
from digits.training.layers import Block, describe_layers

PIXELS = 2  # on screen, for one of the network's
LARGEST = 56  # pixels of a square's side, whatever the network gives
STEP = 4  # pixels from one sheet to the next
SHEETS = 4  # drawn at most behind the first, for the channels
LONGEST = 88  # pixels of the bar that stands for a vector
STYLE = """
<style>
.network { list-style: none; margin: 0 !important; padding: 0 !important; }
.network li { display: grid; grid-template-columns: 96px 1fr; gap: 0 1rem; align-items: center;
  margin: 0; padding: 0; }
.network .tensor { position: relative; align-self: stretch; min-height: 84px; display: flex;
  justify-content: center; align-items: center; }
/* The way from one block to the next. */
.network .tensor::before { content: ""; position: absolute; inset: 0 auto 0 50%;
  border-left: 1.5px solid FAINT; }
.network li:first-child .tensor::before { top: 50%; }
.network li:last-child .tensor::before { bottom: 50%; }
.network .tensor div { position: relative; border: 1.5px solid PRIMARY; background: PAPER; }
.network p { margin: 0; line-height: 1.4; }
.network .layer { font-weight: 600; }
.network .facts { opacity: .85; font-size: .875rem; }
</style>
"""


def show_network(about: ModelAbout) -> None:
    """Draw the layers of the model, with the shape and parameters of each."""
    st.header("How it is built")
    path = about.path
    with say_that_it_loads():
        blocks = load_blocks(path, path.stat().st_mtime_ns)
    if isinstance(blocks, str):
        st.error(escape(blocks), icon=":material/error:")
        return
    total = sum(block.parameters for block in blocks)
    st.markdown(
        f"From the picture, at the top, to the classes: **{total:,} parameters**. Squares are"
        " the pictures that a layer gives, drawn to scale; more sheets are more channels. Bars"
        " are vectors."
    )
    st.html(draw_network(blocks, total, get_palette()))


@st.cache_data(show_spinner="Loading the model ...", max_entries=8)
def load_blocks(path: Path, modified: int) -> tuple[Block, ...] | str:
    """Load a model and list its blocks; again when its file has been `modified`.

    Returns:
        The blocks, or the sentence that says why there are none.
    """
    from digits.recognition.keras_file import load_model

    try:
        return describe_layers(load_model(path))
    except RecognizerError as error:
        return without_folders(str(error))


def draw_network(blocks: tuple[Block, ...], total: int, palette: Palette) -> str:
    """Draw blocks below each other, as HTML."""
    style = STYLE.replace("PRIMARY", palette.primary).replace("FAINT", palette.faint)
    style = style.replace("PAPER", palette.paper)
    items = "".join(
        f"<li>{draw_tensor(block, palette)}<div>{draw_words(block, total)}</div></li>"
        for block in blocks
    )
    return f'{style}<ol class="network" aria-label="Layers of the network">{items}</ol>'


def draw_tensor(block: Block, palette: Palette) -> str:
    """Draw the shape of what a block gives: a stack of squares, or a bar."""
    style = "display:none"
    if len(block.output) == 3 and None not in block.output:
        height, width, channels = (side or 0 for side in block.output)
        scale = min(PIXELS, LARGEST / max(height, width, 1))
        sheets = min(channels.bit_length() // 2, SHEETS) if channels > 1 else 0
        shadows = [
            f"{STEP * i}px -{STEP * i}px 0 {ring}"
            for i in range(1, sheets + 1)
            for ring in (f"-1.5px {palette.paper}", f"0 {palette.primary}")
        ]
        style = f"width:{width * scale:.0f}px;height:{height * scale:.0f}px"
        style += f";box-shadow:{','.join(shadows)}" if shadows else ""
    elif len(block.output) == 1 and block.output[0]:
        style = f"height:10px;width:{min(max(block.output[0], 10), LONGEST)}px"
    return f'<div class="tensor" aria-hidden="true"><div style="{style}"></div></div>'


def draw_words(block: Block, total: int) -> str:
    """Write a block's layers, its output's shape and its parameters."""
    first, *others = block.layers
    settings = f" {html.escape(first.settings)}" if first.settings else ""
    lines = [f'<span class="layer">{html.escape(first.kind)}</span>{settings}']
    lines += [html.escape(", ".join(f"{one.kind} {one.settings}".strip() for one in others))]
    facts = f"gives {block.shape}" if block.shape else "of a shape that Keras does not tell"
    if block.parameters:
        facts += f" · {block.parameters:,} parameters, {block.parameters / total:.0%}"
    if block.inputs:
        facts += f" · takes {html.escape(', '.join(block.inputs))}"
    words = "".join(f"<p>{line}</p>" for line in lines if line)
    return f'{words}<p class="facts">{facts.replace("%", " %")}</p>'
