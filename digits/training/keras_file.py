"""Model files: load one that is safe, save one small.

model = load_model(Path("digit_model.keras"))
save_small(model, Path("copy.keras"))
"""

import zipfile
from pathlib import Path

import keras

from digits.recognition.errors import RecognizerError
from digits.recognition.model_file import check_model_file, make_broken_error
from digits.training.keras_safety import check_description, load_description


def load_model(path: Path) -> keras.Model:
    """Load a Keras model, of whatever input and output; errors as for `Recognizer.load`.

    Keras' safe mode is on: no code within the file is run. What Keras would refuse, or
    would build however large it is, is looked at before, in the description of the layers.

    Args:
        path: of a `.keras` file, or of an `.h5` file of Keras 2 or 3.
    """
    check_model_file(path)
    try:
        check_description(load_description(path), path)
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except RecognizerError:
        raise
    except Exception as error:  # Keras raises many kinds for files it does not know
        raise make_broken_error(path) from error


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
