"""The report of an evaluation: one JSON file, and one page that holds all it shows.

write_report(Path("reports/evaluation"), results)   # evaluation.json, evaluation.html
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from digits.classes import class_noun
from digits.evaluation.evaluator import DigitsResult, Mistake, ModelResult, OthersResult
from digits.evaluation.metrics import REFUSED_DIGITS, RefusalCurve, Reliability, Share, percent
from digits.evaluation.svg_charts import draw_accuracies, draw_refusals, draw_reliability
from digits.files import atomic_write
from digits.preprocessing.image_io import to_data_url

TEMPLATE = Path(__file__).with_name("page.html")
CURVE_POINTS = 101  # of a refusal curve that the JSON file keeps
MOST_PICTURES = 24  # of a set on the page: few enough to look at each


def write_report(folder: Path, results: Sequence[ModelResult]) -> Path:
    """Write both files, each whole or not at all.

    Args:
        folder: made if missing.
        results: of one model or several, all measured on the same sets.

    Returns:
        Path of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_record(results), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(folder / "evaluation.json", text + "\n")
    page = folder / "evaluation.html"
    write_whole(page, render_page(results))
    return page


def write_whole(path: Path, text: str) -> None:
    """Write a text, all of it or nothing."""
    with atomic_write(path) as partial:
        # surrogateescape: names of files need not be valid UTF-8.
        partial.write_text(text, encoding="utf-8", errors="surrogateescape")


def to_record(results: Sequence[ModelResult]) -> dict[str, Any]:
    """Turn results into what the JSON file holds."""
    return {
        "measured": date.today().isoformat(),
        "versions": versions(),
        "models": [describe_model(result) for result in results],
    }


def versions() -> dict[str, str]:
    """Tell which libraries the figures come from."""
    return {name: version(name) for name in ("tensorflow", "keras", "numpy", "scikit-learn")}


def describe_model(result: ModelResult) -> dict[str, Any]:
    """Turn all figures of one model into JSON's types."""
    return {
        "name": result.name,
        "parameters": result.parameters,
        "file_size": result.file_size,
        "milliseconds_an_image": round(result.speed.milliseconds, 3),
        "images_a_second": round(result.speed.images_per_second),
        "temperature": result.temperature,
        "unsure_below": result.reject_threshold,
        "digits": {part.name: describe_set(part) | detail_digits(part) for part in result.digits},
        "refusals_compared_with": list(result.compared_with),
        "others": {part.name: describe_set(part) | detail_others(part) for part in result.others},
    }


def describe_set(part: DigitsResult | OthersResult) -> dict[str, Any]:
    """Sum up one set, as a model's card keeps it."""
    figures = part.figures
    if isinstance(part, DigitsResult):
        return {
            "count": part.figures.accuracy.count,
            "accuracy": round(part.figures.accuracy.share, 4),
            "interval": [round(end, 4) for end in part.figures.accuracy.interval],
            "calibration_error": round(part.figures.reliability.error, 4),
            "sure_but_wrong": round(part.figures.sure_wrong.share, 4),
            **describe_refusals(figures.refused, figures.statuses),
        }
    record = {
        "count": figures.refused.count,
        "interval": [round(end, 4) for end in figures.refused.interval],
        **describe_refusals(figures.refused, figures.statuses),
    }
    curve = part.figures.curve
    if curve is not None:
        record["auroc"] = round(curve.auroc, 4)
        record["refused_with_1_percent_of_digits"] = round(curve.refused_at(REFUSED_DIGITS), 4)
    return record


def describe_refusals(refused: Share, statuses: dict[str, int]) -> dict[str, Any]:
    """Tell how many are refused, and how."""
    return {
        "refused": round(refused.share, 4),
        **{name: statuses[name] for name in ("unsure", "blank", "error") if name in statuses},
    }


def detail_digits(part: DigitsResult) -> dict[str, Any]:
    """List what the card leaves out: confusion, classes, reliability."""
    figures = part.figures
    return {
        "about": part.about,
        "classes": {
            one.name: {
                "count": one.right.count,
                "right": round(one.right.share, 4),
                "interval": [round(end, 4) for end in one.right.interval],
                "precision": round(one.precision, 4),
            }
            for one in figures.classes
        },
        "confusion": {
            "rows": list(figures.class_names),
            "columns": [*figures.class_names, "not read"],
            "counts": figures.confusion.tolist(),
        },
        "reliability": describe_reliability(figures.reliability),
    }


def describe_reliability(reliability: Reliability) -> list[dict[str, Any]]:
    """List the bins that are not empty, by the confidence at which they end."""
    edges = np.linspace(0, 1, len(reliability.counts) + 1)[1:]
    return [
        {
            "up_to": round(float(edge), 4),
            "count": int(count),
            "confidence": round(float(confidence), 4),
            "right": round(float(accuracy), 4),
            "interval": [
                round(end, 4) for end in Share(round(accuracy * count), int(count)).interval
            ],
        }
        for edge, count, confidence, accuracy in zip(
            edges, reliability.counts, reliability.confidence, reliability.accuracy, strict=True
        )
        if count
    ]


def detail_others(part: OthersResult) -> dict[str, Any]:
    """List what the card leaves out: what passed for a digit, and the refusal curve."""
    curve = part.figures.curve
    record: dict[str, Any] = {
        "about": part.about,
        "taken_for_a_digit": {label: share.hits for label, share in part.figures.taken},
    }
    return record | ({"refusal_curve": thin(curve)} if curve is not None else {})


def thin(curve: RefusalCurve) -> dict[str, list[float | None]]:
    """Keep points of a refusal curve that are evenly far from each other on its way."""
    way = curve.digits + curve.others
    kept = np.unique(np.searchsorted(way, np.linspace(0, 2, CURVE_POINTS)).clip(0, len(way) - 1))
    # The first threshold is infinite: nothing is refused. JSON has no word for that.
    thresholds = [round(float(t), 6) if np.isfinite(t) else None for t in curve.thresholds[kept]]
    return {
        "digits_refused": curve.digits[kept].round(5).tolist(),
        "others_refused": curve.others[kept].round(5).tolist(),
        "certainty_threshold": thresholds,
    }


def render_page(results: Sequence[ModelResult]) -> str:
    """Make the page: tables, charts and pictures in one HTML text."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "thousands": "{:,}".format,
        "picture": to_picture,
        "breakable": make_breakable,
    }
    charts = {
        "accuracies": lambda: Markup(draw_accuracies(results)),
        "reliability": lambda part: Markup(draw_reliability(part.figures.reliability)),
        "refusals": lambda result: Markup(draw_refusals(result)),
    }
    return environment.get_template(TEMPLATE.name).render(
        results=results,
        charts=charts,
        day=f"{date.today():%-d %B %Y}",
        versions=versions(),
        refused_digits=REFUSED_DIGITS,
        kind=class_noun(results[0].class_names),
        most_pictures=MOST_PICTURES,
    )


def make_breakable(name: str) -> Markup:
    """Let a long name of a file go on in the next line, after an underscore or a slash."""
    return Markup(re.sub("([_/])", r"\1<wbr>", str(escape(name))))


def to_picture(mistake: Mistake) -> str:
    """Turn the picture of a mistake into a data URL, dark ink on white."""
    return to_data_url(255 - mistake.picture)
