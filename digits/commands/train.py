"""Train the digit classifier and save it as digit_model.keras.

    python train.py                             # what ships
    python train.py --epochs 1                  # a quick look
    python train.py --mnist mnist.npz --pendigits pendigits-orig.tra.gz   # offline
    python train.py --drawings kept.jsonl --from digit_model.keras        # learn on, minutes
    python train.py --strokes letters.jsonl --output letters.keras        # other classes
    python train.py --mnist gzip/emnist-letters-train-images-idx3-ubyte.gz --output l.keras

It writes the model, its card digit_model.json, and pictures to reports/digit_model/.
Exit status: 0 done, 1 data or training failed, 2 wrong call, 130 stopped by Ctrl-C.
"""

import argparse
import dataclasses
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is no news

import keras
from sklearn.metrics import accuracy_score, log_loss

from digits.arguments import existing_path, output_path, positive, positive_int
from digits.classes import DIGIT_CLASSES, ClassesError, ClassNames, parse_classes
from digits.data.dataset import DatasetError
from digits.files import explain_failure, sha256_of
from digits.preprocessing.loader import set_up_process
from digits.recognition.architectures import ARCHITECTURES, build_model
from digits.recognition.errors import RecognizerError
from digits.recognition.keras_file import load_model, save_small
from digits.recognition.model_card import ModelCard, card_path
from digits.training import plots
from digits.training.checkpoints import (
    DivergedError,
    ResumeError,
    check_resumable,
    remove,
    start_anew,
)
from digits.training.run_record import describe_run, read_classes
from digits.training.trainer import (
    FINE_TUNE,
    OPTIMIZERS,
    TrainConfig,
    blend,
    calibrate,
    fit,
    predict,
)
from digits.training.training_data import gather

# Whose test images are shown in the pictures of a run.
CREDITS = {"mnist": "Images: MNIST test set, Y. LeCun, C. Cortes and C. Burges"}


class StartError(Exception):
    """A model that training cannot start from."""


