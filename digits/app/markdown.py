"""Names and sentences of others, made safe to stand in the page's Markdown."""

import re


def escape_markdown(text: str) -> str:
    """Keep Markdown from reading a name as its own signs."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:])", r"\\\1", text)


def without_folders(sentence: str) -> str:
    """Leave out of a sentence in which folder of the server a file lies."""
    return re.sub(r"'[^']*/", "'", sentence)
