"""Write the model as SavedModel, ONNX and LiteRT, and check each against the .keras file.

    python export.py                                  # all three, checked on load_digits
    python export.py --formats onnx --mnist mnist.npz # one, checked on MNIST's test images

ONNX and LiteRT need 'pip install -r requirements-export.txt'; docs/export.md tells how
other programs use the files. A file that answers differently is not put in place.
Exit status: 0 done, 1 a file could not be made or answers differently, 2 wrong call.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is no news

import numpy as np
import tensorflow as tf

from digits.arguments import existing_path
from digits.data.dataset import DatasetError
from digits.evaluation import eval_sets
from digits.evaluation.timing import Speed
from digits.locations import MODEL_PATH
from digits.preprocessing.loader import set_up_process
from digits.recognition.errors import RecognizerError
from digits.recognition.recognizer import Recognizer
from digits.serving.export.comparison import compare_answers, measure_speed, to_answers
from digits.serving.export.console import make_table
from digits.serving.export.formats import FORMATS, Answers, Format, FormatError, ModelInputs
from digits.serving.export.manifest import Entry, make_manifest, measure_file, write_manifest
from digits.serving.export.network import make_network


@dataclass(frozen=True)
class Reference:
    """What exported files must answer.

    Attributes:
        name: of the set.
        images: float32 (n, 28, 28, 1) in [0, 1], bright digit on black.
        answers: the recognizer's.
        reject_threshold: its threshold.
        speed: of the recognizer.
    """

    name: str
    images: ModelInputs
    answers: Answers
    reject_threshold: float
    speed: Speed


def main(argv: Sequence[str] | None = None, *, prog: str = "export.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "export.py".
    """
    set_up_process()
    arguments = make_parser(prog).parse_args(argv)
    try:
        export(arguments, prog=prog)
    except (RecognizerError, DatasetError, FormatError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{prog}: '{arguments.output}' cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


def make_parser(prog: str = "export.py") -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Write the model for other programs, and check that each file answers alike.",
        epilog="Example: python export.py --formats onnx --mnist mnist.npz",
    )
    add = parser.add_argument
    add(
        "--model",
        type=Path,
        default=MODEL_PATH,
        metavar="FILE",
        help="the model to export (default: digit_model.keras beside this program)",
    )
    add(
        "--formats",
        nargs="+",
        choices=FORMATS,
        default=list(FORMATS),
        help="which to write (default: all)",
    )
    add(
        "--output",
        type=Path,
        default=Path("exported"),
        metavar="FOLDER",
        help="where to write them; files of these names are replaced (default: %(default)s)",
    )
    add(
        "--mnist",
        type=existing_path,
        metavar="PATH",
        help="MNIST as an npz file, or a folder of IDX files, to compare on its test images"
        " (default: scikit-learn's 1,797 digits)",
    )
    return parser


def export(arguments: argparse.Namespace, *, prog: str) -> None:
    """Write each format, read it back, compare, and put all in place at the end."""
    formats = {name: FORMATS[name] for name in arguments.formats}
    for kind in formats.values():
        kind.check()
    recognizer = Recognizer.load(arguments.model)
    if recognizer.warning:
        print(f"{prog}: {recognizer.warning}", file=sys.stderr)
    stem, output = arguments.model.stem, arguments.output
    output.mkdir(parents=True, exist_ok=True)  # what cannot be written is better known now
    reference = make_reference(recognizer, arguments.mnist)
    network = make_network(recognizer.model, recognizer.card)
    with tempfile.TemporaryDirectory(dir=output, prefix="unfinished-") as unfinished:
        folder = Path(unfinished)
        entries = {
            name: make_entry(kind, network, folder / f"{stem}{kind.ending}", reference)
            for name, kind in formats.items()
        }
        manifest = make_manifest(
            recognizer.card,
            arguments.model,
            entries,
            measured_on=reference.name,
            keras_speed=reference.speed,
        )
        write_manifest(folder / f"{stem}.export.json", manifest)
        # The JSON file is last: what it lists is there.
        names = [entry.path for entry in entries.values()] + [f"{stem}.export.json"]
        for name in names:
            put_in_place(folder / name, output / name)
    print(make_table(reference.name, len(reference.images), reference.speed, entries))
    print(f"\n{len(entries)} formats and '{stem}.export.json' are in '{output}'.")


def make_reference(recognizer: Recognizer, mnist: Path | None) -> Reference:
    """Let the recognizer read the images of MNIST's test set, or scikit-learn's."""
    classes = recognizer.card.class_names
    examples = (
        eval_sets.load_mnist_test(mnist, classes=classes)
        if mnist
        else eval_sets.load_scikit_digits()
    )
    inputs = [model_input for model_input in examples.inputs if model_input is not None]
    images = np.stack(inputs)
    answers = to_answers(recognizer.predict_inputs(inputs))
    speed = measure_speed(lambda batch: recognizer.predict_inputs(list(batch)), images)
    return Reference(examples.name, images, answers, recognizer.card.reject_threshold, speed)


def make_entry(kind: Format, network: tf.Module, path: Path, reference: Reference) -> Entry:
    """Write one format, and see that it answers as it should.

    Raises:
        FormatError: if the model has no such form, or the file answers differently.
    """
    try:
        kind.save(network, path)
    except OSError:
        raise
    except Exception as error:  # converters raise many kinds for what they do not know
        reason = str(error).strip().partition("\n")[0]
        raise FormatError(f"This model cannot be written as {kind.title}: {reason}") from error
    read = kind.load(path)
    comparison = compare_answers(
        read, reference.images, reference.answers, reject_threshold=reference.reject_threshold
    )
    if not comparison.is_same:
        raise FormatError(
            f"Expected the model's own answers from {kind.title}. Probabilities differ by up to"
            f" {comparison.largest_difference:.2g}, and {comparison.other_digits} of"
            f" {comparison.images:,} digits: nothing was written. Try another version of its"
            " converter."
        )
    size, sha256 = measure_file(path)
    return Entry(path.name, size, sha256, comparison, measure_speed(read, reference.images))


def put_in_place(source: Path, target: Path) -> None:
    """Rename a finished file or folder to its place; what was there goes."""
    if target.is_dir():  # which no rename replaces
        target.rename(source.with_name(f"former-{source.name}"))
    source.replace(target)
