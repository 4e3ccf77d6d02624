"""What evaluate.py prints: figures in aligned columns, for people."""

from collections.abc import Mapping, Sequence
from textwrap import shorten

import pandas as pd

from digits.evaluation.engine_comparison import EngineComparison
from digits.evaluation.evaluator import ModelResult
from digits.evaluation.formats import format_percent
from digits.evaluation.metrics import REFUSED_DIGITS, Proportion
from digits.evaluation.number_sets import NumberFigures

KIND_WIDTH = 50  # letters of a kind's name in a table

Table = Mapping[str, Mapping[str, object]]  # names of rows or columns, each with its figures


def model_table(result: ModelResult) -> str:
    """Lay out all figures of one model."""
    speed = result.speed
    about = (
        f"{result.name}: {result.parameters:,} parameters, {result.file_size:,} bytes,"
        f" {speed.milliseconds:.2f} ms an image,"
        f" {speed.images_per_second:,.0f} images a second in batches"
    )
    tables = [digits_table(result)] if result.digits else []
    return "\n\n".join([about, *tables, *number_tables(result), negatives_table(result)])


def digits_table(result: ModelResult) -> str:
    """Lay out accuracy, refusals and calibration, a row a labelled set."""
    rows = {}
    for part in result.digits:
        figures = part.figures
        rows[part.name] = {
            f"{result.noun}s": f"{figures.accuracy.count:,}",
            "read right": format_percent(figures.accuracy.share),
            "95 % interval": interval(figures.accuracy),
            "refused": format_percent(figures.refused.share),
            "sure but wrong": format_percent(figures.sure_wrong.share),
            "blank": figures.statuses.get("blank", 0),
            "error": figures.statuses.get("error", 0),
            "calibration error": format_percent(figures.reliability.error),
        }
    return align(rows, f"labelled {result.noun}s")


def number_tables(result: ModelResult) -> list[str]:
    """Lay out sets of numbers, and the kinds of each set that names them."""
    if not result.numbers:
        return []
    whole = align({part.name: number_row(part.figures) for part in result.numbers}, "numbers")
    kinds = [
        align({name_kind(kind): number_row(figures) for kind, figures in part.kinds.items()}, title)
        for part in result.numbers
        if part.kinds
        for title in (f"{part.name}, by kind",)
    ]
    return [whole, *kinds]


def name_kind(kind: str) -> str:
    """Shorten a long name of a kind."""
    return shorten(kind, KIND_WIDTH, placeholder=" ...")


def number_row(figures: NumberFigures) -> dict[str, object]:
    """Name the figures of numbers."""
    return {
        "numbers": f"{figures.right.count:,}",
        "wholly right": format_percent(figures.right.share),
        "95 % interval": interval(figures.right),
        "without signs": format_percent(figures.digits_right.share),
        "digit errors": format_percent(figures.digit_errors.share),
        "too many": figures.too_many.hits,
        "too few": figures.too_few.hits,
        "refused": format_percent(figures.refused.share),
        "sure and wrong": format_percent(figures.sure_wrong.share),
    }


def negatives_table(result: ModelResult) -> str:
    """Lay out refusals, a row a set of non-digits."""
    rows = {}
    for part in result.negatives:
        figures = part.figures
        row = {
            "pictures": f"{figures.refused.count:,}",
            "refused": format_percent(figures.refused.share, 1),
            "95 % interval": interval(figures.refused, 1),
            "unsure": figures.statuses.get("unsure", 0),
            "blank": figures.statuses.get("blank", 0),
            f"taken for a {result.noun}": figures.statuses.get("digit", 0),
        }
        if figures.curve is not None:
            limit = f"refused with {format_percent(REFUSED_DIGITS, 0)} of {result.noun}s"
            row["AUROC"] = f"{figures.curve.auroc:.4f}"
            row[limit] = format_percent(figures.curve.refused_at(REFUSED_DIGITS), 1)
        rows[part.title] = row
    return align(rows, f"what is no {result.noun}")


def comparison_table(results: Sequence[ModelResult]) -> str:
    """Set models side by side: a column a model, a row a figure."""
    columns = {}
    for one in results:
        labelled = [(part.name, part.figures) for part in one.digits]
        columns[one.name] = {
            **{f"{name}, read right": format_percent(f.accuracy.share) for name, f in labelled},
            **{f"{name}, refused": format_percent(f.refused.share) for name, f in labelled},
            **{
                f"{part.name}, numbers right": format_percent(part.figures.right.share)
                for part in one.numbers
            },
            **{
                f"{part.title}, refused": format_percent(part.figures.refused.share, 1)
                for part in one.negatives
            },
            "parameters": f"{one.parameters:,}",
            "bytes": f"{one.file_size:,}",
            "ms an image": f"{one.speed.milliseconds:.2f}",
            "images a second in batches": f"{one.speed.images_per_second:,.0f}",
        }
    return align(columns, "", orient="columns")


def engine_line(name: str, comparison: EngineComparison) -> str:
    """Say how far LiteRT's answers differ from those of Keras."""
    return (
        f"{name}, LiteRT compared with Keras: {comparison.pictures:,} pictures,"
        f" {comparison.other_labels:,} other labels, {comparison.other_statuses:,} other"
        f" statuses, largest difference of a probability {comparison.largest_difference:.1e}"
    )


def interval(proportion: Proportion, places: int = 2) -> str:
    """Write an interval as "99.45 - 99.71 %"."""
    low, high = proportion.interval
    return f"{low * 100:.{places}f} - {format_percent(high, places)}"


def align(table: Table, title: str, *, orient: str = "index") -> str:
    """Align a table: names to the left, figures to the right."""
    frame = pd.DataFrame.from_dict(table, orient=orient)  # type: ignore[call-overload]
    text: str = frame.rename_axis(columns=title).to_string()
    return text.replace("\N{NO-BREAK SPACE}", " ")
