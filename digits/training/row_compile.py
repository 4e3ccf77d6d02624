"""Compile the network that reads rows, with its calibration, for LiteRT.

content = compile_rows(model, temperature=1.1)
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from digits.native_output import hide_native_output
from digits.preprocessing.row import ROW_HEIGHT
from digits.recognition.errors import CompileError
from digits.recognition.row_model import READ
from digits.training.tensorflow_log import silence_tensorflow

if TYPE_CHECKING:
    import keras

ANSWER = "log_probabilities"


def compile_rows(model: "keras.Model", *, temperature: float) -> bytes:
    """Compile a network of `build_row_network`.

    Args:
        model: maps float32 (n, 32, width, 1) to logits (n, width / 2, 19).
        temperature: divides the logits.

    Returns:
        The content of a `.tflite` file with the signature `read`: from `row`, float32
        (n, 32, width, 1) in [0, 1], to `log_probabilities` (n, width / 2, 19).

    Raises:
        CompileError: if LiteRT answers other than TensorFlow does.
    """
    silence_tensorflow()
    with hide_native_output():
        import keras
        import tensorflow as tf
        from ai_edge_litert.interpreter import Interpreter

        from digits.training.calibrated_network import freeze_weights
        from digits.training.litert import convert

        weights = freeze_weights(model)
        shape = tf.TensorSpec((None, ROW_HEIGHT, None, 1), tf.float32, name="row")

        @tf.function(input_signature=[shape])  # type: ignore[untyped-decorator]
        def read(row: Any) -> dict[str, Any]:
            with keras.StatelessScope(weights):
                logits = model(row, training=False)
            return {ANSWER: tf.nn.log_softmax(logits / temperature)}

        network = tf.Module(name="rows")
        network.read = read
        content = convert(network, {READ: read})
        for width in (32, 112):
            rows = np.random.default_rng(0).random((1, ROW_HEIGHT, width, 1), np.float32)
            answer = Interpreter(model_content=content).get_signature_runner(READ)(row=rows)
            if not np.allclose(answer[ANSWER], read(rows)[ANSWER], rtol=1e-3, atol=1e-3):
                raise CompileError("LiteRT answers other than Keras does: no row reader was made.")
    return content
