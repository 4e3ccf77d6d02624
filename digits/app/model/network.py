"""The drawing of the network, from the layers that its report lists."""

import html
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from digits.app.model.measuring import say_how_to_measure
from digits.app.theme import get_palette
from digits.evaluation.formats import format_percent
from digits.evaluation.model_summary import ModelAbout
from digits.evaluation.palette import Palette
from digits.recognition.model_report.schema import Block

PIXELS = 2  # on screen, for one of the network's
LARGEST = 56  # pixels of a square's side, whatever the network gives
SHEET_STEP = 4  # pixels from one sheet to the next
SHEETS = 4  # drawn at most behind the first, for the channels
LONGEST_BAR = 88  # pixels of the bar that stands for a vector


def show_network(about: ModelAbout) -> None:
    """Draw the layers of the model, with the shape and parameters of each."""
    st.header("How it is built")
    network = about.details.network
    if not network:
        problem = about.problems.details or "The report of this model does not list its layers."
        say_how_to_measure(about, problem)
        return
    total = sum(block.parameters for block in network)
    st.markdown(
        f"From the picture, at the top, to the classes: **{total:,} parameters**. Squares are"
        " the pictures that a layer gives, drawn to scale; more sheets are more channels. Bars"
        " are vectors."
    )
    st.html(Path(__file__).with_suffix(".css"))
    st.html(draw_network(network, total, get_palette()))


def draw_network(blocks: Sequence[Block], total: int, palette: Palette) -> str:
    """Draw blocks below each other, as HTML."""
    style = f"--primary:{palette.primary};--faint:{palette.faint};--paper:{palette.paper}"
    items = "".join(
        f"<li>{draw_tensor(block, palette)}<div>{draw_words(block, total)}</div></li>"
        for block in blocks
    )
    label = "Layers of the network"
    return f'<ol class="network" style="{style}" aria-label="{label}">{items}</ol>'


def draw_tensor(block: Block, palette: Palette) -> str:
    """Draw the shape of what a block gives: a stack of squares, or a bar."""
    style = "display:none"
    if len(block.output) == 3 and None not in block.output:
        height, width, channels = (side or 0 for side in block.output)
        scale = min(PIXELS, LARGEST / max(height, width, 1))
        sheets = min(channels.bit_length() // 2, SHEETS) if channels > 1 else 0
        shadows = [
            f"{SHEET_STEP * i}px -{SHEET_STEP * i}px 0 {ring}"
            for i in range(1, sheets + 1)
            for ring in (f"-1.5px {palette.paper}", f"0 {palette.primary}")
        ]
        style = f"width:{width * scale:.0f}px;height:{height * scale:.0f}px"
        style += f";box-shadow:{','.join(shadows)}" if shadows else ""
    elif len(block.output) == 1 and block.output[0]:
        style = f"height:10px;width:{min(max(block.output[0], 10), LONGEST_BAR)}px"
    return f'<div class="tensor" aria-hidden="true"><div style="{style}"></div></div>'


def draw_words(block: Block, total: int) -> str:
    """Write a block's layers, its output's shape and its parameters."""
    first, *others = block.layers
    settings = f" {html.escape(first.settings)}" if first.settings else ""
    lines = [f'<span class="layer">{html.escape(first.kind)}</span>{settings}']
    lines += [html.escape(", ".join(f"{one.kind} {one.settings}".strip() for one in others))]
    facts = f"gives {block.shape}" if block.shape else "of a shape that Keras does not tell"
    if block.parameters:
        share = format_percent(block.parameters / total, 0)
        facts += f" · {block.parameters:,} parameters, {share}"
    if block.inputs:
        facts += f" · takes {html.escape(', '.join(block.inputs))}"
    words = "".join(f"<p>{line}</p>" for line in lines if line)
    return f'{words}<p class="facts">{facts}</p>'
