"""The command line of export.py, parsed once into typed options.

options = ExportOptions.parse(["--formats", "onnx"], prog="export.py")
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from digits.arguments import existing_path, fields_of, parse_given
from digits.locations import MODEL_PATH

FORMAT_NAMES = ("savedmodel", "onnx", "litert")


@dataclass(frozen=True)
class ExportOptions:
    """What to export, as what, and to where.

    Attributes:
        model: the model file.
        formats: some of `FORMAT_NAMES`.
        output: the folder for the files.
        mnist: npz file or IDX files to compare on; None takes scikit-learn's digits.
    """

    model: Path = MODEL_PATH
    formats: tuple[str, ...] = FORMAT_NAMES
    output: Path = Path("exported")
    mnist: Path | None = None

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None, *, prog: str = "export.py") -> Self:
        """Parse a command line; a wrong one ends the program with a sentence and status 2.

        Args:
            argv: the arguments. Defaults to those of the process.
            prog: the name of the command. Defaults to "export.py".
        """
        return cls(**fields_of(cls, parse_given(make_export_parser(prog), argv)))


def make_export_parser(prog: str) -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Write the model for other programs, and check that each file answers alike.",
        epilog=f"Example: {prog} --formats onnx --mnist mnist.npz",
    )
    add = parser.add_argument
    add(
        "--model",
        type=Path,
        metavar="FILE",
        help="the model to export (default: digit_model.keras, the shipped model)",
    )
    add("--formats", nargs="+", choices=FORMAT_NAMES, help="which to write (default: all)")
    add(
        "--output",
        type=Path,
        metavar="FOLDER",
        help=f"where to write them; files of these names are replaced"
        f" (default: {ExportOptions.output})",
    )
    add(
        "--mnist",
        type=existing_path,
        metavar="PATH",
        help="MNIST as an npz file, or a folder of IDX files, to compare on its test images"
        " (default: scikit-learn's 1,797 digits)",
    )
    return parser
