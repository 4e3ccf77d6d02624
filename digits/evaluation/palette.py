"""Colours of the charts, for a light and a dark page, and for the report, which is both."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours that tell parts of a chart from each other; 3 : 1 or more on the page's own.

    Attributes:
        primary: what a chart is about.
        other: what it is compared with, or what is wrong.
        faint: lines that help to read it.
        paper: behind it, and of text on a full colour.
        ink: of text.
        series: of models or sets side by side, `primary` and `other` first.
    """

    primary: str
    other: str
    faint: str
    paper: str
    ink: str
    series: tuple[str, ...] = ()


LIGHT = Palette("#2f4fd0", "#b4480f", "#7d8496", "#fbfbfd", "#10131c")
DARK = Palette("#8fa5ff", "#ff9d5c", "#8a90a2", "#12141b", "#eceef4")
# The report's page defines these variables, once for light and once for dark.
SERIES = tuple(f"var(--series-{number})" for number in range(1, 7))
REPORT = Palette(SERIES[0], SERIES[1], "var(--line)", "var(--page)", "var(--ink)", SERIES)
