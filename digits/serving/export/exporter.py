"""Write one format of a model, and check that it answers as the recognizer does.

reference = make_reference(recognizer, None)
entry = export_format(FORMATS["onnx"], network, folder / "digit_model.onnx", reference)
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from digits.evaluation import eval_sets
from digits.evaluation.timing import Speed
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.recognizer import Recognizer
from digits.serving.export.comparison import compare_answers, measure_speed
from digits.serving.export.formats import Format, FormatError
from digits.serving.export.manifest import Entry, measure_file


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
    predictions = recognizer.predict_inputs(inputs)
    answers = (
        np.array([one.probabilities for one in predictions]),
        np.array([one.in_distribution_probability for one in predictions]),
    )
    speed = measure_speed(lambda batch: recognizer.predict_inputs(list(batch)), images)
    return Reference(examples.name, images, answers, recognizer.card.reject_threshold, speed)


def export_format(kind: Format, network: tf.Module, path: Path, reference: Reference) -> Entry:
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
