"""What a measurement adds to a model's report: details of each set, for the page.

update_details(Path("digit_model.keras"), result, shown={"mnist_test"})
"""

import dataclasses
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from digits.evaluation.evaluator import ModelResult, SetResult
from digits.evaluation.html_report import describe_numbers, describe_set
from digits.evaluation.metrics import DigitFigures, RefusalFigures
from digits.files import check_writable, sha256_of
from digits.recognition.model_card import CardError, ModelCard, card_path
from digits.recognition.model_report.files import (
    ReportError,
    read_details,
    report_folder,
    write_details,
)
from digits.recognition.model_report.schema import Details, Misread, SetDetails

ALWAYS_SHOWN = ("mnist_test", "load_digits")  # public, and their credit is known
MOST_SHOWN = 100  # misread digits of such a set: all of a good model's
MOST_SHOWN_OF_OTHERS = 24  # a look, not a copy, at a set that is somebody's
MOST_FALSE_ACCEPTS = 12  # labels that pass for a digit most often


def check_card(path: Path) -> None:
    """Raise CardError, with what to do, unless a model has a card to write figures into.

    Raises:
        OSError: if it has one that cannot be written.
    """
    try:
        ModelCard.load(path)
    except CardError as error:
        raise CardError(f"{error} Leave out --update-card to measure without it.") from error
    check_writable(card_path(path))


def update_card(path: Path, result: ModelResult) -> None:
    """Write one entry a set into the figures of a model's card; the others stay."""
    card = ModelCard.load(path)
    measured = {part.name: describe_set(part) for part in result.digits}
    measured |= {part.name: describe_set(part) for part in result.negatives}
    measured |= {part.name: describe_numbers(part.figures) for part in result.numbers}
    dataclasses.replace(card, figures=card.figures | measured).write(path)


def update_details(model_path: Path, result: ModelResult, *, shown: Collection[str] = ()) -> Path:
    """Write the details of the sets that were measured; those of others stay.

    Args:
        model_path: of the model file, which the details name by its SHA-256.
        result: what was measured.
        shown: sets whose misread pictures are kept, as well as `ALWAYS_SHOWN`. Defaults
            to none.

    Returns:
        The folder that they lie in.
    """
    folder, sha256 = report_folder(model_path), sha256_of(model_path)
    sets = {part.name: of_digits(part, is_shown=part.name in shown) for part in result.digits}
    sets |= {part.name: of_negatives(part) for part in result.negatives}
    sets |= {part.name: SetDetails(about=part.about) for part in result.numbers}
    new = Details(result.parameters, result.network, sets)
    with suppress(ReportError):  # there may be none of this model yet
        new = read_details(folder, sha256=sha256).updated(new)
    write_details(folder, new, sha256=sha256)
    return folder


def of_digits(part: SetResult[DigitFigures], *, is_shown: bool) -> SetDetails:
    """Take from a labelled set what the page shows of it."""
    figures = part.figures
    most = MOST_SHOWN if part.name in ALWAYS_SHOWN else MOST_SHOWN_OF_OTHERS * is_shown
    return SetDetails(
        about=part.about,
        classes=figures.class_names,
        confusion=tuple(tuple(row) for row in figures.confusion.tolist()),
        reliability=figures.reliability.bins,
        misread=tuple(
            Misread(one.truth, one.reading, round(one.confidence, 4), one.is_sure, one.picture)
            for one in part.mistakes[:most]
        ),
    )


def of_negatives(part: SetResult[RefusalFigures]) -> SetDetails:
    """Take from a set of non-digits what the page shows of it."""
    accepts = part.figures.false_accepts[:MOST_FALSE_ACCEPTS]
    return SetDetails(
        about=part.about,
        false_accepts=tuple((label, share.hits, share.count) for label, share in accepts),
    )
