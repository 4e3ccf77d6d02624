"""The report of an evaluation: one JSON file, and one page that holds all it shows.

write_report(Path("reports/evaluation"), results)   # evaluation.json, evaluation.html
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from digits.evaluation import report_charts
from digits.evaluation.evaluator import ModelResult, SetResult
from digits.evaluation.formats import format_interval, format_percent
from digits.evaluation.metrics import REFUSED_DIGITS, DigitFigures, RefusalFigures
from digits.evaluation.number_sets import NumberFigures
from digits.files import atomic_write
from digits.preprocessing.image_io import to_data_url

TEMPLATE = Path(__file__).with_name("page.html")
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
    record = {
        "measured": date.today().isoformat(),
        "versions": versions(),
        "models": [model_record(result) for result in results],
    }
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    page = folder / "evaluation.html"
    for path, content in ((folder / "evaluation.json", text), (page, render_page(results))):
        with atomic_write(path) as partial:
            # surrogateescape: names of files need not be valid UTF-8.
            partial.write_text(content, encoding="utf-8", errors="surrogateescape", newline="\n")
    return page


def versions() -> dict[str, str]:
    """Tell which libraries the figures come from."""
    return {name: version(name) for name in ("tensorflow", "keras", "numpy", "scikit-learn")}


def model_record(result: ModelResult) -> dict[str, Any]:
    """Turn all figures of one model into JSON's types."""
    return {
        "name": result.name,
        "parameters": result.parameters,
        "file_size": result.file_size,
        "milliseconds_an_image": round(result.speed.milliseconds, 3),
        "images_a_second": round(result.speed.images_per_second),
        "temperature": result.card.temperature,
        "unsure_below": result.card.reject_threshold,
        "digits": {part.name: describe_set(part) | detail_digits(part) for part in result.digits},
        "refusals_compared_with": list(result.compared_with),
        "others": {
            part.name: describe_set(part) | detail_negatives(part) for part in result.negatives
        },
        "numbers": {
            part.name: describe_numbers(part.figures)
            | {
                "about": part.about,
                "kinds": {kind: describe_numbers(one) for kind, one in part.kinds.items()},
            }
            for part in result.numbers
        },
    }


def describe_set(part: SetResult[DigitFigures] | SetResult[RefusalFigures]) -> dict[str, Any]:
    """Sum up one set, as a model's card keeps it."""
    figures = part.figures
    measured = figures.accuracy if isinstance(figures, DigitFigures) else figures.refused
    record: dict[str, Any] = {"count": measured.count}
    if isinstance(figures, DigitFigures):
        record["accuracy"] = round(measured.share, 4)
    record["interval"] = [round(end, 4) for end in measured.interval]
    if isinstance(figures, DigitFigures):
        record["calibration_error"] = round(figures.reliability.error, 4)
        record["sure_but_wrong"] = round(figures.sure_wrong.share, 4)
    record["refused"] = round(figures.refused.share, 4)
    known = ("unsure", "blank", "error")
    record |= {name: figures.statuses[name] for name in known if name in figures.statuses}
    if isinstance(figures, RefusalFigures) and figures.curve is not None:
        refused = figures.curve.refused_at(REFUSED_DIGITS)
        record["auroc"] = round(figures.curve.auroc, 4)
        record["refused_with_1_percent_of_digits"] = round(refused, 4)
    return record


def describe_numbers(figures: NumberFigures) -> dict[str, Any]:
    """Sum up a set of numbers, as a model's card keeps it."""
    return {
        "count": figures.right.count,
        "numbers_right": round(figures.right.share, 4),
        "interval": [round(end, 4) for end in figures.right.interval],
        "right_without_signs": round(figures.digits_right.share, 4),
        "digit_error_rate": round(figures.digit_errors.share, 4),
        "too_many_digits": round(figures.too_many.share, 4),
        "too_few_digits": round(figures.too_few.share, 4),
        "refused": round(figures.refused.share, 4),
        "sure_and_wrong": round(figures.sure_wrong.share, 4),
    }


def detail_digits(part: SetResult[DigitFigures]) -> dict[str, Any]:
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
        "reliability": [asdict(one) for one in figures.reliability.bins],
    }


def detail_negatives(part: SetResult[RefusalFigures]) -> dict[str, Any]:
    """List what the card leaves out: what passed for a digit, and the refusal curve."""
    curve = part.figures.curve
    record: dict[str, Any] = {
        "about": part.about,
        "taken_for_a_digit": {label: share.hits for label, share in part.figures.false_accepts},
    }
    if curve is not None:
        kept = curve.thinned()
        # The first threshold is infinite: nothing is refused. JSON has no word for that.
        thresholds = [round(float(t), 6) if np.isfinite(t) else None for t in kept.thresholds]
        record["refusal_curve"] = {
            "digits_refused": kept.digits.round(5).tolist(),
            "others_refused": kept.negatives.round(5).tolist(),
            "certainty_threshold": thresholds,
        }
    return record


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
        "percent": format_percent,
        "interval": format_interval,
        "thousands": "{:,}".format,
        "picture": lambda mistake: to_data_url(255 - mistake.picture),  # dark ink on white
        "breakable": make_breakable,
    }
    today = date.today()
    return environment.get_template(TEMPLATE.name).render(
        results=results,
        charts=report_charts,
        day=f"{today.day} {today:%B %Y}",
        versions=versions(),
        refused_digits=REFUSED_DIGITS,
        noun=results[0].noun,
        most_pictures=MOST_PICTURES,
    )


def make_breakable(name: str) -> Markup:
    """Let a long name of a file go on in the next line, after an underscore or a slash."""
    return Markup(re.sub("([_/])", r"\1<wbr>", str(escape(name))))
