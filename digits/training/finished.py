"""Compile a finished training's model, and put model, compiled form and card in place.

compile_finished(finished)
replace_model(finished, Path("digit_model.keras"))
"""

from pathlib import Path

from digits.files import replace
from digits.recognition.errors import CompileError
from digits.recognition.model_card import card_path
from digits.training.compile import compile_file


def compile_finished(finished: Path) -> str:
    """Compile a model next to its file, with the calibration of its card, and name it there.

    Returns:
        Why there is no compiled form, as a sentence; "" when there is one.

    Raises:
        OSError: if a file cannot be written.
    """
    compiled = finished.with_suffix(".tflite")
    compiled.unlink(missing_ok=True)  # of a run that was killed
    try:
        compile_file(finished, compiled)
    except CompileError as error:
        return str(error)
    return ""


def replace_model(finished: Path, output: Path) -> None:
    """Move a model, its compiled form and its card to the place of earlier ones.

    The card is last: once it is there, so is what it names. After a kill in between, the
    card that is there does not name the new files, so that none is taken for another's.

    Args:
        finished: the model, in the file system of `output`; the others lie next to it.
        output: where the model shall be.
    """
    compiled, place = finished.with_suffix(".tflite"), output.with_suffix(".tflite")
    if compiled.exists():
        replace(compiled, place)
    else:
        place.unlink(missing_ok=True)  # of the earlier model
    replace(finished, output)
    replace(card_path(finished), card_path(output))
