"""Classes: what a model can tell apart, by name and in order; the ten digits by default.

names = parse_classes(["ABC"])                            # ("A", "B", "C")
names = parse_classes(["emnist-letters-mapping.txt"])     # ("A", ..., "Z")
find_class("a", names)                                    # 0: "a" is no class, "A" is
"""

from collections.abc import Sequence
from pathlib import Path

ClassNames = tuple[str, ...]  # one an output of the model, in order

DIGIT_CLASSES: ClassNames = tuple("0123456789")
REJECT_NAME = "none"  # label, in a stroke file, of what shows none of the classes
SAID_WITH_AN = frozenset("8AEFHILMNORSXaefhilmnorsx")  # signs whose names begin with a vowel
MOST_LISTED = 12  # names in a sentence


class ClassesError(Exception):
    """Names that cannot be classes; its text says what was expected."""


def parse_classes(words: Sequence[str]) -> ClassNames:
    """Turn what stands after `--classes` into names.

    Args:
        words: several names; or one word, each of whose characters is a class; or the
            path of a mapping file, as EMNIST has them.

    Raises:
        ClassesError: if they tell nothing apart, or there is no such file.
    """
    if len(words) == 1:
        words = load_mapping(Path(words[0])) if words[0].endswith(".txt") else tuple(words[0])
    return check_names(words)


def check_names(words: Sequence[str]) -> ClassNames:
    """Return names as classes; raise ClassesError unless there are two, all different."""
    if len(words) < 2 or len(set(words)) < len(words) or not all(words):
        raise ClassesError(f"Expected two different class names or more. Received: {words}.")
    if REJECT_NAME in words:
        raise ClassesError(f"'{REJECT_NAME}' is the label of what shows no class, and no class.")
    return tuple(words)


def load_mapping(path: Path) -> ClassNames:
    """Load EMNIST's mapping file: a label, and the codes of its characters, in each line.

    Of several characters (`1 65 97` is A and a) the first names the class.

    Raises:
        ClassesError: if it cannot be read or is of another form.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        rows = [[int(word) for word in line.split()] for line in lines]
        first = rows[0][0]
        if [row[0] for row in rows] != list(range(first, first + len(rows))):
            raise ValueError("its labels are not in order")
        return tuple(chr(row[1]) for row in rows)
    except (OSError, ValueError, IndexError, OverflowError) as error:
        raise ClassesError(
            f"Expected lines such as '1 65 97', a label and codes of characters, in '{path}'."
            f" Found: {error}."
        ) from error


def find_class(label: str, names: Sequence[str]) -> int | None:
    """Return which class a label is of; None when it is of none.

    A letter that is no class counts as the same letter of the other case, if that is one:
    so A to Z take small letters too, as EMNIST's letters do.
    """
    for name in (label, label.swapcase()):
        if name in names:
            return names.index(name)
    return None


def list_names(names: Sequence[str]) -> str:
    """Write class names in a sentence: "0 to 9", or "A, B, C"."""
    if tuple(names) == DIGIT_CLASSES:
        return "0 to 9"
    more = ["..."] if len(names) > MOST_LISTED else []
    return ", ".join([*names[:MOST_LISTED], *more])


def class_noun(names: Sequence[str]) -> str:
    """Return what one class is called in a sentence: "digit", "letter" or else "symbol".

    All three take "a" before and "s" behind them: f"a {noun}", f"No {noun}s".
    """
    if all(name.isdecimal() for name in names):
        return "digit"
    return "letter" if all(len(name) == 1 and name.isalpha() for name in names) else "symbol"


def with_article(name: str) -> str:
    """Write a class name as a sentence has it: "a 7", "an A", "an apple"."""
    starts_with_vowel = name in SAID_WITH_AN if len(name) == 1 else name[0] in "aeiouAEIOU"
    return f"{'an' if starts_with_vowel else 'a'} {name}"
