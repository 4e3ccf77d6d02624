"""Where the shipped model lies, and where a user's own files are kept.

    load_model(MODEL_PATH)

A checkout has the model at its top level, an installed package inside the package. What
people keep and train stays in the checkout, or goes to their user data folder.
"""

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

PACKAGE = Path(__file__).parent
MODEL_NAME = "digit_model.keras"
ROWS_MODEL_NAME = "rows_model.keras"


def find_checkout() -> Path | None:
    """Return the checkout that this package runs from; None for an installed copy."""
    folder = PACKAGE.parent
    return folder if (folder / "app.py").is_file() else None


def find_model() -> Path:
    """Return the model to use by default.

    That is the one named by the environment variable DIGITS_MODEL, else the one inside the
    package, else the one in the checkout, whether it exists or not.
    """
    named = os.environ.get("DIGITS_MODEL")
    if named:
        return Path(named).absolute()
    return find_shipped(MODEL_NAME)


def find_shipped(name: str) -> Path:
    """Return a shipped file inside the package, else in the checkout, whether it exists or not."""
    packaged = PACKAGE / "model" / name
    return packaged if packaged.is_file() else PACKAGE.parent / name


def data_folder() -> Path:
    """Return the folder for kept drawings and trained models; it may not exist yet."""
    return find_checkout() or user_data_path("digits", appauthor=False)


def cache_folder(name: str) -> Path:
    """Return the folder of that name for what can be made or fetched again; it may not exist."""
    return user_cache_path("digits", appauthor=False) / name


def models_folder(model: Path) -> Path:
    """Return the folder `trained` with the models that the page compares with `model`.

    It is next to the model; for the model inside an installed package, in `data_folder()`.
    """
    is_packaged = model.is_relative_to(PACKAGE)
    return (data_folder() if is_packaged else model.parent) / "trained"


MODEL_PATH = find_model()  # the model that page and programs use unless told otherwise
ROWS_MODEL_PATH = find_shipped(ROWS_MODEL_NAME)  # the reader of rows beside it
