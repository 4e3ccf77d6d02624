"""Make texts of what the row reader gives for each column: connectionist temporal classification.

    guesses = search_beam(log_probabilities, width=8)      # [("407", -0.1), ...]
    scores = score_texts(log_probabilities, ["407", "401"])
    spans = align(log_probabilities, "407")                # columns of each character

Graves et al., "Connectionist temporal classification", 2006; prefix beam search as in
Hannun et al., "First-pass large vocabulary continuous speech recognition", 2014. NumPy only.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LogProbabilities = npt.NDArray[np.float32]  # (columns, characters + 1), the last is blank

CHARACTERS = "0123456789-+.,:/()"  # what the row reader knows, in the order of its outputs
BLANK = len(CHARACTERS)
IMPROBABLE = -9.0  # log; a character of less is not tried in a column


def may_follow(text: str, character: str) -> bool:
    """Whether a number that begins with `text` can go on with `character`.

    A number is digits with single separators between them; a sign may stand before it, and
    brackets around it. A network that sees a few columns at a time cannot know that.
    """
    last = text[-1:]
    if character.isdecimal():
        return True
    if character == "(":
        return text in ("", "+", "-")
    if character == ")":
        return last.isdecimal() and "(" in text and ")" not in text
    return last.isdecimal() or (character in "+-" and last in ("", "("))


def is_number(text: str) -> bool:
    """Whether a text that grew by `may_follow` is complete."""
    return (text[-1:].isdecimal() or text.endswith(")")) and ("(" in text) == (")" in text)


def search_beam(columns: LogProbabilities, *, width: int) -> list[tuple[str, float]]:
    """Find the most probable numbers.

    Args:
        columns: log probabilities of the characters in each column.
        width: how many beginnings of texts are kept from column to column.

    Returns:
        At most `width` texts that are numbers, the most probable first, with the log of the
        probability of all paths that were kept; the empty text where there are none.
    """
    # For each beginning: log probabilities that it ends in a blank, and in its last character.
    beams: dict[str, tuple[float, float]] = {"": (0.0, -np.inf)}
    for column in columns.tolist():
        likely = [(CHARACTERS[i], p) for i, p in enumerate(column[:BLANK]) if p > IMPROBABLE]
        blank = column[BLANK]
        grown: dict[str, tuple[float, float]] = {}
        for text, (in_blank, in_character) in beams.items():
            whole = add_logs(in_blank, in_character)
            again = in_character + column[CHARACTERS.index(text[-1])] if text else -np.inf
            ends = grown.get(text, (-np.inf, -np.inf))
            grown[text] = add_logs(ends[0], whole + blank), add_logs(ends[1], again)
            for character, probability in likely:
                if not may_follow(text, character):
                    continue
                before = in_blank if text.endswith(character) else whole
                longer = text + character
                ends = grown.get(longer, (-np.inf, -np.inf))
                grown[longer] = ends[0], add_logs(ends[1], before + probability)
        order = sorted(grown, key=lambda text: -max(grown[text]))
        beams = {text: grown[text] for text in order[:width]}
    scored = [(text, add_logs(*ends)) for text, ends in beams.items() if is_number(text)]
    return sorted(scored, key=lambda one: -one[1]) or [("", -np.inf)]


def add_logs(first: float, second: float) -> float:
    """Return the log of the sum of two numbers, given their logs."""
    high, low = (first, second) if first > second else (second, first)
    return high if low == -np.inf else high + float(np.log1p(np.exp(low - high)))


def score_texts(columns: LogProbabilities, texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the log probability of each text, over all its paths, (n,)."""
    width = 2 * max(map(len, texts)) + 1
    states = np.full((len(texts), width), BLANK)
    for row, text in zip(states, texts, strict=True):
        row[1 : 2 * len(text) : 2] = [CHARACTERS.index(character) for character in text]
    last = reach_states(columns, states)[0][-1]  # (n, width); states past a text's end are no part
    pairs = zip(last, [2 * len(text) for text in texts], strict=True)
    return np.array([np.logaddexp.reduce(row[max(end - 1, 0) : end + 1]) for row, end in pairs])


def reach_states(
    columns: LogProbabilities, states: npt.NDArray[np.int64], *, best: bool = False
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Go through the columns by all ways, or the best, of writing some texts.

    Args:
        columns: log probabilities of the characters in each column.
        states: int64 (n, states): of each text "no character yet", the first character,
            blank, the second, ..., blank.
        best: whether to follow the best way alone.

    Returns:
        Log probabilities of being in each state after each column, (columns, n, states); and
        how many states further each came from the one before, 0 to 2.
    """
    emitted = columns.astype(np.float64)[:, states]  # (columns, n, states)
    # A blank between two different characters may be left out.
    cannot_skip = np.ones(states.shape, bool)
    cannot_skip[:, 3::2] = states[:, 3::2] == states[:, 1:-2:2]
    now = np.full(states.shape, -np.inf)
    now[:, :2] = emitted[0, :, :2]
    reached, steps = [now], [np.zeros(states.shape, np.int64)]
    options = np.full((3, *states.shape), -np.inf)
    for column in emitted[1:]:
        options[0], options[1, :, 1:], options[2, :, 2:] = now, now[:, :-1], now[:, :-2]
        options[2][cannot_skip] = -np.inf
        now = (options.max(axis=0) if best else np.logaddexp.reduce(options)) + column
        reached.append(now)
        steps.append(options.argmax(axis=0))
    return np.stack(reached), np.stack(steps)


def align(columns: LogProbabilities, text: str) -> list[tuple[int, int]]:
    """Find which columns show each character of a text, on the best path.

    Returns:
        For each character its first column, and one past its last. CTC marks a part of
        a character, not all of its width.
    """
    states = np.full((1, 2 * len(text) + 1), BLANK)
    states[0, 1::2] = [CHARACTERS.index(character) for character in text]
    reached, steps = (one[:, 0] for one in reach_states(columns, states, best=True))
    state = reached.shape[1] - (1 if len(text) == 0 or reached[-1, -1] >= reached[-1, -2] else 2)
    spans = [(len(columns), 0)] * len(text)
    for column in range(len(columns) - 1, -1, -1):
        if state % 2:
            first, end = spans[state // 2]
            spans[state // 2] = min(first, column), max(end, column + 1)
        state -= int(steps[column, state])
    return spans
