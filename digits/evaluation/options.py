"""The command line of evaluate.py, parsed once into typed options.

options = EvaluationOptions.parse(["--load-digits"], prog="evaluate.py")
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from digits.arguments import existing_path, fields_of, parse_given
from digits.locations import MODEL_PATH


@dataclass(frozen=True)
class EvaluationOptions:
    """Which models to measure, on what, and where the figures go.

    Attributes:
        model: model files.
        mnist: npz file or IDX files, for their test images.
        images: folders of pictures in folders named by label.
        strokes: stroke files of what the model reads.
        held_out: whether to take of stroke files only the writers by whom train.py tests.
        letters: a stroke file of letters, to be refused.
        load_digits: whether to measure on scikit-learn's digits.
        report: folder for the report; None writes none.
        update_card: whether to write the figures into each model's card.
        pictures_of: sets whose misread pictures the page may show.
    """

    model: tuple[Path, ...] = (MODEL_PATH,)
    mnist: Path | None = None
    images: tuple[Path, ...] = ()
    strokes: tuple[Path, ...] = ()
    held_out: bool = False
    letters: Path | None = None
    load_digits: bool = False
    report: Path | None = None
    update_card: bool = False
    pictures_of: tuple[str, ...] = ()

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None, *, prog: str = "evaluate.py") -> Self:
        """Parse a command line; a wrong one ends the program with a sentence and status 2.

        Args:
            argv: the arguments. Defaults to those of the process.
            prog: the name of the command. Defaults to "evaluate.py".
        """
        return cls(**fields_of(cls, parse_given(make_evaluation_parser(prog), argv)))


def make_evaluation_parser(prog: str) -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Measure models on labelled digits, and on non-digits.",
        epilog=f"Example: {prog} --load-digits --report reports/evaluation",
    )
    add = parser.add_argument
    one: dict[str, Any] = {"type": existing_path, "metavar": "FILE"}
    several: dict[str, Any] = one | {"nargs": "+"}
    add(
        "--model",
        **several | {"type": Path},
        help="models to measure, side by side (default: digit_model.keras, the shipped model)",
    )
    add(
        "--mnist",
        **one | {"metavar": "PATH"},
        help="MNIST as an npz file, or a folder of IDX files, for its test images",
    )
    add(
        "--images",
        **several | {"metavar": "FOLDER"},
        help="folders with pictures in folders named by label",
    )
    add(
        "--strokes", **several, help="stroke files of what the model reads, to be drawn on a canvas"
    )
    add(
        "--held-out",
        action="store_true",
        help="of stroke files, take only the writers by whom train.py --strokes tests",
    )
    add(
        "--letters",
        **one,
        help="a stroke file of letters, which must be refused; half of its writers are used",
    )
    add("--load-digits", action="store_true", help="scikit-learn's 1,797 digits, enlarged")
    add(
        "--report",
        type=Path,
        metavar="FOLDER",
        help="write evaluation.json and evaluation.html there; the page shows misread"
        " pictures, those of --images too",
    )
    add(
        "--update-card",
        action="store_true",
        help="write the figures into each model's card, and what the page shows of them,"
        " misread MNIST digits among it, into the folder reports next to the model",
    )
    add(
        "--pictures-of",
        nargs="+",
        metavar="SET",
        help="with --update-card: also show misread digits of these stroke files or folders"
        " on the page, 24 of each",
    )
    return parser
