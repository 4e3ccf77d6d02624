"""Charts of figures: what was measured goes in, an Altair chart comes out.

    chart = reliability_chart(bins, palette)
    st.altair_chart(chart)

The page and the report of evaluate.py draw the same charts, in colours of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import altair as alt
import pandas as pd

from digits.evaluation.palette import Palette
from digits.recognition.model_report.schema import Bin, Epoch, SetDetails

Chart: TypeAlias = alt.LayerChart | alt.FacetChart  # as Altair types what layers give

ROW = 34  # pixels of a set in a chart of intervals
MATRIX_HEIGHT = 400  # pixels; about square on a phone
FEW, MOST_NUMBERED = 12, 30  # classes of a matrix with large letters, and with numbers
ROW_OF_MANY = 18  # pixels of a class in a matrix of many
CURVES_HEIGHT = 320  # pixels
LOSS_TICKS = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]  # nats; lines of a logarithmic scale
LABEL_WIDTH = 120  # pixels of the sets' names: a third of a phone
CELL = "cell"  # name of the selection of a confusion matrix

# An axis of names.
PLAIN_AXIS: dict[str, Any] = {"ticks": False, "domain": False, "labelFlush": False}


@dataclass(frozen=True)
class Interval:
    """A share, and where it lies 95 times in 100.

    Attributes:
        set: name of the data set.
        share: in [0, 1].
        low: end of the interval.
        high: the other end.
        count: pictures.
        model: name of the model; "" where there is one alone.
    """

    set: str
    share: float
    low: float
    high: float
    count: int
    model: str = ""


def interval_chart(intervals: Sequence[Interval], palette: Palette) -> Chart:
    """Draw each share as a point in its interval; models have colours of their own."""
    table = pd.DataFrame(intervals)
    # Down to a round number that is below all, so that the differences can be seen.
    least = int(table["low"].min() * 100 // 2) * 2 / 100
    scale = alt.Scale(domain=[least, 1], nice=False)
    tooltip = [
        alt.Tooltip("set:N", title="data set"),
        *percent_tooltips({"share": "share", "low": "from", "high": "to"}, places=2),
        alt.Tooltip("count:Q", format=",", title="pictures"),
    ]
    models = list(dict.fromkeys(one.model for one in intervals))
    axis = alt.Axis(labelLimit=LABEL_WIDTH, **PLAIN_AXIS)
    base = alt.Chart(table).encode(y=alt.Y("set:N", sort=None, title=None, axis=axis))
    color: Any = alt.value(palette.primary)
    if len(models) > 1:
        color = series_color("model", models, palette)
        base = base.encode(yOffset=alt.YOffset("model:N", sort=None))
    low = alt.X("low:Q", scale=scale, title=None, axis=alt.Axis(format="%", tickCount=5))
    bars = base.mark_rule(strokeWidth=3, opacity=0.55)
    points = base.mark_point(size=90, filled=True, opacity=1)
    layers = alt.layer(
        bars.encode(x=low, x2="high:Q", color=color, tooltip=tooltip),
        points.encode(x=alt.X("share:Q", scale=scale), color=color, tooltip=tooltip),
    )
    return layers.properties(height=max(ROW, 16 * len(models)) * table["set"].nunique() + 30)


def percent_tooltips(titles: Mapping[str, str], *, places: int) -> list[alt.Tooltip]:
    """Tell shares in per cent, each by its field's title."""
    form = f".{places}%"
    return [alt.Tooltip(f"{name}:Q", format=form, title=title) for name, title in titles.items()]


def series_color(field: str, names: Sequence[str], palette: Palette) -> alt.Color:
    """Give each name of a field its colour, told in a legend above the chart."""
    colors = [palette.series[index % len(palette.series)] for index in range(len(names))]
    legend = alt.Legend(orient="top", title=None, columns=2, labelLimit=0, symbolStrokeWidth=3)
    scale = alt.Scale(domain=names, range=colors)
    return alt.Color(f"{field}:N", sort=None, scale=scale, legend=legend)


