"""What TensorFlow may write to standard error."""

import os

from digits.native_output import hide_native_output


def silence_tensorflow() -> None:
    """Silence TensorFlow's messages as far as it lets us; call this before importing it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def import_keras() -> None:
    """Import Keras and TensorFlow, without what their C++ parts write about a missing GPU."""
    silence_tensorflow()
    with hide_native_output():
        import keras  # noqa: F401
