"""The command line of train.py, parsed once into typed options.

options = TrainOptions.parse(["--mnist", "mnist.npz", "--epochs", "1"], prog="train.py")
options.config.epochs, options.sources.mnist
"""

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from digits.arguments import ONE_FILE, fields_of, make_parser, option, output_path
from digits.classes import ClassesError, parse_classes
from digits.locations import ROWS_MODEL_NAME
from digits.training.config import FINE_TUNE, ROWS, DataSources, TrainConfig

# Options of the other training: rows are made of MNIST and the pen digits alone.
NOT_FOR_ROWS = {
    "start": "--from",
    "architecture": "--architecture",
    "classes": "--classes",
    "strokes": "--strokes",
    "drawings": "--drawings",
    "letters": "--letters",
    "use_pendigits": "--no-pendigits",
    "augmentation": "--no-augmentation",
}


@dataclass(frozen=True)
class TrainOptions:
    """What one run is asked to do.

    Attributes:
        sources: the data.
        config: the numbers of the run.
        command: what was typed, with the names of files but not their folders.
    """

    sources: DataSources
    config: TrainConfig
    start: Path | None = option(
        None,
        "a trained model of the same architecture to fine-tune, in a few minutes: your drawings"
        f" are repeated until they are {FINE_TUNE.own_drawings_fraction:.0%}% of the digits, among"
        f" {FINE_TUNE.mnist_images:,} images of MNIST and each pen digit once, so that nothing is"
        " forgotten",
        name="--from",
        **ONE_FILE,
    )
    output: Path = option(
        Path("digit_model.keras"),
        "where to save the model (default: %(default)s)",
        type=output_path(".keras"),
        metavar="FILE",
    )
    rows: bool = option(
        False,
        "train the reader of rows, numbers whose digits may touch, with MNIST and the pen digits:"
        " saved as rows_model.keras, in half an hour",
    )
    resume: bool = option(False, "continue a run that was stopped")
    show: bool = option(False, "open the sample predictions in a window")
    command: str = ""

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None, *, prog: str = "train.py") -> Self:
        """Parse a command line; a wrong one ends the program with a sentence and status 2.

        Args:
            argv: the arguments. Defaults to those of the process.
            prog: the name of the command. Defaults to "train.py".
        """
        parser = make_parser(
            TrainConfig,
            DataSources,
            cls,
            prog=prog,
            description="Train the digit classifier and save it as a Keras model.",
            example="--epochs 1 --output quick.keras",
        )
        given = parser.parse_args(argv)
        if given.rows:
            for name, flag in NOT_FOR_ROWS.items():
                if getattr(given, name) != parser.get_default(name):
                    parser.error(f"argument {flag}: not allowed with --rows")
            parser.set_defaults(**vars(ROWS), output=Path(ROWS_MODEL_NAME))
            given = parser.parse_args(argv)
        if given.start:
            parser.set_defaults(**vars(FINE_TUNE))
            given = parser.parse_args(argv)
        if given.classes:
            try:
                given.classes = parse_classes(given.classes)
            except ClassesError as error:
                parser.error(f"argument --classes: {error}")
        return cls(
            DataSources(**fields_of(DataSources, given)),
            TrainConfig(**fields_of(TrainConfig, given)),
            command=describe_command(prog, sys.argv[1:] if argv is None else argv),
            **fields_of(cls, given),
        )


def describe_command(prog: str, words: Sequence[str]) -> str:
    """Write a command as it is typed, without the folders of its files: cards are exchanged."""
    shown = [
        os.path.basename(word) if os.path.isdir(os.path.dirname(word)) else word for word in words
    ]
    return f"{'python ' * prog.endswith('.py')}{prog} {shlex.join(shown)}".rstrip()
