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
    """The model cannot be compiled here: TensorFlow or memory is missing, or it takes too long."""


class UncompilableError(CompileError):
    """LiteRT lacks an operation that the model needs; Keras can run it."""


class ModelProcessError(RecognizerError):
    """The process that runs the model ended, or did not answer in time."""


def make_error(kind: str, message: str) -> RecognizerError:
    """Make the error that another process reported.

    Raises:
        KeyError, TypeError: if there is no error of this kind.
    """
    error_class = globals()[kind]
    if not issubclass(error_class, RecognizerError):
        raise TypeError(kind)
    return error_class(message)
