"""The model file that the API serves.

recognizer = model.get_recognizer()   # a Problem while there is none
"""

from pathlib import Path

from digits.locations import MODEL_PATH
from digits.recognition.background_loader import start_loading
from digits.recognition.errors import RecognizerError
from digits.recognition.recognizer import Recognizer
from digits.serving.api.problems import Problem

LOADING_SECONDS = 5  # to wait for a model that is being loaded
BROKEN_SECONDS = 60  # to wait for one that somebody must repair


class ServedModel:
    """The model file that is served; loaded in the background, and again when it changes."""

    def __init__(self, path: Path = MODEL_PATH) -> None:
        """Name the file; `get_recognizer` begins to load it."""
        self.path = path
        self._recognizer: Recognizer | None = None

    def get_recognizer(self) -> Recognizer:
        """Return what predicts; while a changed file is loaded, the earlier model.

        Raises:
            Problem: 503, while the first is loaded or when it cannot be.
        """
        loading = start_loading(self.path)
        if loading.done():
            try:
                self._recognizer = loading.result()
            except RecognizerError as error:
                raise Problem(503, str(error), retry_after=BROKEN_SECONDS) from error
        if self._recognizer is None:
            detail = "The model is being loaded. Try again in some seconds."
            raise Problem(503, detail, retry_after=LOADING_SECONDS)
        return self._recognizer

    def is_ready(self) -> bool:
        """Whether it predicts."""
        try:
            self.get_recognizer()
        except Exception:  # whatever is wrong, it does not
            return False
        return True
