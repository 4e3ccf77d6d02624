"""The charts of the report of evaluate.py, as SVG elements in the colours of its page.

    svg = draw_reliability(part)     # <svg ...>...</svg>

vl-convert-python, which makes SVG of Altair's charts, is needed for nothing else.
"""

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from digits.evaluation.charts import (
    CURVES_HEIGHT,
    Chart,
    Interval,
    interval_chart,
    reliability_chart,
    series_color,
)
from digits.evaluation.evaluator import ModelResult, SetResult
from digits.evaluation.metrics import DigitFigures
from digits.evaluation.palette import REPORT, Palette

REFUSAL_TICKS = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1]  # of a scale, linear up to 0.01
SVG_WIDTH = 300  # pixels of a plot; shrunk to a phone's width, letters can still be read


@dataclass(frozen=True)
class Curve:
    """What a moving threshold refuses of a set, and the model's own threshold on it.

    Attributes:
        set: name of the set of non-digits.
        digits: share of the digits that are refused, (points,).
        negatives: share of the set that is refused, (points,).
        mark: both shares at the model's own threshold.
    """

    set: str
    digits: npt.NDArray[np.float64]
    negatives: npt.NDArray[np.float64]
    mark: tuple[float, float]


def draw_accuracies(results: Sequence[ModelResult]) -> Markup:
    """Draw each model's accuracy on each set in its interval, as an SVG element."""
    intervals = [
        Interval(part.title, share.share, *share.interval, count=share.count, model=result.name)
        for result in results
        for part in result.digits
        for share in (part.figures.accuracy,)
    ]
    title = "Share read right by data set, with 95 % intervals"
    return Markup(to_svg(interval_chart(intervals, REPORT), REPORT, title))


def draw_reliability(part: SetResult[DigitFigures]) -> Markup:
    """Draw how often readings are right by their confidence, as an SVG element."""
    chart = reliability_chart(part.figures.reliability.bins, REPORT)
    return Markup(to_svg(chart, REPORT, "Reliability: share read right by confidence"))


def draw_refusals(result: ModelResult) -> Markup:
    """Draw what a moving threshold refuses, as an SVG element."""
    curves = []
    for part in result.negatives:
        if part.figures.curve is not None:
            curve = part.figures.curve.thinned()
            mark = result.compared_refused.share, part.figures.refused.share
            curves.append(Curve(part.title, curve.digits, curve.negatives, mark))
    noun = result.noun
    title = f"Share refused of what is no {noun} against share refused of {noun}s"
    return Markup(to_svg(refusal_chart(curves, noun, REPORT), REPORT, title))


def refusal_chart(curves: Sequence[Curve], noun: str, palette: Palette) -> Chart:
    """Draw what is refused of each set against how many digits are refused with it.

    Args:
        curves: one a set.
        noun: what the model reads, "digit".
        palette: has colours for `series`.
    """
    table = pd.concat(
        pd.DataFrame({"set": one.set, "digits": one.digits, "negatives": one.negatives})
        for one in curves
    )
    marks = pd.DataFrame(
        {"set": one.set, "digits": one.mark[0], "negatives": one.mark[1]} for one in curves
    )
    color = series_color("set", [one.set for one in curves], palette)
    x = alt.X(
        "digits:Q",
        scale=alt.Scale(type="symlog", constant=REFUSAL_TICKS[2], domain=[0, 1]),
        axis=alt.Axis(values=REFUSAL_TICKS, labelExpr="format(datum.value * 100, '~g')"),
        title=f"refused of the {noun}s, in % (by powers above 1)",
    )
    y = alt.Y("negatives:Q", axis=alt.Axis(format="%"), title=f"refused of what is no {noun}")
    return alt.layer(
        alt.Chart(table).mark_line(strokeWidth=1.6).encode(x=x, y=y, color=color, order="digits:Q"),
        alt.Chart(marks)
        .mark_point(size=60, filled=True, opacity=1)
        .encode(x=x, y=y, color=color, shape=alt.Shape("set:N", sort=None, legend=None)),
    ).properties(height=CURVES_HEIGHT)


def to_svg(chart: Chart, palette: Palette, title: str) -> str:
    """Turn a chart into an SVG element that can stand in a page among others.

    vl-convert-python, which does it, is needed for nothing else.

    Args:
        chart: any of this module.
        palette: its colours may be CSS variables of the page.
        title: what the chart shows, for those who do not see it.
    """
    chart = chart.properties(width=SVG_WIDTH).configure(background="transparent")
    chart = chart.configure_axis(
        labelColor=palette.ink,
        titleColor=palette.ink,
        titleFontWeight="normal",
        gridColor=palette.faint,
        domainColor=palette.faint,
        tickColor=palette.faint,
    )
    chart = chart.configure_legend(labelColor=palette.ink).configure_view(stroke=None)
    file = io.StringIO()
    chart.save(file, format="svg")
    svg = file.getvalue()
    # Several charts share a page, in which an id may occur once.
    prefix = f"chart-{zlib.crc32(svg.encode()):08x}-"
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = re.sub(r' width="[\d.]+" height="[\d.]+"', "", svg, count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
