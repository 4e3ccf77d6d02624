"""The command line of export.py, parsed once into typed options.

options = ExportOptions.parse(["--formats", "onnx"], prog="export.py")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from digits.arguments import ONE_FILE, fields_of, make_parser, option
from digits.locations import MODEL_PATH

FORMAT_NAMES = ("savedmodel", "onnx", "litert")


@dataclass(frozen=True)
class ExportOptions:
    """What to export, as what, and to where."""

    model: Path = option(
        MODEL_PATH,
        "the model to export (default: digit_model.keras, the shipped model)",
        type=Path,
        metavar="FILE",
    )
    formats: tuple[str, ...] = option(
        FORMAT_NAMES, "which to write (default: all)", nargs="+", choices=FORMAT_NAMES
    )
    output: Path = option(
        Path("exported"),
        "where to write them; files of these names are replaced (default: %(default)s)",
        type=Path,
        metavar="FOLDER",
    )
    mnist: Path | None = option(
        None,
        "MNIST as an npz file, or a folder of IDX files, to compare on its test images"
        " (default: scikit-learn's 1,797 digits)",
        **ONE_FILE | {"metavar": "PATH"},
    )

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None, *, prog: str = "export.py") -> Self:
        """Parse a command line; a wrong one ends the program with a sentence and status 2.

        Args:
            argv: the arguments. Defaults to those of the process.
            prog: the name of the command. Defaults to "export.py".
        """
        parser = make_parser(
            cls,
            prog=prog,
            description="Write the model for other programs, and check that each file answers"
            " alike.",
            example="--formats onnx --mnist mnist.npz",
        )
        return cls(**fields_of(cls, parser.parse_args(argv)))