def main(argv: Sequence[str] | None = None, *, prog: str = "train.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "train.py".
    """
    set_up_process()
    parser = make_parser(prog)
    arguments = parser.parse_args(argv)
    if arguments.pendigits and arguments.no_pendigits:
        parser.error("--pendigits and --no-pendigits exclude each other")
    try:
        arguments.classes = parse_classes(arguments.classes) if arguments.classes else None
    except ClassesError as error:
        parser.error(f"argument --classes: {error}")
    try:
        train(arguments)
    except (DatasetError, ResumeError, StartError, DivergedError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        said = explain_failure(error, error.filename or arguments.output)
        print(f"{prog}: {said} --resume goes on from the last whole epoch.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            f"\nStopped. '{arguments.output}' is as it was; --resume goes on from the last"
            " whole epoch.",
            file=sys.stderr,
        )
        return 130
    return 0


def make_parser(prog: str = "train.py") -> argparse.ArgumentParser:
    """Describe the command line."""
    default = TrainConfig()
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Train the digit classifier and save it as a Keras model.",
        epilog="Example: python train.py --epochs 1 --output quick.keras",
    )
    add = parser.add_argument
    add(
        "--epochs",
        type=positive_int,
        metavar="N",
        help=f"passes over the training images (default: {default.epochs}; {FINE_TUNE.epochs}"
        " with --from)",
    )
    add(
        "--batch-size",
        type=positive_int,
        default=default.batch_size,
        metavar="N",
        help="images a step (default: %(default)s)",
    )
    add(
        "--learning-rate",
        type=positive,
        metavar="X",
        help=f"peak of the one-cycle schedule (default: {default.learning_rate};"
        f" {FINE_TUNE.learning_rate} with --from)",
    )
    add("--optimizer", choices=OPTIMIZERS, default=default.optimizer, help="(default: %(default)s)")
    add(
        "--architecture",
        choices=ARCHITECTURES,
        default=default.architecture,
        help="(default: %(default)s)",
    )
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
        help="what the model shall tell apart, in the order of the labels: several names, one"
        " word of which each character is a class, or EMNIST's mapping file (default: what"
        " the data say, else 0 to 9); a letter that is no class counts as its other case",
    )
    add(
        "--strokes",
        type=existing_path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="stroke files whose labels are class names, in place of MNIST or beside it: half"
        " of their writers teach, a fifth of those validate, the others test",
    )
    add(
        "--pen-drawings",
        type=positive_int,
        metavar="N",
        help="how often each drawing of a stroke file is drawn, at other sizes and brushes"
        f" (default: {default.pen_drawings}; {FINE_TUNE.pen_drawings} with --from)",
    )
    add(
        "--pendigits",
        type=existing_path,
        metavar="FILE",
        help="UCI's pen digits: .tra, .tra.gz, .tra.Z or JSON lines (default: download)",
    )
    add("--no-pendigits", action="store_true", help="train without pen digits")
    add(
        "--drawings",
        type=existing_path,
        nargs="+",
        default=[],
        metavar="PATH",
        help="your own digits: stroke files, as the page exports them, or folders of pictures"
        " named by label",
    )
    add(
        "--letters",
        type=existing_path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="stroke files of letters, to be learnt as no digit at all",
    )
    add(
        "--from",
        type=existing_path,
        dest="start",
        metavar="FILE",
        help="a trained model of the same architecture to learn on from, in a few minutes:"
        f" your drawings are repeated until they are {FINE_TUNE.drawings_share:.0%}% of the digits,"
        f" among {FINE_TUNE.mnist_images:,} images of MNIST and each pen digit once, so that"
        " what it knew is not forgotten",
    )
    add("--no-augmentation", action="store_true", help="use the images as they are")
    add("--seed", type=int, default=default.seed, metavar="N", help="(default: %(default)s)")
    add(
        "--output",
        type=output_path(".keras"),
        default=Path("digit_model.keras"),
        metavar="FILE",
        help="where to save the model (default: %(default)s)",
    )
    add("--resume", action="store_true", help="go on with a run that was stopped")
    add("--show", action="store_true", help="open the sample predictions in a window")
    return parser


def train(arguments: argparse.Namespace) -> None:
    """Train, save, test and report: the whole run."""
    started = time.monotonic()
    given = vars(arguments)
    config = make_config(arguments)
    output: Path = arguments.output
    if arguments.start and not arguments.classes:
        arguments.classes = read_classes(arguments.start)
    folder = output.with_suffix(".training")
    record = {name: str(value) for name, value in given.items() if name not in ("resume", "show")}
    if arguments.resume:
        check_resumable(folder, arguments=record)

    keras.utils.set_random_seed(config.seed)
    data = gather(arguments, config)
    model = make_model(config.architecture, arguments.start, data.class_names)
    if not arguments.resume:
        start_anew(folder, arguments=record)
    teacher = None
    if arguments.start:
        teacher = make_model(config.architecture, arguments.start, data.class_names)
    history = fit(model, data, config, folder, teacher=teacher)
    if teacher is not None:
        blend(model, teacher, share=config.blend)
    calibration = calibrate(model, data)
    finished = folder / "finished.keras"  # beside the output, to be renamed into place
    save_small(model, finished)

    # The test images are used here, once, on the file that was saved.
    probabilities = predict(keras.models.load_model(finished), data.test.images)
    accuracy = accuracy_score(data.test.labels, probabilities.argmax(axis=1))
    loss = log_loss(data.test.labels, probabilities, labels=range(len(data.class_names)))
    made = describe_run(arguments, config, data, seconds=time.monotonic() - started)
    card = ModelCard(
        sha256=sha256_of(finished),
        class_names=data.class_names,
        temperature=calibration.temperature,
        reject_logit=calibration.reject_logit,
        reject_threshold=calibration.reject_threshold,
        training=made,
        figures={
            **calibration.accuracies,
            f"{data.test_name}_test_accuracy": round(float(accuracy), 4),
            f"{data.test_name}_test_loss": round(float(loss), 4),
        },
    )
    card.write(finished)
    # One right after the other: a kill between the two is mended by --resume.
    finished.replace(output)
    card_path(finished).replace(card_path(output))
    pictures = output.parent / "reports" / output.stem
    plots.write_reports(
        pictures,
        history=history,
        images=data.test.images,
        labels=data.test.labels,
        probabilities=probabilities,
        class_names=data.class_names,
        credit=CREDITS.get(data.test_name, ""),
        sha256=sha256_of(output),
    )
    remove(folder)
    if arguments.show:
        plots.show_picture(pictures / "samples.png")
    print(
        f"test accuracy {accuracy:.4f}  test loss {loss:.4f}  {config.epochs} epochs"
        f"  {made['seconds']} s  seed {config.seed}"
    )


def make_config(arguments: argparse.Namespace) -> TrainConfig:
    """Choose the defaults of a fresh run or of one that learns on; what was given wins."""
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    given = {
        name: value
        for name, value in vars(arguments).items()
        if name in names and value is not None
    }
    defaults = FINE_TUNE if arguments.start else TrainConfig()
    return dataclasses.replace(defaults, augmentation=not arguments.no_augmentation, **given)


def make_model(
    architecture: str, start: Path | None, classes: ClassNames = DIGIT_CLASSES
) -> keras.Model:
    """Build the network, with the weights of another model where one is named."""
    model = build_model(architecture, num_classes=len(classes))
    if start is not None:
        try:
            model.set_weights(load_model(start).get_weights())
        except RecognizerError as error:
            raise StartError(str(error)) from error
        except ValueError as error:
            raise StartError(
                f"Expected a '{architecture}' model of {len(classes)} classes in '{start}' to start"
                f" from: {error}"
            ) from error
    return model
