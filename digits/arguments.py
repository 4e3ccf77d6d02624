"""Options of command lines, declared as fields of dataclasses, and the kinds of their values.

    @dataclass(frozen=True)
    class Options:
        count: int = option(3, "how many (default: %(default)s)", type=positive_int, metavar="N")

    parser = make_parser(Options, prog="read.py", description="Read.", example="--count 2")
    Options(**fields_of(Options, parser.parse_args()))

Each kind of value turns a text into a value, or says what is wrong.
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field, fields
from pathlib import Path
from typing import Any


def positive(text: str) -> float:
    """Accept a number above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"expected a number above 0, received '{text}'")
    return number


def positive_int(text: str) -> int:
    """Accept a whole number above zero."""
    number = int(text)
    if number <= 0:
        raise ArgumentTypeError(f"expected a whole number above 0, received '{text}'")
    return number


# argparse says "invalid <name> value" where a text is no number at all.
positive.__name__, positive_int.__name__ = "number", "whole number"


def existing_path(text: str) -> Path:
    """Accept the path of a file or folder that exists."""
    path = Path(text)
    with explained(text):
        is_there = path.exists()
    if not is_there:
        raise ArgumentTypeError(f"there is no '{text}'")
    return path


def existing_place(text: str) -> Path | str:
    """Accept the path of a file or folder that exists, or any address as s3://bucket."""
    return text if "://" in text else existing_path(text)


def output_path(*endings: str) -> Callable[[str], Path]:
    """Make a kind that accepts a file name with one of `endings`, in an existing folder."""

    def convert(text: str) -> Path:
        path = Path(text)
        if path.suffix not in endings:
            raise ArgumentTypeError(
                f"expected a name ending in {' or '.join(endings)}, received '{text}'"
            )
        with explained(text):
            is_there = path.parent.is_dir()
            is_folder = path.is_dir()
        if not is_there:
            raise ArgumentTypeError(f"there is no folder '{path.parent}'")
        if is_folder:
            raise ArgumentTypeError(f"expected the name of a file, '{text}' is a folder")
        return path

    return convert


@contextmanager
def explained(text: str) -> Iterator[None]:
    """Say why a path cannot be asked for: its name is too long, or its folder closed."""
    try:
        yield
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise ArgumentTypeError(f"'{text[:80]}' cannot be reached: {said}") from error


# What `option` is told of an option that takes a file, files, or a number of things.
ONE_FILE: dict[str, Any] = {"type": existing_path, "metavar": "FILE"}
MANY_PATHS: dict[str, Any] = ONE_FILE | {"nargs": "+"}
COUNT: dict[str, Any] = {"type": positive_int, "metavar": "N"}


def option(default: Any, help_text: str, *, name: str = "", group: str = "", **how: Any) -> Any:
    """Declare a field of a dataclass that is an option on a command line.

    Args:
        default: of the field and of the option; a truth value makes a flag that inverts it.
        help_text: what the option is for; "%(default)s" stands for its default.
        name: of the option. Defaults to the field's, as "--its-name".
        group: options of the same group exclude each other. Defaults to none.
        how: what else `ArgumentParser.add_argument` takes.
    """
    if isinstance(default, bool):
        how["action"] = "store_false" if default else "store_true"
    how["help"] = help_text
    return field(default=default, metadata={"name": name, "group": group, "how": how})


def make_parser(*kinds: type, prog: str, description: str, example: str) -> ArgumentParser:
    """Make the parser of a command whose options are fields of dataclasses.

    Args:
        kinds: dataclasses; those of their fields count that `option` made.
        prog: the name of the command.
        description: what it does.
        example: arguments, for the foot of the help.
    """
    parser = ArgumentParser(prog=prog, description=description, epilog=f"Example: {prog} {example}")
    groups: defaultdict[str, Any] = defaultdict(parser.add_mutually_exclusive_group)
    for one in (one for kind in kinds for one in fields(kind) if one.metadata):
        name = one.metadata["name"] or f"--{one.name.replace('_', '-')}"
        target = groups[one.metadata["group"]] if one.metadata["group"] else parser
        target.add_argument(name, dest=one.name, default=one.default, **one.metadata["how"])
    return parser


def fields_of(kind: type, given: Namespace) -> dict[str, Any]:
    """Choose from what was parsed the values of a dataclass' fields, with lists as tuples."""
    values = {one.name: getattr(given, one.name) for one in fields(kind) if one.name in given}
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
