"""Convert TensorFlow functions to a LiteRT file.

content = convert(network, {"predict": network.predict})
"""

import tempfile


def convert(network: object, signatures: dict[str, object]) -> bytes:
    """Write a SavedModel, and convert it: the only way to two signatures that share weights."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(network, folder, signatures=signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[*signatures])
        content: bytes = converter.convert()
    return content
