"""What can be wrong with a model: each error's text is one sentence for a person.

Importing these loads no TensorFlow.
"""


class RecognizerError(Exception):
    """Base of the errors that a model file can cause.

    >>> import digits
    >>> try:
    ...     digits.Recognizer.load("no such model.keras")
    ... except digits.RecognizerError as error:
    ...     print(error)
    No model at 'no such model.keras'. Run 'python train.py' to make it.
    """


class ModelNotFoundError(RecognizerError):
    """There is no model file at the given path."""


class BrokenModelError(RecognizerError):
    """The model file cannot be loaded."""


class IncompatibleModelError(RecognizerError):
    """The model takes or gives another shape than this project's models."""


class UnsafeModelError(RecognizerError):
    """The model file would run code of its own, or fill the memory."""


class CompileError(RecognizerError):
    """The model cannot be compiled here: TensorFlow is missing, or LiteRT lacks an operation."""
