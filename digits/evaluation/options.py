"""The command line of evaluate.py, parsed once into typed options.

options = EvaluationOptions.parse(["--load-digits"], prog="evaluate.py")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, get_args

from digits.arguments import MANY_PATHS, ONE_FILE, fields_of, make_parser, option
from digits.locations import MODEL_PATH

EngineName = Literal["litert", "keras"]


@dataclass(frozen=True)
class EvaluationOptions:
    """Which models to measure, on what, and where the figures go."""

    model: tuple[Path, ...] = option(
        (MODEL_PATH,),
        "models to measure, side by side (default: digit_model.keras, the shipped model)",
        **MANY_PATHS | {"type": Path},
    )
    engine: EngineName = option(
        "litert",
        "what runs the models: litert, as page and API do; or keras, which also says how far"
        " litert differs from it (default: %(default)s)",
        choices=get_args(EngineName),
    )
    mnist: Path | None = option(
        None,
        "MNIST as an npz file, or a folder of IDX files, for its test images",
        **ONE_FILE | {"metavar": "PATH"},
    )
    images: tuple[Path, ...] = option(
        (), "folders with pictures in folders named by label", **MANY_PATHS | {"metavar": "FOLDER"}
    )
    strokes: tuple[Path, ...] = option(
        (), "stroke files of what the model reads, to be drawn on a canvas", **MANY_PATHS
    )
    numbers: tuple[Path, ...] = option(
        (),
        "folders of pictures of numbers, with labels.csv: columns file, label and, if you like,"
        " kind",
        **MANY_PATHS | {"metavar": "FOLDER"},
    )
    held_out: bool = option(
        False, "of stroke files, take only the writers by whom train.py --strokes tests"
    )
    letters: Path | None = option(
        None,
        "a stroke file of letters, which must be refused; half of its writers are used",
        **ONE_FILE,
    )
    load_digits: bool = option(False, "scikit-learn's 1,797 digits, enlarged")
    report: Path | None = option(
        None,
        "write evaluation.json and evaluation.html there; the page shows misread pictures,"
        " those of --images too",
        type=Path,
        metavar="FOLDER",
    )
    update_card: bool = option(
        False,
        "write the figures into each model's card, and what the page shows of them, misread"
        " MNIST digits among it, into the folder reports next to the model",
    )
    pictures_of: tuple[str, ...] = option(
        (),
        "with --update-card: also show misread digits of these stroke files or folders on the"
        " page, 24 of each",
        nargs="+",
        metavar="SET",
    )

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None, *, prog: str = "evaluate.py") -> Self:
        """Parse a command line; a wrong one ends the program with a sentence and status 2.

        Args:
            argv: the arguments. Defaults to those of the process.
            prog: the name of the command. Defaults to "evaluate.py".
        """
        parser = make_parser(
            cls,
            prog=prog,
            description="Measure models on labelled digits, and on non-digits.",
            example="--load-digits --report reports/evaluation",
        )
        return cls(**fields_of(cls, parser.parse_args(argv)))
