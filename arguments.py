"""Kinds of command-line arguments: each turns a text into a value, or says what is wrong."""

import argparse
from collections.abc import Callable
from pathlib import Path


def positive(text: str) -> float:
    """Accept a number above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, received '{text}'")
    return number


def positive_int(text: str) -> int:
    """Accept a whole number above zero."""
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, received '{text}'")
    return number


# argparse says "invalid <name> value" where a text is no number at all.
positive.__name__, positive_int.__name__ = "number", "whole number"


def existing_path(text: str) -> Path:
    """Accept the path of a file or folder that exists."""
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"there is no '{text}'")
    return path


def output_path(*endings: str) -> Callable[[str], Path]:
    """Make a kind that accepts a file name with one of `endings`, in an existing folder."""

    def convert(text: str) -> Path:
        path = Path(text)
        if path.suffix not in endings:
            raise argparse.ArgumentTypeError(
                f"expected a name ending in {' or '.join(endings)}, received '{text}'"
            )
        if not path.parent.is_dir():
            raise argparse.ArgumentTypeError(f"there is no folder '{path.parent}'")
        return path

    return convert
