"""The one recognizer of a process, loaded in the background; page and API share it.

    loading = start_loading()       # at once, and the same for everybody who asks
    recognizer = loading.result()   # waits; raises RecognizerError when there is none

Without TensorFlow, which takes seconds to load: the thread that loads the model loads it.
"""

import gc
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digits.locations import MODEL_PATH
from digits.recognition.tensorflow_log import silence_tensorflow

if TYPE_CHECKING:
    from digits.recognition.recognizer import Recognizer


@dataclass(frozen=True)
class Loading:
    """A model file on its way, or loaded: which file, of when, and what came of it."""

    path: Path
    modified: int  # nanoseconds since 1970; 0 for a file that is missing
    recognizer: "Future[Recognizer]"


_lock = threading.Lock()
_newest: Loading | None = None


def start_loading(path: Path = MODEL_PATH) -> "Future[Recognizer]":
    """Begin to load a model in the background, unless that has been done.

    One is kept: another path, or a file that was modified since, is loaded anew.
    """
    global _newest
    try:
        modified = path.stat().st_mtime_ns
    except OSError:  # what is wrong with it, loading says
        modified = 0
    with _lock:
        if _newest is None or (_newest.path, _newest.modified) != (path, modified):
            _newest = Loading(path, modified, Future())
            threading.Thread(target=load, args=[_newest], name="loading").start()
        return _newest.recognizer


def load(loading: Loading) -> None:
    """Load a model, and hand it or what went wrong to those who wait."""
    try:
        silence_tensorflow()
        from digits.recognition.recognizer import Recognizer

        recognizer = Recognizer.load(loading.path)
        # Streamlit collects garbage after every run of a script or fragment: without
        # TensorFlow's million objects, which stay anyway, that is hundreds of ms less.
        gc.unfreeze()  # a model that was loaded before may go
        gc.collect()
        gc.freeze()
    except BaseException as error:
        loading.recognizer.set_exception(error)
    else:
        loading.recognizer.set_result(recognizer)
