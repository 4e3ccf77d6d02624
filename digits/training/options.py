"""The command line of train.py, parsed once into typed options.

options = TrainOptions.parse(["--mnist", "mnist.npz", "--epochs", "1"], prog="train.py")
options.config.epochs, options.sources.mnist
"""

import argparse
import dataclasses
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from digits.arguments import (
    existing_path,
    fields_of,
    output_path,
    parse_given,
    positive,
    positive_int,
)
from digits.classes import ClassesError, parse_classes
from digits.training.config import (
    ARCHITECTURES,
    FINE_TUNE,
    OPTIMIZERS,
    DataSources,
    TrainConfig,
)


@dataclass(frozen=True)
class TrainOptions:
    """What one run is asked to do.

    Attributes:
        sources: the data.
        config: the numbers of the run.
        output: where the model goes.
        start: a trained model to fine-tune; None trains from scratch.
        resume: whether to continue a run that was stopped.
        show: whether to open the sample predictions in a window.
        command: what was typed, with the names of files but not their folders.
    """

    sources: DataSources
    config: TrainConfig
    output: Path
    start: Path | None = None
    resume: bool = False
    show: bool = False
    command: str = ""

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None, *, prog: str = "train.py") -> Self:
        """Parse a command line; a wrong one ends the program with a sentence and status 2.

        Args:
            argv: the arguments. Defaults to those of the process.
            prog: the name of the command. Defaults to "train.py".
        """
        parser = make_train_parser(prog)
        given = parse_given(parser, argv)
        if "classes" in given:
            try:
                given["classes"] = parse_classes(given["classes"])
            except ClassesError as error:
                parser.error(f"argument --classes: {error}")
        defaults = FINE_TUNE if "start" in given else TrainConfig()
        return cls(
            DataSources(**fields_of(DataSources, given)),
            dataclasses.replace(defaults, **fields_of(TrainConfig, given)),
            command=describe_command(prog, sys.argv[1:] if argv is None else argv),
            **fields_of(cls, given),
        )


def describe_command(prog: str, words: Sequence[str]) -> str:
    """Write a command as it is typed, without the folders of its files: cards are exchanged."""
    shown = [
        os.path.basename(word) if os.path.isdir(os.path.dirname(word)) else word for word in words
    ]
    return f"{'python ' * prog.endswith('.py')}{prog} {shlex.join(shown)}".rstrip()


def make_train_parser(prog: str) -> argparse.ArgumentParser:
    """Describe the command line."""
    default = TrainConfig()
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Train the digit classifier and save it as a Keras model.",
        epilog=f"Example: {prog} --epochs 1 --output quick.keras",
    )
    add = parser.add_argument
    one_file: dict[str, Any] = {"type": existing_path, "metavar": "FILE"}
    files: dict[str, Any] = one_file | {"nargs": "+"}
    count: dict[str, Any] = {"type": positive_int, "metavar": "N"}

    def default_of(name: str) -> str:
        fresh, tuned = getattr(default, name), getattr(FINE_TUNE, name)
        return f"(default: {fresh}; {tuned} with --from)"

    add("--epochs", **count, help=f"passes over the training images {default_of('epochs')}")
    add("--batch-size", **count, help=f"images a step (default: {default.batch_size})")
    add(
        "--learning-rate",
        type=positive,
        metavar="X",
        help=f"peak of the one-cycle schedule {default_of('learning_rate')}",
    )
    add("--optimizer", choices=OPTIMIZERS, help=f"(default: {default.optimizer})")
    add("--architecture", choices=ARCHITECTURES, help=f"(default: {default.architecture})")
    add(
        "--mnist",
        type=existing_path,
        metavar="PATH",
        help="MNIST as an npz file, or a folder of IDX files (default: download); or another"
        " set in its layout or EMNIST's, such as emnist-letters-train-images-idx3-ubyte.gz",
    )
    add(
        "--classes",
        nargs="+",
        metavar="NAME",
        help="the classes, in the order of the labels: several names, one word in which each"
        " character is a class, or EMNIST's mapping file (default: what the data say, else"
        " 0 to 9); a letter that is no class counts as its other case",
    )
    add(
        "--strokes",
        **files,
        help="stroke files whose labels are class names, in place of MNIST or in addition to it:"
        " half of their writers are for training, a fifth of those for validation, the others"
        " for testing",
    )
    add(
        "--pen-drawings",
        **count,
        dest="renders_per_drawing",
        help="how often each drawing of a stroke file is rendered, at different sizes and brushes"
        f" {default_of('renders_per_drawing')}",
    )
    pendigits = parser.add_mutually_exclusive_group()
    pendigits.add_argument(
        "--pendigits",
        **one_file,
        help="UCI's pen digits: .tra, .tra.gz, .tra.Z or JSON lines (default: download)",
    )
    pendigits.add_argument(
        "--no-pendigits",
        action="store_false",
        dest="use_pendigits",
        help="train without pen digits",
    )
    add(
        "--drawings",
        **files | {"metavar": "PATH"},
        help="your own digits: stroke files, as the page exports them, or folders of pictures"
        " named by label",
    )
    add("--letters", **files, help="stroke files of letters, to be refused as non-digits")
    add(
        "--from",
        **one_file,
        dest="start",
        help="a trained model of the same architecture to fine-tune, in a few minutes: your"
        f" drawings are repeated until they are {FINE_TUNE.own_drawings_fraction:.0%}% of the"
        f" digits, among {FINE_TUNE.mnist_images:,} images of MNIST and each pen digit once, so"
        " that nothing is forgotten",
    )
    add(
        "--no-augmentation",
        action="store_false",
        dest="augmentation",
        help="use the images as they are",
    )
    add("--seed", type=int, metavar="N", help=f"(default: {default.seed})")
    add(
        "--output",
        type=output_path(".keras"),
        default=Path("digit_model.keras"),
        metavar="FILE",
        help="where to save the model (default: %(default)s)",
    )
    add("--resume", action="store_true", help="continue a run that was stopped")
    add("--show", action="store_true", help="open the sample predictions in a window")
    return parser
