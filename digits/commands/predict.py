"""Predict the digits in picture files: the command."""

import os
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digits.arguments import existing_place, fields_of, make_parser, option
from digits.commands.process import prepare_process, print_error, run_command
from digits.files import check_writable
from digits.locations import MODEL_PATH
from digits.preprocessing.ink_options import InkOptions, Polarity
from digits.preprocessing.picture_folders import find_pictures
from digits.recognition.errors import RecognizerError
from digits.recognition.result_rows import Row, number_rows, to_row
from digits.recognition.result_table import show_rows
from digits.serving.batch.options import BatchOptions, add_engine_options, choose_engine

if TYPE_CHECKING:
    from digits.recognition.recognizer import Recognizer

MANY_FILES = 500  # from here on, processes that share the decoding pay off


@dataclass(frozen=True)
class PredictOptions:
    """What to predict, with which model, and where the rows go; `paths` are picture files."""

    paths: Sequence[Path]
    model: Path = option(
        MODEL_PATH,
        "the model to read with (default: digit_model.keras beside this program)",
        type=Path,
        metavar="FILE",
    )
    output: Path | None = option(
        None,
        "where to write all probabilities, as .csv or .jsonl (default: a table on the screen);"
        " with --engine ray a folder, for Parquet",
        metavar="FILE",
    )
    several: bool = option(False, "read numbers: one row a digit, with its place in the picture")
    polarity: Polarity = option(
        "found",
        "of the ink: found by itself, dark on light, or light on dark (default: found)",
        choices=("found", "dark", "light"),
    )
    clean: bool = option(
        True,
        "leave light, shadow, printed lines and borders as they are",
        name="--no-cleaning",
    )


def main(argv: Sequence[str] | None = None, *, prog: str = "predict.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "predict.py".
    """
    prepare_process()
    parser = make_predict_parser(prog)
    given = parser.parse_args(argv)
    batch = choose_engine(given, parser)
    if batch is not None:
        return predict_with_ray(batch, parser)
    given.paths = list_pictures(given.paths)
    if not given.paths:
        parser.error("there are no pictures in the folders named")
    options = PredictOptions(**fields_of(PredictOptions, given))
    return run_command(
        lambda: predict_to_rows(options, prog=prog),
        prog=prog,
        expected=(RecognizerError,),
        output=options.output or "the table",
        when_stopped="Stopped: nothing was written.",
    )


def make_predict_parser(prog: str) -> ArgumentParser:
    """Describe the command line."""
    parser = make_parser(
        PredictOptions,
        prog=prog,
        description="Read handwritten digits from picture files.",
        example="scans/ --output digits.csv",
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=existing_place,
        metavar="PATH",
        help="a picture, or a folder that is read with all its folders; with --engine ray also"
        " Parquet files, s3://... and gs://...",
    )
    add_engine_options(parser)
    return parser


def predict_with_ray(options: BatchOptions, parser: ArgumentParser) -> int:
    """Hand the work to Ray, and return the exit status."""
    try:
        from digits.serving.batch.command import BATCH_ERRORS, run_batch
    except ModuleNotFoundError as error:
        if error.name not in ("ray", "pyarrow"):
            raise
        advice = "--engine ray needs Ray. Run 'pip install -r requirements-scale.txt'."
        print_error(parser.prog, advice)
        return 1
    return run_command(
        lambda: run_batch(options, parser),
        prog=parser.prog,
        expected=BATCH_ERRORS,
        output=options.output,
    )


def list_pictures(paths: Iterable[Path]) -> list[Path]:
    """List named files, and the pictures in named folders, in a stable order."""
    return [file for path in paths for file in (find_pictures(path) if path.is_dir() else [path])]


def predict_to_rows(options: PredictOptions, *, prog: str) -> int:
    """Predict all pictures, show the progress and then the rows, and return the exit status."""
    # Not above: --help, and the processes that prepare files, import this program.
    from concurrent.futures.process import BrokenProcessPool

    from tqdm import tqdm

    from digits.recognition.recognizer import Recognizer

    if options.output:
        check_writable(options.output)
    recognizer = Recognizer.load(options.model)
    if recognizer.warning:
        print_error(prog, recognizer.warning)
    rows_by_file = tqdm(
        predict_rows(recognizer, options),
        total=len(options.paths),
        unit="image",
        disable=None,
        delay=1,
    )
    try:
        rows = [row for rows in rows_by_file for row in rows]
    except BrokenProcessPool:
        print_error(
            prog,
            "a process that prepared pictures was ended from outside, most often because memory"
            " ran out. Read fewer pictures at once.",
        )
        return 1
    return show_rows(rows, options.output)


def predict_rows(recognizer: "Recognizer", options: PredictOptions) -> Iterator[list[Row]]:
    """Predict each picture to its rows: one, or one a digit with --several."""
    from digits.preprocessing.image_io import ImageError, load_image
    from digits.recognition.picture_files import predict_files

    ink, names = InkOptions(options.polarity, options.clean), recognizer.card.class_names
    if not options.several:
        processes = (os.cpu_count() or 1) if len(options.paths) >= MANY_FILES else 0
        for one in predict_files(recognizer, options.paths, processes=processes, options=ink):
            yield [to_row(str(one.path), one.prediction, names, one.message)]
        return
    for path in options.paths:
        reading, message = None, ""
        try:
            reading = recognizer.predict_number(load_image(path), options=ink)
        except ImageError as error:
            message = str(error)
        yield number_rows(str(path), reading, names, message)
