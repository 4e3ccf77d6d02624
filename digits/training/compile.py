"""Compile a model for LiteRT, which predicts and explains without TensorFlow.

    python -m digits.training.compile letters.keras                     # writes letters.tflite
    python -m digits.training.compile letters.keras --output other.tflite

The calibration in the card next to the model is compiled in; without a card the
temperature is 1 and nothing is rejected. Where the compiled file is the model's own
(`letters.tflite`), the card then names it, and programs use it.

Exit status: 0 done, 1 the model cannot be compiled or the file not written, 2 wrong call.
"""

import argparse
import dataclasses
import json
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digits.arguments import output_path
from digits.files import atomic_write, explain_failure, first_line, sha256_of
from digits.native_output import hide_native_output
from digits.preprocessing.normalization import INPUT_SHAPE
from digits.recognition.errors import CompileError, RecognizerError, UncompilableError
from digits.recognition.model_card import CardError, ModelCard
from digits.training.litert import convert
from digits.training.tensorflow_log import silence_tensorflow

if TYPE_CHECKING:  # the arguments are parsed before Keras is imported
    import keras

PREDICT, EXPLAIN = "predict", "explain"  # signatures of a compiled model


def main(argv: Sequence[str] | None = None, *, prog: str = "digits.training.compile") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to the module's.
    """
    arguments = make_compile_parser(prog).parse_args(argv)
    output = arguments.output or arguments.model.with_suffix(".tflite")
    report: dict[str, object]
    try:
        warnings = compile_file(arguments.model, output)
        report, told = {"warnings": warnings}, [f"warning: {warning}" for warning in warnings]
    except (RecognizerError, OSError) as error:
        if isinstance(error, OSError):
            error = CompileError(explain_failure(error, output))
        report, told = {"error": type(error).__name__, "message": str(error)}, [str(error)]
    if arguments.json:
        print(json.dumps(report))
    else:
        for line in told:
            print(f"{prog}: {line}", file=sys.stderr)
    return 1 if "error" in report else 0


def make_compile_parser(prog: str) -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Compile a Keras model, so that it runs without TensorFlow.",
        epilog="Example: python -m digits.training.compile letters.keras",
    )
    parser.add_argument("model", type=Path, metavar="MODEL.keras", help="the model to compile")
    parser.add_argument(
        "--output",
        type=output_path(".tflite"),
        metavar="FILE.tflite",
        help="where to write the compiled model (default: next to the model)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="write warnings, or an error and its kind, to standard output as JSON, for programs",
    )
    return parser


def compile_file(model_path: Path, output: Path) -> tuple[str, ...]:
    """Compile a model file with the calibration of its card.

    When `output` has the model's name and folder, the card is written again and names it.

    Returns:
        Sentences about the model for its user, as of `load_network`.

    Raises:
        RecognizerError: if the model cannot be loaded or compiled.
        OSError: if a file cannot be written.
    """
    silence_tensorflow()
    card = None
    with suppress(CardError):
        card = ModelCard.load(model_path)
    content, warnings = compile_kind(model_path, card)
    with atomic_write(output) as partial:
        partial.write_bytes(content)
    if card and output == model_path.with_suffix(".tflite"):
        dataclasses.replace(card, compiled_sha256=sha256_of(content)).write(model_path)
    return warnings


def compile_kind(model_path: Path, card: ModelCard | None) -> tuple[bytes, tuple[str, ...]]:
    """Compile a model of the kind that its card says; return it and sentences about it."""
    with hide_native_output():
        from digits.training.keras_file import load_model
        from digits.training.keras_network import load_network
        from digits.training.row_compile import compile_rows

    if card and card.kind == "rows":
        return compile_rows(load_model(model_path), temperature=card.temperature), ()
    loaded = load_network(model_path)
    content = compile_model(
        loaded.model,
        temperature=card.temperature if card else 1.0,
        reject_logit=card.reject_logit if card else None,
    )
    return content, loaded.warnings


def compile_model(model: "keras.Model", *, temperature: float, reject_logit: float | None) -> bytes:
    """Compile a model and its calibration into one LiteRT file.

    Args:
        model: maps float32 (n, 28, 28, 1) to softmax (n, classes).
        temperature: divides the logits, so that confidence is honest.
        reject_logit: the logit of "no class"; None for a model that cannot reject.

    Returns:
        The content of a `.tflite` file with two signatures. `predict` maps `image`,
        float32 (n, 28, 28, 1) in [0, 1], to `probabilities` (n, classes) and
        `in_distribution_probability` (n,). `explain` maps `image` (28, 28, 1), `label` and
        `rival`, int32, to `attribution` (28, 28) and `scores` (2,); a network whose
        gradients LiteRT cannot compute lacks it.

    Raises:
        UncompilableError: if LiteRT lacks an operation that the network needs, or answers
            other than Keras does.
    """
    silence_tensorflow()
    with hide_native_output():
        from digits.training.attribution import trace_attribution
        from digits.training.calibrated_network import calibrate_network

        network = calibrate_network(model, temperature=temperature, reject_logit=reject_logit)
        signatures = {PREDICT: network.predict}
        try:
            network.explain = trace_attribution(model)
            return convert_checked(network, {**signatures, EXPLAIN: network.explain})
        except (OSError, MemoryError):
            raise
        except Exception:  # TensorFlow and its converter raise many kinds
            network.explain = None
        try:
            return convert_checked(network, signatures)
        except (OSError, MemoryError):
            raise
        except Exception as error:
            raise UncompilableError(
                f"LiteRT cannot run this network: {find_reason(error)}. Use Keras' common"
                " layers, as 'python train.py' does."
            ) from error


def convert_checked(network: object, signatures: dict[str, Any]) -> bytes:
    """Convert signatures, and see that LiteRT gives what TensorFlow gives.

    Raises:
        Exception: of many kinds, if it does not.
    """
    from ai_edge_litert.interpreter import Interpreter

    content = convert(network, signatures)
    images = np.random.default_rng(0).random((3, *INPUT_SHAPE), np.float32)
    classes = {"label": np.int32(0), "rival": np.int32(1)}
    questions: list[tuple[str, dict[str, Any]]] = [(PREDICT, {"image": images})]
    questions.append((PREDICT, {"image": images[:1]}))
    if EXPLAIN in signatures:
        questions.append((EXPLAIN, {"image": images[0], **classes}))
    for name, question in questions:
        answers = Interpreter(model_content=content).get_signature_runner(name)(**question)
        for key, value in signatures[name](**question).items():
            if not np.allclose(answers[key], value, rtol=1e-4, atol=1e-4, equal_nan=True):
                raise ValueError(f"its {key} differ from those of Keras")
    return content


def find_reason(error: Exception) -> str:
    """Say which operation LiteRT lacks, or what else an error says first."""
    operation = re.search(r'fused\["(\w+):"', str(error))
    return f"it lacks the operation {operation[1]}" if operation else first_line(error)


if __name__ == "__main__":
    sys.exit(main())
