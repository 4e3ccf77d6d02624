"""What TensorFlow may write to standard error."""

import os


def silence_tensorflow() -> None:
    """Silence TensorFlow's message about a missing GPU; call this before importing it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
