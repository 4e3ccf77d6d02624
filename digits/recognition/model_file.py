"""Read a model file, before anything looks into it, and copy it for another process.

    content = read_model_file(path)
    with copy_model(path, content, card) as copy:
        run_training("compile", copy, seconds=180)

A copy, so that a file that is replaced meanwhile does no harm.
"""

import dataclasses
import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digits.files import sha256_of
from digits.recognition.errors import BrokenModelError, ModelNotFoundError, UnsafeModelError
from digits.recognition.model_card import ModelCard

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"  # of an .h5 file; a .keras file is a zip archive
MAX_FILE_BYTES = 1 << 30  # the shipped model has 0.6 MB; 50 million weights have 200


def check_model_file(path: Path) -> None:
    """Check that there is a model file of a reasonable size.

    Raises:
        ModelNotFoundError: if there is no such file.
        UnsafeModelError: if it is far too large, or a SavedModel.
        BrokenModelError: if its folder cannot be read.
    """
    try:
        if path.suffix == ".pb" or (path / "saved_model.pb").is_file():
            raise UnsafeModelError(
                f"'{path}' is a SavedModel, a program that is not run. Save the model with"
                " model.save('model.keras')."
            )
        if not path.is_file():
            raise ModelNotFoundError(f"No model at '{path}'. Run 'python train.py' to make it.")
        size = path.stat().st_size
    except OSError as error:
        raise BrokenModelError(f"'{path}' cannot be read: {error.strerror}.") from error
    if size > MAX_FILE_BYTES:
        raise UnsafeModelError(
            f"Expected a model of at most {MAX_FILE_BYTES >> 20:,} MB. '{path}' has"
            f" {size >> 20:,} MB: it is not loaded."
        )


def read_model_file(path: Path) -> bytes:
    """Return the content of a model file; errors as of `check_model_file`."""
    check_model_file(path)
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise BrokenModelError(f"'{path}' cannot be read: {error.strerror}.") from error


def check_format(content: bytes, path: Path) -> None:
    """Raise BrokenModelError for a file of another kind, or one that was cut off.

    It would cost another process some seconds to find out.
    """
    if not (content.startswith(HDF5_SIGNATURE) or zipfile.is_zipfile(io.BytesIO(content))):
        raise make_broken_error(path)


def make_broken_error(path: Path) -> BrokenModelError:
    """Say that Keras cannot open a file."""
    return BrokenModelError(
        f"'{path}' is no Keras model of this version, or damaged. Run"
        " 'python train.py' to make a new one."
    )


@contextmanager
def copy_model(path: Path, content: bytes, card: ModelCard | None) -> Iterator[Path]:
    """Yield the path of a copy of a model and its card, which is removed afterwards.

    Args:
        path: of the model file, whose ending the copy keeps.
        content: of the model file.
        card: to be written next to the copy; None for no card.
    """
    with tempfile.TemporaryDirectory(prefix="digits-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / f"model{path.suffix}"
        copy.write_bytes(content)
        if card is not None:
            dataclasses.replace(card, sha256=sha256_of(content)).write(copy)
        yield copy
