"""The recognizers of a process, loaded in the background; page and API share them.

    loading = start_loading()       # at once, and the same for everybody who asks
    recognizer = loading.result()   # waits; raises RecognizerError when there is none

A model is there in a fraction of a second; one without a compiled form takes ten seconds, in
which an API must go on answering.
"""

import copy
import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from digits.locations import MODEL_PATH
from digits.recognition.model_card import card_path
from digits.recognition.recognizer import Recognizer

FileIdentity = tuple[tuple[int, int] | None, ...]  # modified (ns) and bytes; None if missing

MAX_MODELS = 3  # that stay in memory

logger = logging.getLogger(__name__)


@dataclass
class Loading:
    """One version of a model file that is being loaded, or was.

    Attributes:
        path: of the model file.
        identity: of that version.
        working: the newest recognizer of this path that could be loaded, if any.
        recognizer: what is handed out.
    """

    path: Path
    identity: FileIdentity
    working: Recognizer | None
    recognizer: Future[Recognizer] = field(default_factory=Future)


_lock = threading.Lock()
_loadings: dict[Path, Loading] = {}  # the least recently used first


def file_identity(model_path: Path) -> FileIdentity:
    """Tell one version of a model's files from another: use it as a cache key.

    It changes when the model, its card or its compiled form is written, added or removed.
    """
    files = (model_path, card_path(model_path), model_path.with_suffix(".tflite"))
    return tuple(stamp(path) for path in files)


def stamp(path: Path) -> tuple[int, int] | None:
    """Return when a file was modified and its size; None when it is missing."""
    try:
        found = path.stat()
    except OSError:  # loading says what is wrong with it
        return None
    return found.st_mtime_ns, found.st_size


def start_loading(path: Path = MODEL_PATH) -> Future[Recognizer]:
    """Begin to load a model in the background, unless that has been done.

    A model is loaded again when one of its files has changed. If the new version
    cannot be loaded, the earlier one is handed out, and its `warning` says so.
    """
    identity = file_identity(path)
    with _lock:
        loading = _loadings.pop(path, None)
        if loading is None or loading.identity != identity:
            loading = Loading(path, identity, loading.working if loading else None)
            threading.Thread(target=load, args=[loading], name="loading").start()
        _loadings[path] = loading
        if len(_loadings) > MAX_MODELS:
            del _loadings[next(iter(_loadings))]
        return loading.recognizer


def load(loading: Loading) -> None:
    """Load a model, and hand it or what went wrong to those who wait."""
    try:
        recognizer = loading.working = Recognizer.load(loading.path)
    except BaseException as error:
        if loading.working is None:
            loading.recognizer.set_exception(error)
            return
        recognizer = copy.copy(loading.working)
        recognizer.warning = f"{error} The earlier model stays in use. {recognizer.warning}".strip()
        logger.warning(recognizer.warning)
    loading.recognizer.set_result(recognizer)
