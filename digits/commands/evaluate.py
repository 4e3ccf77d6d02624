"""Measure models on labelled sets, and on non-digits: the command."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digits.commands.process import demand_packages, prepare_process, print_error, run_command
from digits.evaluation.options import EvaluationOptions
from digits.locations import MODEL_PATH

if TYPE_CHECKING:
    from digits.recognition.model_report.schema import Block
    from digits.recognition.recognizer import Recognizer


def main(argv: Sequence[str] | None = None, *, prog: str = "evaluate.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "evaluate.py".
    """
    prepare_process()
    options = EvaluationOptions.parse(argv, prog=prog)
    demand_packages(prog, "sklearn", *(["tensorflow"] if options.engine == "keras" else []))
    # Not above: they take a second to import, and --help needs none of it.
    from digits.data.dataset import DatasetError
    from digits.evaluation.evaluator import MeasurementError
    from digits.recognition.errors import RecognizerError
    from digits.recognition.model_card import CardError

    return run_command(
        lambda: evaluate(options, prog=prog),
        prog=prog,
        expected=(RecognizerError, DatasetError, MeasurementError, CardError),
        output=options.report or "the card",
    )


def evaluate(options: EvaluationOptions, *, prog: str) -> None:
    """Load the sets, measure each model on them, and show what came out."""
    from digits.evaluation import console, eval_sets, timing
    from digits.evaluation.engine_comparison import compare_engines
    from digits.evaluation.evaluator import measure_model
    from digits.evaluation.html_report import write_report
    from digits.evaluation.number_sets import load_numbers
    from digits.evaluation.update_report import check_card, update_card, update_details
    from digits.files import check_writable
    from digits.recognition.recognizer import Recognizer

    recognizers = compiled = [Recognizer.load(path) for path in options.model]
    if options.engine == "keras":
        from digits.training.tensorflow_log import import_keras

        import_keras()
        from digits.training.keras_engine import load_keras

        recognizers = [Recognizer.load(path, load_engine=load_keras) for path in options.model]
    # What cannot be written is better known before measuring than after it.
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
        check_writable(options.report / "evaluation.json")
    if options.update_card:
        for path in options.model:
            check_card(path)
    labelled, negatives = eval_sets.load_sets(options, recognizers[0].card.class_names)
    numbers = [load_numbers(folder) for folder in options.numbers]
    speeds = timing.measure_speeds(recognizers)
    names = unique_names(options.model)
    results = []
    for recognizer, path, name, speed in zip(
        recognizers, options.model, names, speeds, strict=True
    ):
        result = measure_model(
            recognizer,
            path,
            name=name,
            network=find_network(path, recognizer),
            speed=speed,
            sets=labelled,
            negatives=negatives,
            numbers=numbers,
            drawn=frozenset(map(eval_sets.set_name, options.strokes)),
        )
        if result.warning:
            print_error(prog, result.warning)
        if options.update_card:
            update_card(path, result)
            update_details(path, result, shown=options.pictures_of)
        print(console.model_table(result), end="\n\n")
        results.append(result)
    if len(results) > 1:
        print(console.comparison_table(results), end="\n\n")
    if options.engine == "keras":
        for name, one, other in zip(names, recognizers, compiled, strict=True):
            comparison = compare_engines(one, other, [*labelled, *negatives])
            print(console.engine_line(name, comparison), end="\n\n")
    if not (labelled or numbers):
        print(
            "No digits were read: name some with --mnist, --images, --strokes, --numbers or"
            " --load-digits."
        )
    if options.report:
        print(f"The report is '{write_report(options.report, results)}'.")


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Call models by their files' names, and by the whole path where two share one."""
    counts = Counter(path.stem for path in paths)
    return [path.stem if counts[path.stem] == 1 else str(path) for path in paths]


def find_network(path: Path, recognizer: "Recognizer") -> tuple["Block", ...]:
    """Read the layers of a model from its report, or have them listed in a process of its own.

    Returns:
        The blocks; none where there is no report and no TensorFlow.
    """
    from digits.recognition.model_report.files import ReportError, read_details, report_folder
    from digits.recognition.training_process import read_layers

    for known in (path, MODEL_PATH):  # the model may be a copy of the shipped one
        with suppress(ReportError):
            network = read_details(report_folder(known), sha256=recognizer.card.sha256).network
            if network:
                return network
    return read_layers(path)
