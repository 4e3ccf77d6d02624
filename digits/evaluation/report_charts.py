"""The charts of the report of evaluate.py, as SVG elements in the colours of its page.

    svg = draw_reliability(part)     # <svg ...>...</svg>

vl-convert-python, which makes SVG of Altair's charts, is needed for nothing else.
"""

import io
import re
import zlib
from collections.abc import Sequence

import altair as alt
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
from digits.evaluation.palette import REPORT

REFUSAL_TICKS = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1]  # of a scale, linear up to 0.01
SVG_WIDTH = 300  # pixels of a plot; shrunk to a phone's width, letters can still be read


def draw_accuracies(results: Sequence[ModelResult]) -> Markup:
    """Draw each model's accuracy on each set in its interval, as an SVG element."""
    intervals = [
        Interval(part.title, share.share, *share.interval, count=share.count, model=result.name)
        for result in results
        for part in result.digits
        for share in (part.figures.accuracy,)
    ]
    title = "Share read right by data set, with 95 % intervals"
    return to_svg(interval_chart(intervals, REPORT), title)


def draw_reliability(part: SetResult[DigitFigures]) -> Markup:
    """Draw how often readings are right by their confidence, as an SVG element."""
    chart = reliability_chart(part.figures.reliability.bins, REPORT)
    return to_svg(chart, "Reliability: share read right by confidence")


def draw_refusals(result: ModelResult) -> Markup:
    """Draw what is refused of each set as the threshold moves, as an SVG element.

    Each curve is against the share of digits refused; a mark is the model's own threshold.
    """
    noun, tables, marks = result.noun, [], []
    for part in result.negatives:
        if part.figures.curve is not None:
            curve = part.figures.curve.thinned()
            shares = {"digits": curve.digits, "negatives": curve.negatives}
            tables.append(pd.DataFrame({"set": part.title, **shares}))
            marks.append((part.title, result.compared_refused.share, part.figures.refused.share))
    color = series_color("set", [name for name, _, _ in marks], REPORT)
    x = alt.X(
        "digits:Q",
        scale=alt.Scale(type="symlog", constant=REFUSAL_TICKS[2], domain=[0, 1]),
        axis=alt.Axis(values=REFUSAL_TICKS, labelExpr="format(datum.value * 100, '~g')"),
        title=f"refused of the {noun}s, in % (by powers above 1)",
    )
    y = alt.Y("negatives:Q", axis=alt.Axis(format="%"), title=f"refused of what is no {noun}")
    lines = alt.Chart(pd.concat(tables)).mark_line(strokeWidth=1.6)
    points = alt.Chart(pd.DataFrame(marks, columns=["set", "digits", "negatives"])).mark_point(
        size=60, filled=True, opacity=1
    )
    shape = alt.Shape("set:N", sort=None, legend=None)
    chart = alt.layer(
        lines.encode(x=x, y=y, color=color, order="digits:Q"),
        points.encode(x=x, y=y, color=color, shape=shape),
    ).properties(height=CURVES_HEIGHT)
    return to_svg(chart, f"Share refused of what is no {noun} against share refused of {noun}s")


def to_svg(chart: Chart, title: str) -> Markup:
    """Turn a chart into an SVG element that can stand in a page among others.

    Args:
        chart: in the colours of `REPORT`.
        title: what the chart shows, for those who do not see it.
    """
    chart = chart.properties(width=SVG_WIDTH).configure(background="transparent")
    chart = chart.configure_axis(
        labelColor=REPORT.ink,
        titleColor=REPORT.ink,
        titleFontWeight="normal",
        gridColor=REPORT.faint,
        domainColor=REPORT.faint,
        tickColor=REPORT.faint,
    )
    chart = chart.configure_legend(labelColor=REPORT.ink).configure_view(stroke=None)
    file = io.StringIO()
    chart.save(file, format="svg")
    svg = file.getvalue()
    # Several charts share a page, in which an id may occur once.
    prefix = f"chart-{zlib.crc32(svg.encode()):08x}-"
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = re.sub(r' width="[\d.]+" height="[\d.]+"', "", svg, count=1)
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1))
