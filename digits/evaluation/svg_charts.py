"""Charts of an evaluation as SVG that takes its colours from the page around it.

    svg = draw_reliability(figures.reliability)     # "<svg ...>...</svg>"

Matplotlib draws with stand-in colours, which are then replaced by the page's CSS
variables, so that one drawing suits light and dark.
"""

import io
import re
import zlib
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from digits.evaluation.evaluator import ModelResult
from digits.evaluation.metrics import Reliability

INK, FAINT, WARN = "#010203", "#040506", "#070809"
SERIES = ("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05", "#0a0b06")
VARIABLES = {
    INK: "var(--ink)",
    FAINT: "var(--line)",
    WARN: "var(--bad)",
    **{color: f"var(--series-{number})" for number, color in enumerate(SERIES, start=1)},
}
MARKERS = ("o", "s", "D", "^", "v", "P")  # so that colour is not all that tells them apart
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the page's own letters
    "svg.hashsalt": "evaluation",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
}
WIDTH = 4.7  # inches; shrunk to a phone's width, letters of 10 points can still be read


@matplotlib.rc_context(STYLE)
def draw_accuracies(results: Sequence[ModelResult]) -> str:
    """Draw each model's share of misread digits on each set, with its 95 % interval."""
    names = [part.name for part in results[0].digits]
    figure, axes = new_chart(0.9 + len(names) * (0.3 + 0.14 * len(results)))
    spread = np.linspace(-0.3, 0.3, len(results)) if len(results) > 1 else [0.0]
    for number, (result, offset) in enumerate(zip(results, spread, strict=True)):
        accuracies = [part.figures.accuracy for part in result.digits]
        wrong = np.array([1 - accuracy.share for accuracy in accuracies])
        ends = np.array([accuracy.interval for accuracy in accuracies])
        axes.errorbar(
            wrong,
            np.arange(len(names)) + offset,
            # Half a rounding error below zero would be refused.
            xerr=np.abs([wrong - (1 - ends[:, 1]), (1 - ends[:, 0]) - wrong]),
            fmt=MARKERS[number % len(MARKERS)],
            color=SERIES[number % len(SERIES)],
            markersize=5,
            clip_on=False,  # a mark at 0 % is whole
            label=result.name,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("misread, in %, with 95 % interval")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:g}"))
    axes.grid(visible=False, axis="y")
    if len(results) > 1:
        figure.legend(loc="outside upper left", ncols=2)
    return to_svg(figure, "Share of misread digits by data set, with 95 % intervals")


@matplotlib.rc_context(STYLE)
def draw_reliability(reliability: Reliability) -> str:
    """Draw how often readings are right by how sure the model is, and how many they are."""
    edges = np.linspace(0, 1, len(reliability.counts) + 1)
    width = edges[1]
    figure, axes = new_chart(3.9)
    axes.plot([0, 1], [0, 1], "--", color=INK, linewidth=1, label="as sure as right")
    axes.bar(
        edges[:-1],
        np.nan_to_num(reliability.accuracy),
        width * 0.9,
        align="edge",
        color=SERIES[0],
        label="right",
    )
    for edge, accuracy, count in zip(edges, reliability.accuracy, reliability.counts, strict=False):
        if count:
            axes.annotate(
                f"{count:,}",
                (edge + width / 2, max(accuracy, 0.02)),
                (0, 4),
                textcoords="offset points",
                ha="center",
                va="bottom",
                rotation=90,
                fontsize=8,
            )
    axes.set(xlim=(0, 1), ylim=(0, 1.22), xlabel="confidence", ylabel="read right")
    axes.set_yticks(np.linspace(0, 1, 6))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.legend(loc="upper left")
    return to_svg(figure, "Reliability: share read right by confidence, with counts")


@matplotlib.rc_context(STYLE)
def draw_refusals(result: ModelResult) -> str:
    """Draw what is refused of each kind against how many digits are refused with it."""
    parts = [part for part in result.others if part.figures.curve is not None]
    figure, axes = new_chart(3.9)
    for number, part in enumerate(parts):
        curve = part.figures.curve
        assert curve is not None
        color = SERIES[number % len(SERIES)]
        axes.plot(curve.digits, curve.others, color=color, linewidth=1.6, label=part.title)
        mark = (result.compared_refused.share, part.figures.refused.share)
        axes.plot(*mark, MARKERS[number % len(MARKERS)], color=color, markersize=7)
    axes.set_xscale("symlog", linthresh=0.01)
    axes.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="refused of what is no digit")
    axes.set_xlabel("refused of the digits, in % (evenly to 1, then by powers)")
    axes.set_xticks([0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1])
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:g}"))
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.legend(loc="lower right")
    return to_svg(figure, "Share refused of what is no digit against share refused of digits")


def new_chart(height: float) -> tuple[Figure, Axes]:
    """Make a chart of `height` inches that no window belongs to."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.subplots()


def to_svg(figure: Figure, title: str) -> str:
    """Turn a chart into an SVG element that can stand in a page among others."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    for color, variable in VARIABLES.items():
        svg = svg.replace(color, variable)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    # Several charts share a page, in which an id may occur once.
    prefix = f"chart-{zlib.crc32(svg.encode()):08x}-"
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
