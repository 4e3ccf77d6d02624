"""What evaluate.py prints: figures in aligned columns, for people."""

from collections.abc import Sequence

import pandas as pd

from digits.classes import worded
from digits.evaluation.evaluator import ModelResult
from digits.evaluation.metrics import REFUSED_DIGITS, Share, percent


def model_table(result: ModelResult) -> str:
    """Lay out all figures of one model."""
    speed = result.speed
    about = (
        f"{result.name}: {result.parameters:,} parameters, {result.file_size:,} bytes,"
        f" {speed.milliseconds:.2f} ms an image,"
        f" {speed.images_per_second:,.0f} images a second in batches"
    )
    parts = [about]
    if result.digits:
        parts.append(digits_table(result))
    parts.append(others_table(result))
    return "\n\n".join(parts)


def digits_table(result: ModelResult) -> str:
    """Lay out accuracy, refusals and calibration, a row a labelled set."""
    rows = {}
    for part in result.digits:
        figures = part.figures
        rows[part.name] = {
            worded("digits", result.class_names): f"{figures.accuracy.count:,}",
            "read right": percent(figures.accuracy.share),
            "95 % interval": interval(figures.accuracy),
            "refused": percent(figures.refused.share),
            "sure but wrong": percent(figures.sure_wrong.share),
            "blank": figures.statuses.get("blank", 0),
            "error": figures.statuses.get("error", 0),
            "calibration error": percent(figures.reliability.error),
        }
    return align(rows, worded("labelled digits", result.class_names))


def others_table(result: ModelResult) -> str:
    """Lay out refusals, a row a set of what is no digit."""
    rows = {}
    for part in result.others:
        figures = part.figures
        rows[part.title] = {
            "pictures": f"{figures.refused.count:,}",
            "refused": percent(figures.refused.share, 1),
            "95 % interval": interval(figures.refused, 1),
            "unsure": figures.statuses.get("unsure", 0),
            "blank": figures.statuses.get("blank", 0),
            worded("taken for a digit", result.class_names): figures.statuses.get("digit", 0),
        }
        if figures.curve is not None:
            limit = f"refused with {percent(REFUSED_DIGITS, 0)} of digits"
            limit = worded(limit, result.class_names)
            rows[part.title]["AUROC"] = f"{figures.curve.auroc:.4f}"
            rows[part.title][limit] = percent(figures.curve.refused_at(REFUSED_DIGITS), 1)
    return align(rows, worded("what is no digit", result.class_names))


def comparison_table(results: Sequence[ModelResult]) -> str:
    """Set models side by side: a column a model, a row a figure."""
    return align(compare(results), "", by_column=True)


def compare(results: Sequence[ModelResult]) -> dict[str, dict[str, str]]:
    """List what models are compared by: for each, figure by name of the figure."""
    return {
        result.name: {
            **{f"{p.name}, read right": percent(p.figures.accuracy.share) for p in result.digits},
            **{f"{p.name}, refused": percent(p.figures.refused.share) for p in result.digits},
            **{f"{p.title}, refused": percent(p.figures.refused.share, 1) for p in result.others},
            "parameters": f"{result.parameters:,}",
            "bytes": f"{result.file_size:,}",
            "ms an image": f"{result.speed.milliseconds:.2f}",
            "images a second in batches": f"{result.speed.images_per_second:,.0f}",
        }
        for result in results
    }


def interval(share: Share, places: int = 2) -> str:
    """Write an interval as "99.45 - 99.71 %"."""
    low, high = share.interval
    return f"{low * 100:.{places}f} - {percent(high, places)}"


def align(
    rows: dict[str, dict[str, object]] | dict[str, dict[str, str]],
    title: str,
    *,
    by_column: bool = False,
) -> str:
    """Align a table: names to the left, figures to the right."""
    orient = "columns" if by_column else "index"
    table = pd.DataFrame.from_dict(rows, orient=orient)  # type: ignore[call-overload]
    return str(table.rename_axis(columns=title).to_string())
