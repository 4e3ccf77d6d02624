"""Model files: load one and see that it fits, save one small.

model = load_model(Path("digit_model.keras"))
save_small(model, Path("copy.keras"))
"""

import zipfile
from pathlib import Path

import keras

INPUT_SHAPE = (28, 28, 1)


class RecognizerError(Exception):
    """Base of the errors that a user can meet; the text is one sentence for a person."""


class ModelNotFoundError(RecognizerError):
    """There is no model file at the given path."""


class BrokenModelError(RecognizerError):
    """The model file cannot be loaded."""


class IncompatibleModelError(RecognizerError):
    """The model takes or gives another shape than this project's models."""


def load_model(path: Path) -> keras.Model:
    """Load a Keras model and check its shapes; errors as for `Recognizer.load`."""
    if not path.is_file():
        raise ModelNotFoundError(f"No model at '{path}'. Run 'python train.py' to make it.")
    try:
        model = keras.models.load_model(path, compile=False)
        shapes = model.input_shape, model.output_shape
    except Exception as error:  # Keras raises many kinds for files it does not know
        raise BrokenModelError(
            f"'{path}' is no Keras model of this version, or damaged. Run"
            " 'python train.py' to make a new one."
        ) from error
    if shapes[0] != (None, *INPUT_SHAPE) or len(shapes[1]) != 2:
        raise IncompatibleModelError(
            f"Expected a model from (28, 28, 1) to one probability a class. '{path}' goes"
            f" from {shapes[0][1:]} to {shapes[1][1:]}. Run 'python train.py' to make one."
        )
    return model


def save_small(model: keras.Model, path: Path) -> None:
    """Save a network without its optimizer, which is a third of the size, and deflated.

    A .keras file is a zip archive; Keras stores its members as they are, and reads
    them compressed as well.
    """
    bare = keras.Model.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    bare.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
