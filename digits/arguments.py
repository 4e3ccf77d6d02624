"""Kinds of command-line arguments: each turns a text into a value, or says what is wrong."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any


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
    with explained(text):
        is_there = path.exists()
    if not is_there:
        raise argparse.ArgumentTypeError(f"there is no '{text}'")
    return path


def existing_place(text: str) -> Path | str:
    """Accept the path of a file or folder that exists, or any address as s3://bucket."""
    return text if "://" in text else existing_path(text)


def output_path(*endings: str) -> Callable[[str], Path]:
    """Make a kind that accepts a file name with one of `endings`, in an existing folder."""

    def convert(text: str) -> Path:
        path = Path(text)
        if path.suffix not in endings:
            raise argparse.ArgumentTypeError(
                f"expected a name ending in {' or '.join(endings)}, received '{text}'"
            )
        with explained(text):
            is_there = path.parent.is_dir()
            is_folder = path.is_dir()
        if not is_there:
            raise argparse.ArgumentTypeError(f"there is no folder '{path.parent}'")
        if is_folder:
            raise argparse.ArgumentTypeError(f"expected the name of a file, '{text}' is a folder")
        return path

    return convert


@contextmanager
def explained(text: str) -> Iterator[None]:
    """Say why a path cannot be asked for: its name is too long, or its folder closed."""
    try:
        yield
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise argparse.ArgumentTypeError(f"'{text[:80]}' cannot be reached: {said}") from error


def parse_given(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> dict[str, Any]:
    """Parse a command line to the values of its options: lists as tuples, None left out."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vars(parser.parse_args(argv)).items()
        if value is not None
    }


def fields_of(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Choose from what was given the values of a dataclass' fields."""
    return {one.name: given[one.name] for one in fields(kind) if one.name in given}