def confusion_chart(details: SetDetails, truth: str, reading: str, palette: Palette) -> Chart:
    """Draw a confusion matrix whose cells can be chosen, the chosen row, column or cell framed.

    Mistakes are coloured by their number, on a scale of logarithms; what is right is not.
    """
    has_unread = any(row[-1] for row in details.confusion)
    columns = [*details.classes, *([""] if has_unread else [])]
    table = pd.DataFrame(
        {
            "written": one,
            "read": other or "not read",
            "count": count,
            "mistakes": count if one != other else 0,
            "label": str(count or ""),
            "is_right": one == other,
            "is_chosen": bool(truth or reading)
            and truth in ("", one)
            and reading in ("", other)
            and (one != other or truth == reading),
        }
        for one, row in zip(details.classes, details.confusion, strict=True)
        for other, count in zip(columns, row, strict=False)
    )
    chosen = alt.selection_point(name=CELL, fields=["written", "read"], empty=False)
    count = len(details.classes)
    axis = alt.Axis(labelAngle=0, labelFontSize=13 if count <= FEW else 9, **PLAIN_AXIS)
    base = alt.Chart(table).encode(
        x=alt.X("read:N", sort=None, title="read as", axis=axis),
        y=alt.Y("written:N", sort=None, title="written as", axis=axis),
    )
    most = max(int(table["mistakes"].max()), 2)
    cells = base.mark_rect(cursor="pointer", stroke=palette.faint, strokeOpacity=0.25).encode(
        color=fill("mistakes", most, "symlog", palette.paper, palette.other),
        tooltip=[
            alt.Tooltip("written:N", title="written as"),
            alt.Tooltip("read:N", title="read as"),
            alt.Tooltip("count:Q", format=","),
        ],
    )
    strong = f"!datum.is_right && datum.mistakes > {most} / 3"
    numbers = base.mark_text(fontSize=11 if count <= FEW else 8).encode(
        text="label:N",
        color=alt.condition(strong, alt.value(palette.paper), alt.value(palette.ink)),
        opacity=alt.condition("datum.is_right", alt.value(0.7), alt.value(1)),
    )
    # Of 52 letters a cell is smaller than a number: its colour tells, and a tap or the table.
    layers = [cells.add_params(chosen), *([numbers] if count <= MOST_NUMBERED else [])]
    if table["is_chosen"].any():  # an empty layer would be a picture without a name
        frames = base.transform_filter("datum.is_chosen")
        layers.append(frames.mark_rect(fillOpacity=0, stroke=palette.primary, strokeWidth=2.5))
    return alt.layer(*layers).properties(height=max(MATRIX_HEIGHT, ROW_OF_MANY * count))


def fill(
    field: str, most: float, kind: Literal["linear", "symlog"], low: str, high: str
) -> alt.Color:
    """Fill a cell by its value, from 0 in the colour `low` to `most` in `high`."""
    scale = alt.Scale(type=kind, domain=[0, most], range=[low, high], interpolate="rgb")
    return alt.Color(f"{field}:Q", scale=scale, legend=None)


def reliability_chart(bins: Sequence[Bin], palette: Palette) -> Chart:
    """Draw how often readings are right, by their confidence; large points are many of them."""
    rows = [(one.confidence, one.right, *one.interval, one.count) for one in bins]
    table = pd.DataFrame(rows, columns=["confidence", "right", "low", "high", "count"])
    titles = {"confidence": "mean confidence", "right": "right", "low": "from", "high": "to"}
    percent = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    scale = alt.Scale(domain=[0, 1])
    diagonal = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]}))
    honest = diagonal.mark_line(color=palette.faint, strokeDash=[5, 4])
    points = alt.Chart(table).encode(
        x=alt.X("confidence:Q", scale=scale, axis=percent, title="mean confidence"),
        y=alt.Y("right:Q", scale=scale, axis=percent, title="share that is right"),
    )
    sizes = alt.Scale(type="log", domain=[1, 10_000], range=[30, 400], clamp=True)
    bars = points.mark_rule(color=palette.primary, strokeWidth=2, opacity=0.5)
    circles = points.mark_circle(color=palette.primary, opacity=0.9)
    readings = alt.Tooltip("count:Q", format=",", title="readings")
    return alt.layer(
        honest.encode(x="x:Q", y="y:Q"),
        bars.encode(y=alt.Y("low:Q"), y2="high:Q"),
        circles.encode(
            size=alt.Size("count:Q", scale=sizes, legend=None),
            tooltip=[readings, *percent_tooltips(titles, places=1)],
        ),
    ).properties(height=360)


