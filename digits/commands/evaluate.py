"""Measure models on labelled sets, and on what is no digit.

    python evaluate.py --load-digits                        # the model that ships
    python evaluate.py --mnist mnist.npz --strokes pens.jsonl.gz --images photos/ \\
        --letters letters.jsonl.gz --report reports/evaluation
    python evaluate.py --model a.keras b.keras --mnist mnist.npz    # side by side
    python evaluate.py --mnist mnist.npz --load-digits --update-card    # for the page
    python evaluate.py --model letters.keras --strokes letters.jsonl --held-out

Exit status: 0 done, 1 a model or data could not be read, 2 wrong call, 130 stopped by
Ctrl-C.
"""

import argparse
import dataclasses
import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is no news

from digits.arguments import existing_path, print_any_name
from digits.classes import ClassNames
from digits.data.dataset import DatasetError
from digits.evaluation import console, eval_sets
from digits.evaluation.eval_sets import EvaluationSet
from digits.evaluation.evaluator import MeasurementError, ModelResult, measure_model
from digits.evaluation.html_report import describe_set, write_report
from digits.evaluation.timing import measure_speeds
from digits.evaluation.update_report import update_details
from digits.files import check_writable, explain_failure
from digits.locations import MODEL_PATH
from digits.preprocessing.loader import set_up_process
from digits.recognition.errors import RecognizerError
from digits.recognition.model_card import CardError, ModelCard, card_path
from digits.recognition.model_report.files import ReportError, read_details, report_folder
from digits.recognition.model_report.schema import Block
from digits.recognition.recognizer import Recognizer
from digits.training.layers import describe_layers


def main(argv: Sequence[str] | None = None, *, prog: str = "evaluate.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "evaluate.py".
    """
    set_up_process()
    print_any_name()
    arguments = make_parser(prog).parse_args(argv)
    try:
        evaluate(arguments, prog=prog)
    except (RecognizerError, DatasetError, MeasurementError, CardError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        what = error.filename or arguments.report or "the card"
        print(f"{prog}: {explain_failure(error, what)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


def make_parser(prog: str = "evaluate.py") -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Measure models on labelled digits, and on what is no digit.",
        epilog="Example: python evaluate.py --load-digits --report reports/evaluation",
    )
    add = parser.add_argument
    add(
        "--model",
        type=Path,
        nargs="+",
        default=[MODEL_PATH],
        metavar="FILE",
        help="models to measure, side by side (default: digit_model.keras beside this program)",
    )
    add(
        "--mnist",
        type=existing_path,
        metavar="PATH",
        help="MNIST as an npz file, or a folder of IDX files; its test images are read",
    )
    add(
        "--images",
        type=existing_path,
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="folders with pictures in folders named by label",
    )
    add(
        "--strokes",
        type=existing_path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="stroke files of what the model reads, to be drawn on a canvas",
    )
    add(
        "--held-out",
        action="store_true",
        help="of stroke files, take the writers alone by whom train.py --strokes tests",
    )
    add(
        "--letters",
        type=existing_path,
        metavar="FILE",
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
        " misread MNIST digits among it, into the folder reports beside the model",
    )
    add(
        "--pictures-of",
        nargs="+",
        default=[],
        metavar="SET",
        help="with --update-card: also show misread digits of these stroke files or folders"
        " on the page, 24 of each",
    )
    return parser


def evaluate(arguments: argparse.Namespace, *, prog: str) -> None:
    """Load the sets, measure each model on them, and show what came out."""
    recognizers = [Recognizer.load(path) for path in arguments.model]
    # What cannot be written is better known before measuring than after it.
    if arguments.report:
        arguments.report.mkdir(parents=True, exist_ok=True)
        check_writable(arguments.report / "evaluation.json")
    if arguments.update_card:
        for path in arguments.model:
            check_card(path)
            check_writable(card_path(path))
    labelled, negatives = load_sets(arguments, recognizers[0].card.class_names)
    check_names(arguments.pictures_of, labelled)
    speeds = measure_speeds(recognizers)
    names = unique_names(arguments.model)
    drawn = frozenset(eval_sets.set_name(path) for path in arguments.strokes)
    results = []
    for recognizer, path, name, speed in zip(
        recognizers, arguments.model, names, speeds, strict=True
    ):
        result = measure_model(
            recognizer,
            path,
            name=name,
            network=find_network(path, recognizer),
            speed=speed,
            sets=labelled,
            negatives=negatives,
            drawn=drawn,
        )
        if result.warning:
            print(f"{prog}: {result.warning}", file=sys.stderr)
        if arguments.update_card:
            update_card(path, result)
            update_details(path, result, shown=arguments.pictures_of)
        print(console.model_table(result), end="\n\n")
        results.append(result)
    if len(results) > 1:
        print(console.comparison_table(results), end="\n\n")
    if not labelled:
        print("No digits were read: name some with --mnist, --images, --strokes or --load-digits.")
    if arguments.report:
        print(f"The report is '{write_report(arguments.report, results)}'.")


def load_sets(
    arguments: argparse.Namespace, classes: ClassNames
) -> tuple[list[EvaluationSet], list[EvaluationSet]]:
    """Load what the command line names: labelled digits, and what is no digit."""
    labelled = (
        [eval_sets.load_mnist_test(arguments.mnist, classes=classes)] if arguments.mnist else []
    )
    labelled += [
        eval_sets.load_strokes(path, held_out=arguments.held_out) for path in arguments.strokes
    ]
    labelled += [eval_sets.load_pictures(folder) for folder in arguments.images]
    labelled += [eval_sets.load_scikit_digits()] if arguments.load_digits else []
    negatives = eval_sets.load_letters(arguments.letters) if arguments.letters else []
    negatives += (
        [eval_sets.load_pairs(arguments.strokes, held_out=arguments.held_out)]
        if arguments.strokes
        else []
    )
    negatives += [eval_sets.scribbles(), eval_sets.blanks()]
    name, count = Counter(examples.name for examples in labelled + negatives).most_common(1)[0]
    if count > 1:
        raise DatasetError(
            f"Expected sets of different names. {count} are called '{name}': rename one."
        )
    return labelled, negatives


def check_names(shown: Sequence[str], labelled: Sequence[EvaluationSet]) -> None:
    """Raise DatasetError unless the sets to be shown are among those measured."""
    names = [examples.name for examples in labelled]
    for name in shown:
        if name not in names:
            raise DatasetError(
                f"Expected sets that are measured ({', '.join(names)}) after --pictures-of."
                f" Received: {name}."
            )


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Call models by their files' names, and by the whole path where two share one."""
    counts = Counter(path.stem for path in paths)
    return [path.stem if counts[path.stem] == 1 else str(path) for path in paths]


def find_network(path: Path, recognizer: Recognizer) -> tuple[Block, ...]:
    """Read the layers of a model from its report, or list those of the loaded network."""
    with suppress(ReportError):
        network = read_details(report_folder(path), sha256=recognizer.card.sha256).network
        if network:
            return network
    return describe_layers(recognizer.model)


def check_card(path: Path) -> None:
    """Raise CardError, with what to do, unless a model has a card to write figures into."""
    try:
        ModelCard.load(path)
    except CardError as error:
        raise CardError(f"{error} Leave out --update-card to measure without it.") from error


def update_card(path: Path, result: ModelResult) -> None:
    """Write one entry a set into the figures of a model's card; the others stay."""
    card = ModelCard.load(path)
    measured = {part.name: describe_set(part) for part in result.digits}
    measured |= {part.name: describe_set(part) for part in result.negatives}
    dataclasses.replace(card, figures=card.figures | measured).write(path)
