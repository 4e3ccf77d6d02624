"""The formats: how each is written, and how its own runtime reads it back.

    FORMATS["onnx"].save(network, Path("digit_model.onnx"))
    predict = FORMATS["onnx"].load(Path("digit_model.onnx"))
    probabilities, digit_probability = predict(images)

Packages that only one format needs are imported where they are used.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from digits.recognition.engine import Answers, ModelInputs
from digits.serving.export.network import DIGIT_PROBABILITY
from digits.training.calibrated_network import IMAGES, INPUT, PROBABILITIES

Predictor = Callable[[ModelInputs], Answers]

OPSET = 17  # of ONNX; runtimes from 2022 on know it
REQUIREMENTS = "requirements-export.txt"
SIGNATURE_NAME = "serving_default"  # what TensorFlow Serving and LiteRT call by default


class FormatError(Exception):
    """A format that cannot be written here; the text is one sentence for a person."""


@dataclass(frozen=True)
class Format:
    """One kind of file for other programs.

    Attributes:
        title: its name for people.
        ending: of its file or folder, after the model's name.
        packages: that it needs beside TensorFlow, to be written or to be read back.
        save: writes a network to a path.
        load: reads it back with its own runtime.
    """

    title: str
    ending: str
    packages: tuple[str, ...]
    save: Callable[[tf.Module, Path], None]
    load: Callable[[Path], Predictor]

    def check(self) -> None:
        """Raise FormatError unless all that it needs is installed."""
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            raise FormatError(
                f"{self.title} needs {' and '.join(missing)}, not found here: run"
                f" 'pip install -r {REQUIREMENTS}', or leave it out with --formats."
            )


def save_savedmodel(network: tf.Module, path: Path) -> None:
    """Write a folder for TensorFlow, TensorFlow Serving and what reads the same."""
    tf.saved_model.save(network, str(path), signatures={SIGNATURE_NAME: network.predict})


def load_savedmodel(path: Path) -> Predictor:
    """Load a SavedModel with TensorFlow."""
    loaded = tf.saved_model.load(str(path))

    def predict(images: ModelInputs) -> Answers:
        # Not taken out of `loaded`, without which a signature does not live.
        answers = loaded.signatures[SIGNATURE_NAME](**{INPUT: tf.constant(images)})
        return answers[PROBABILITIES].numpy(), answers[DIGIT_PROBABILITY].numpy()

    return predict


def save_onnx(network: tf.Module, path: Path) -> None:
    """Write ONNX."""
    import onnx
    import tf2onnx

    model, _ = tf2onnx.convert.from_function(network.predict, input_signature=[IMAGES], opset=OPSET)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def load_onnx(path: Path) -> Predictor:
    """Load an ONNX file with ONNX Runtime, on the processor."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def predict(images: ModelInputs) -> Answers:
        probabilities, share = session.run([PROBABILITIES, DIGIT_PROBABILITY], {INPUT: images})
        return probabilities, share

    return predict


def save_litert(network: tf.Module, path: Path) -> None:
    """Write a .tflite file, of built-in operations only: it runs without TensorFlow."""
    function = network.predict.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], network)
    path.write_bytes(converter.convert())


def load_litert(path: Path) -> Predictor:
    """Load a .tflite file with LiteRT's interpreter."""
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_path=str(path)).get_signature_runner(SIGNATURE_NAME)

    def predict(images: ModelInputs) -> Answers:
        answers = runner(**{INPUT: images})
        return answers[PROBABILITIES], answers[DIGIT_PROBABILITY]

    return predict


FORMATS = {
    "savedmodel": Format("SavedModel", ".savedmodel", (), save_savedmodel, load_savedmodel),
    "onnx": Format("ONNX", ".onnx", ("onnx", "tf2onnx", "onnxruntime"), save_onnx, load_onnx),
    "litert": Format("LiteRT", ".tflite", ("ai_edge_litert",), save_litert, load_litert),
}