def history_chart(
    history: Sequence[Epoch], measure: str, palette: Palette, *, is_share: bool
) -> Chart:
    """Draw one measure by epoch, of training and of validation.

    Args:
        history: at least one epoch.
        measure: "loss" or "accuracy".
        palette: of the visitor's theme.
        is_share: whether it is written in per cent; otherwise the scale is of logarithms.
    """
    table = pd.DataFrame(
        {"epoch": one.epoch, "part": part, "value": getattr(one, f"{prefix}{measure}")}
        for one in history
        for part, prefix in (("training", ""), ("validation", "val_"))
    )
    parts = ["training", "validation"]
    colors = alt.Scale(domain=parts, range=[palette.other, palette.primary])
    dashes = alt.Scale(domain=parts, range=[[5, 3], [1, 0]])
    legend = alt.Legend(orient="top", title=None, symbolType="stroke", symbolStrokeWidth=3)
    scale = alt.Scale(zero=False) if is_share else alt.Scale(type="log")
    axis = alt.Axis(format="%") if is_share else alt.Axis(format="~g", values=LOSS_TICKS)
    base = alt.Chart(table).encode(
        x=alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(zero=False)),
        y=alt.Y("value:Q", title=None, scale=scale, axis=axis),
        color=alt.Color("part:N", scale=colors, legend=legend),
    )
    near = alt.selection_point(nearest=True, on="pointerover", fields=["epoch"], empty=False)
    value = alt.Tooltip("value:Q", format=".2%" if is_share else ".4f", title=measure)
    points = base.mark_point(filled=True, opacity=1).encode(
        size=alt.condition(near, alt.value(130), alt.value(30)),
        tooltip=["epoch:Q", "part:N", value],
    )
    lines = base.mark_line().encode(strokeDash=alt.StrokeDash("part:N", scale=dashes, legend=None))
    return alt.layer(lines, points.add_params(near)).properties(height=CURVES_HEIGHT)


def probability_chart(probabilities: pd.DataFrame, palette: Palette) -> Chart:
    """Draw what several models make of one picture: a row a model, a column a class.

    Args:
        probabilities: in [0, 1]; a column a model, a row a class.
        palette: of the visitor's theme.
    """
    table = pd.DataFrame(
        {"model": model, "class": name, "share": share, "label": f"{share * 100:.0f}"}
        for model, shares in probabilities.items()
        for name, share in shares.items()
    )
    axis = alt.Axis(labelAngle=0, labelLimit=LABEL_WIDTH, **PLAIN_AXIS)
    base = alt.Chart(table).encode(
        x=alt.X("class:N", sort=None, title=None, axis=axis),
        y=alt.Y("model:N", sort=None, title=None, axis=axis),
    )
    cells = base.mark_rect(stroke=palette.faint, strokeOpacity=0.25).encode(
        color=fill("share", 1, "linear", palette.paper, palette.primary),
        tooltip=["model:N", "class:N", alt.Tooltip("share:Q", format=".1%")],
    )
    strong = alt.condition("datum.share > 0.5", alt.value(palette.paper), alt.value(palette.ink))
    shown = base.transform_filter("datum.share >= 0.005").mark_text(fontSize=11)
    numbers = shown.encode(text="label:N", color=strong)
    return alt.layer(cells, numbers).properties(height=30 * probabilities.shape[1] + 40)
