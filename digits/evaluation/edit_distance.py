"""How far a reading is from what was written."""


def edit_distance(first: str, second: str) -> int:
    """Count the characters to insert, delete or replace (Levenshtein, 1966).

    >>> edit_distance("1337", "137")
    1
    """
    row = list(range(len(second) + 1))
    for index, character in enumerate(first):
        diagonal, row[0] = row[0], index + 1
        for column, other in enumerate(second, 1):
            replaced = diagonal + (character != other)
            diagonal = row[column]
            row[column] = min(replaced, row[column] + 1, row[column - 1] + 1)
    return row[-1]
