"""Sentences that several views share, and names that are safe in the page's Markdown."""

import re

from digits.classes import class_noun, with_article
from digits.recognition.predictions import Prediction


def describe_doubt(prediction: Prediction, what: str = "This") -> str:
    """Say in a sentence what an unsure reading could be.

    Args:
        prediction: of status `unsure`.
        what: the subject of the sentence. Defaults to "This".
    """
    first, second = map(with_article, prediction.candidates[:2])
    if prediction.is_in_distribution:
        return f"{what} could be {first} or {second}."
    noun = class_noun(prediction.class_names)
    return f"{what} may be something else; if it is one {noun}, it is most like {first}."


def escape_markdown(text: str) -> str:
    """Keep Markdown from reading a name as its own signs."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:])", r"\\\1", text)


def without_folders(sentence: str) -> str:
    """Leave out of a sentence in which folder of the server a file lies."""
    return re.sub(r"'[^']*/", "'", sentence)
