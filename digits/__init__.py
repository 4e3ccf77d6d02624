"""Reads handwritten digits as people really draw, write and photograph them.

    import digits                                    # at once: no TensorFlow, no NumPy

    recognizer = digits.Recognizer.load()            # the shipped model
    prediction = recognizer.predict("seven.png")     # a path, bytes or a uint8 array
    prediction.label, prediction.confidence, prediction.status

Each name of `__all__` is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digits.preprocessing.image_io import ImageError as ImageError
    from digits.preprocessing.image_io import load_image as load_image
    from digits.preprocessing.normalization import preprocess as preprocess
    from digits.recognition.errors import BrokenModelError as BrokenModelError
    from digits.recognition.errors import CompileError as CompileError
    from digits.recognition.errors import IncompatibleModelError as IncompatibleModelError
    from digits.recognition.errors import ModelNotFoundError as ModelNotFoundError
    from digits.recognition.errors import ModelProcessError as ModelProcessError
    from digits.recognition.errors import RecognizerError as RecognizerError
    from digits.recognition.errors import UnsafeModelError as UnsafeModelError
    from digits.recognition.explanation import Explainer as Explainer
    from digits.recognition.explanation import draw_explanation as draw_explanation
    from digits.recognition.predictions import DigitPrediction as DigitPrediction
    from digits.recognition.predictions import LinePrediction as LinePrediction
    from digits.recognition.predictions import NumberPrediction as NumberPrediction
    from digits.recognition.predictions import Prediction as Prediction
    from digits.recognition.recognizer import Recognizer as Recognizer

__version__ = "0.2.0"

HOMES = {
    "BrokenModelError": "digits.recognition.errors",
    "CompileError": "digits.recognition.errors",
    "DigitPrediction": "digits.recognition.predictions",
    "Explainer": "digits.recognition.explanation",
    "ModelProcessError": "digits.recognition.errors",
    "ImageError": "digits.preprocessing.image_io",
    "IncompatibleModelError": "digits.recognition.errors",
    "ModelNotFoundError": "digits.recognition.errors",
    "LinePrediction": "digits.recognition.predictions",
    "NumberPrediction": "digits.recognition.predictions",
    "Prediction": "digits.recognition.predictions",
    "Recognizer": "digits.recognition.recognizer",
    "RecognizerError": "digits.recognition.errors",
    "UnsafeModelError": "digits.recognition.errors",
    "draw_explanation": "digits.recognition.explanation",
    "load_image": "digits.preprocessing.image_io",
    "preprocess": "digits.preprocessing.normalization",
}
__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    """Load the module that defines a public name when the name is first used (PEP 562)."""
    if name not in HOMES:
        raise AttributeError(f"module 'digits' has no attribute '{name}'")
    value = getattr(import_module(HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
