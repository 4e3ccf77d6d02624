"""Predict the digits in picture files: the command."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from digits.arguments import existing_place
from digits.commands.process import prepare_process, print_error, run_command
from digits.files import check_writable
from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import ImageError, load_image
from digits.preprocessing.ink import InkOptions
from digits.preprocessing.picture_folders import find_pictures
from digits.recognition.errors import RecognizerError
from digits.recognition.result_rows import Row, number_rows, to_row
from digits.recognition.result_table import describe_statuses, print_table, write_rows
from digits.serving.batch.options import BatchOptions, add_engine_options, choose_engine

if TYPE_CHECKING:
    from digits.recognition.recognizer import Recognizer

MANY_FILES = 500  # from here on, processes that share the decoding pay off


@dataclass(frozen=True)
class PredictOptions:
    """What to predict, with which model, and where the rows go.

    Attributes:
        paths: picture files.
        model: the model file.
        output: .csv or .jsonl; None prints a table.
        several: whether a picture may show several digits.
        ink: what is known of the pictures.
    """

    paths: Sequence[Path]
    model: Path
    output: Path | None
    several: bool
    ink: InkOptions


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
    ink = InkOptions(given.polarity, given.clean)
    paths = list_pictures(given.paths)
    if not paths:
        parser.error("there are no pictures in the folders named")
    options = PredictOptions(paths, given.model, given.output, given.several, ink)
    return run_command(
        lambda: predict_to_rows(options, prog=prog),
        prog=prog,
        expected=(RecognizerError,),
        output=options.output or "the table",
        when_stopped="Stopped: nothing was written.",
    )


def predict_to_rows(options: PredictOptions, *, prog: str) -> int:
    """Predict all pictures, show the progress and then the rows, and return the exit status."""
    # Not above: the processes that prepare files import this program, without TensorFlow.
    from digits.recognition.recognizer import Recognizer

    if options.output:
        check_writable(options.output)
    recognizer = Recognizer.load(options.model)
    if recognizer.warning:
        print_error(prog, recognizer.warning)
    read = read_several if options.several else read_single
    rows_by_file = tqdm(
        read(recognizer, options.paths, options.ink),
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


def predict_with_ray(options: BatchOptions, parser: argparse.ArgumentParser) -> int:
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


def make_predict_parser(prog: str) -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Read handwritten digits from picture files.",
        epilog=f"Example: {prog} scans/ --output digits.csv",
    )
    add = parser.add_argument
    add(
        "paths",
        nargs="+",
        type=existing_place,
        metavar="PATH",
        help="a picture, or a folder that is read with all its folders; with --engine ray also"
        " Parquet files, s3://... and gs://...",
    )
    add(
        "--model",
        type=Path,
        default=MODEL_PATH,
        metavar="FILE",
        help="the model to read with (default: digit_model.keras beside this program)",
    )
    add(
        "--output",
        metavar="FILE",
        help="where to write all probabilities, as .csv or .jsonl (default: a table on the"
        " screen); with --engine ray a folder, for Parquet",
    )
    add(
        "--several",
        action="store_true",
        help="read numbers: one row a digit, with its place in the picture",
    )
    add(
        "--polarity",
        choices=("found", "dark", "light"),
        default="found",
        help="of the ink: found by itself, dark on light, or light on dark (default: found)",
    )
    add(
        "--no-cleaning",
        dest="clean",
        action="store_false",
        help="leave light, shadow, printed lines and borders as they are",
    )
    add_engine_options(parser)
    return parser


def list_pictures(paths: Iterable[Path]) -> list[Path]:
    """List named files, and the pictures in named folders, in a stable order."""
    return [file for path in paths for file in (find_pictures(path) if path.is_dir() else [path])]


def read_single(
    recognizer: "Recognizer", paths: Sequence[Path], options: InkOptions
) -> Iterator[list[Row]]:
    """Read each picture as one digit, to one row."""
    from digits.recognition.picture_files import predict_files

    names = recognizer.card.class_names
    processes = (os.cpu_count() or 1) if len(paths) >= MANY_FILES else 0
    for reading in predict_files(recognizer, paths, processes=processes, options=options):
        yield [to_row(str(reading.path), reading.prediction, names, reading.message)]


def read_several(
    recognizer: "Recognizer", paths: Sequence[Path], options: InkOptions
) -> Iterator[list[Row]]:
    """Read each picture as numbers, to one row a digit; one row without any."""
    names = recognizer.card.class_names
    for path in paths:
        try:
            reading = recognizer.predict_number(load_image(path), options=options)
        except ImageError as error:
            yield number_rows(str(path), None, names, str(error))
        else:
            yield number_rows(str(path), reading, names)


def show_rows(rows: Sequence[Row], output: Path | None) -> int:
    """Print a table, or write the file and a line that sums it up; return the exit status."""
    try:
        if output is None:
            print_table(rows)
        else:
            write_rows(rows, output)
            what = "rows" if "index" in rows[0] else "pictures"
            print(f"{len(rows)} {what} in '{output}': {', '.join(describe_statuses(rows))}.")
        sys.stdout.flush()
    except BrokenPipeError:  # as of `predict.py ... | head`: who reads along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if any(row["status"] == "error" for row in rows) else 0
