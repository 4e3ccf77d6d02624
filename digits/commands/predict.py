"""Read digits from picture files.

    python predict.py seven.png                     # a table on the screen
    python predict.py scans/ --output digits.csv    # a folder, and all in it
    python predict.py bill.jpg --several            # numbers: one row a digit
    python predict.py board.jpg --polarity light    # where it is not found by itself
    python predict.py scans/ --engine ray --output results/    # millions: docs/scaling.md

Exit status: 0 every picture was read, 1 some could not be or there is no model,
2 wrong call, 130 stopped by Ctrl-C.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tqdm import tqdm

from digits.arguments import existing_place, print_any_name
from digits.files import atomic_write, check_writable, explain_failure
from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import ImageError, load_image
from digits.preprocessing.ink import InkOptions
from digits.preprocessing.loader import set_up_process
from digits.preprocessing.picture_folders import find_pictures
from digits.recognition.errors import RecognizerError
from digits.recognition.result_rows import BOX, Row, number_rows, to_row, write_csv
from digits.recognition.tensorflow_log import silence_tensorflow
from digits.serving.batch.options import add_engine_options, choose_engine, predict_with_ray

if TYPE_CHECKING:
    from digits.recognition.recognizer import Recognizer

MANY_FILES = 500  # from here on processes pay that share the preparing


def main(argv: Sequence[str] | None = None, *, prog: str = "predict.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "predict.py".
    """
    set_up_process()
    silence_tensorflow()
    # Not above: the processes that prepare files import this program, without TensorFlow.
    from digits.recognition.recognizer import Recognizer

    print_any_name()
    parser = make_parser(prog)
    arguments = parser.parse_args(argv)
    batch = choose_engine(arguments, parser)
    if batch is not None:
        return predict_with_ray(batch, parser)
    paths = list_pictures(arguments.paths)
    if not paths:
        parser.error("there are no pictures in the folders named")
    try:
        if arguments.output:
            check_writable(arguments.output)
        recognizer = Recognizer.load(arguments.model)
    except RecognizerError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{prog}: {explain_failure(error, arguments.output)}", file=sys.stderr)
        return 1
    if recognizer.warning:
        print(f"{prog}: {recognizer.warning}", file=sys.stderr)
    try:
        rows = read_all(recognizer, paths, arguments)
        return report(rows, arguments.output, prog=prog)
    except BrokenProcessPool:
        print(
            f"{prog}: a process that prepared pictures was ended from outside, most often"
            " because memory ran out. Read fewer pictures at once.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped: nothing was written.", file=sys.stderr)
        return 130


def read_all(
    recognizer: "Recognizer", paths: Sequence[Path], arguments: argparse.Namespace
) -> list[Row]:
    """Read all pictures to rows, and show on the screen how far it is."""
    read = read_several if arguments.several else read_single
    options = InkOptions(arguments.polarity, arguments.clean)
    shown = tqdm(
        read(recognizer, paths, options), total=len(paths), unit="image", disable=None, delay=1
    )
    return [row for rows_of_file in shown for row in rows_of_file]


def make_parser(prog: str = "predict.py") -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Read handwritten digits from picture files.",
        epilog="Example: python predict.py scans/ --output digits.csv",
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


def report(rows: Sequence[Row], output: Path | None, *, prog: str) -> int:
    """Print a table, or write the file and a line that sums it up; return the exit status."""
    try:
        if output is None:
            print_table(rows)
        else:
            write_rows(rows, output)
            what = "rows" if "index" in rows[0] else "pictures"
            print(f"{len(rows)} {what} in '{output}': {', '.join(count_statuses(rows))}.")
        sys.stdout.flush()
    except BrokenPipeError:  # as of `predict.py ... | head`: who reads along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"{prog}: {explain_failure(error, output or 'the table')}", file=sys.stderr)
        return 1
    return 1 if any(row["status"] == "error" for row in rows) else 0


def write_rows(rows: Sequence[Row], output: Path) -> None:
    """Write rows as CSV or JSON lines, whole or not at all."""
    # surrogateescape: names of files need not be valid UTF-8.
    with (
        atomic_write(output) as partial,
        partial.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        write_csv(rows, file) if output.suffix == ".csv" else write_json_lines(rows, file)


def write_json_lines(rows: Sequence[Row], file: TextIO) -> None:
    """Write one JSON object a row; a value that is missing is null."""
    for row in rows:
        file.write(json.dumps(row) + "\n")


def count_statuses(rows: Sequence[Row]) -> Iterator[str]:
    """Say how many rows have each status."""
    statuses = [row["status"] for row in rows]
    for status in ("digit", "unsure", "blank", "error"):
        if status in statuses:
            yield f"{statuses.count(status)} {status}"


def print_table(rows: Sequence[Row]) -> None:
    """Print file, status, digit and confidence, or the message, in columns.

    With `--several` also the number, and each digit's box as x,y,width,height.
    """
    rows = [row | {"file": escape(row["file"])} for row in rows]
    width = max(len(row["file"]) for row in rows)
    digit = max(len("digit"), *(len(row["digit"] or "") for row in rows))
    number = max(len("number"), *(len(row.get("number") or "") for row in rows))
    are_several = "number" in rows[0]
    place = f"{'number':{number}}  {'box':19}  " if are_several else ""
    print(f"{'file':{width}}  {place}{'status':6}  {'digit':{digit}}  confidence")
    for row in rows:
        if are_several:
            box = ",".join(str(row[side]) for side in BOX) if row["number"] else ""
            place = f"{row['number'] or '':{number}}  {box:19}  "
        confidence = "" if row["confidence"] is None else f"{row['confidence']:10.1%}"
        line = f"{row['file']:{width}}  {place}{row['status']:6}  {row['digit'] or '':{digit}}  "
        print((line + (row["message"] or confidence)).rstrip())


def escape(name: str) -> str:
    """Write what no screen shows as escapes: a name may hold new lines, and any byte."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in name
    )
