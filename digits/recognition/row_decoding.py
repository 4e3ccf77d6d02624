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


def search_beam(columns: LogProbabilities, *, width: int) -> list[tuple[str, float]]:
    """Find the most probable texts.

    Args:
        columns: log probabilities of the characters in each column.
        width: how many beginnings of texts are kept from column to column.

    Returns:
        At most `width` texts, the most probable first, with the log of the probability of
        all paths that were kept.
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
                before = in_blank if text.endswith(character) else whole
                longer = text + character
                ends = grown.get(longer, (-np.inf, -np.inf))
                grown[longer] = ends[0], add_logs(ends[1], before + probability)
        order = sorted(grown, key=lambda text: -max(grown[text]))
        beams = {text: grown[text] for text in order[:width]}
    scored = [(text, add_logs(*ends)) for text, ends in beams.items()]
    return sorted(scored, key=lambda one: -one[1])


def add_logs(first: float, second: float) -> float:
    """Return the log of the sum of two numbers, given their logs."""
    high, low = (first, second) if first > second else (second, first)
    return high if low == -np.inf else high + float(np.log1p(np.exp(low - high)))


def score_texts(columns: LogProbabilities, texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the log probability of each text, over all its paths, (n,)."""
    return np.array([float(np.logaddexp.reduce(walk(columns, text)[0][-1, -2:])) for text in texts])


def walk(
    columns: LogProbabilities, text: str, *, best: bool = False
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Go through the columns by all ways, or the best, of writing a text.

    Returns:
        Log probabilities of being in each state after each column, (columns, states); and
        how many states further each came from the one before, 0 to 2. The states are
        "no character yet", the first character, blank, the second, ..., blank.
    """
    states = np.full(2 * len(text) + 1, BLANK)
    states[1::2] = [CHARACTERS.index(character) for character in text]
    emitted = columns[:, states].astype(np.float64)  # (columns, states)
    # A blank between two different characters may be left out.
    may_skip = np.zeros(len(states), bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    now = np.full(len(states), -np.inf)
    now[:2] = emitted[0, :2]
    reached, steps = [now], [np.zeros(len(states), np.int64)]
    for column in emitted[1:]:
        one = np.concatenate([[-np.inf], now[:-1]])
        two = np.concatenate([[-np.inf], one[:-1]])
        two[~may_skip] = -np.inf
        options = np.stack([now, one, two])
        step = options.argmax(axis=0)
        together = options.max(axis=0) if best else np.logaddexp.reduce(options)
        now = together + column
        reached.append(now)
        steps.append(step)
    return np.stack(reached), np.stack(steps)


def align(columns: LogProbabilities, text: str) -> list[tuple[int, int]]:
    """Find which columns show each character of a text, on the best path.

    Returns:
        For each character its first column, and one past its last. CTC marks a part of
        a character, not all of its width.
    """
    reached, steps = walk(columns, text, best=True)
    state = reached.shape[1] - (1 if len(text) == 0 or reached[-1, -1] >= reached[-1, -2] else 2)
    spans = [(len(columns), 0)] * len(text)
    for column in range(len(columns) - 1, -1, -1):
        if state % 2:
            first, end = spans[state // 2]
            spans[state // 2] = min(first, column), max(end, column + 1)
        state -= int(steps[column, state])
    return spans
