"""All ways to cut a line of writing into digits, and what each costs for a given number.

    lattice = build_lattice(line, score_classes)
    costs = lattice.costs(["407", "487"])     # nats, as of the search in segmentation.py
    digits = lattice.trace("407")             # the pieces of ink, one a digit

The search of `segmentation` asks for the cheapest path; here a number is given, as read by
another reader, and its cheapest path is asked for. NumPy and OpenCV only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from digits.preprocessing.components import TextLine
from digits.preprocessing.normalization import ModelInput
from digits.preprocessing.segmentation import (
    MIN_SCORE,
    SLIM,
    Candidate,
    join_components,
    slice_component,
    unite,
)

# Of model inputs the probability that each is one digit, and which, (n, 10).
ScoreClasses = Callable[[Sequence[ModelInput]], npt.NDArray[np.float32]]
Node = tuple[int, ...]  # the start of a component, or of a slice within some

SIGN = 10.0  # nats; leaving out a component that may be a sign as high as a digit ...
SIGN_WIDTH = 0.9  # ... unless it is wider than this, in digits' heights
WHOLE_WEIGHT = 6.0  # how far more the network is to be believed of whole components than of slices
MAX_EDGES = 600  # of a line; a number of ten digits has 200


@dataclass(frozen=True, eq=False)
class Edge:
    """One candidate between two nodes: a digit, or something left out."""

    start: Node
    stop: Node
    candidate: Candidate
    is_slice: bool  # cut out of a component, not a whole one
    log_scores: npt.NDArray[np.float64] | None  # (10,); None: left out

    @property
    def weight(self) -> float:
        """How far the network is to be believed: it learnt from whole digits, not from slices."""
        return 1.0 if self.is_slice else WHOLE_WEIGHT


@dataclass(frozen=True, eq=False)
class Lattice:
    """The candidates of a line, in an order in which each follows those before it."""

    edges: tuple[Edge, ...]
    end: Node

    def costs(self, numbers: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return for each number what speaks against its best cutting, in nats, (n,).

        Infinite where the line cannot be cut into so many digits.
        """
        length = max(map(len, numbers))
        classes = np.array([[int(c) for c in number.ljust(length, "0")] for number in numbers])
        start = np.full((len(numbers), length + 1), np.inf)
        start[:, 0] = 0
        reached: dict[Node, npt.NDArray[np.float64]] = {(0,): start}
        for edge in self.edges:
            before = reached.get(edge.start)
            if before is None:
                continue
            after = before + edge.candidate.cost
            if edge.log_scores is not None:
                after = np.full_like(before, np.inf)
                doubt = edge.candidate.cost - edge.weight * edge.log_scores[classes]
                after[:, 1:] = before[:, :-1] + doubt
            known = reached.get(edge.stop)
            reached[edge.stop] = after if known is None else np.minimum(known, after)
        ends = reached.get(self.end, start)
        return np.array([ends[i, len(number)] for i, number in enumerate(numbers)])

    def trace(self, number: str) -> list[Candidate]:
        """Return the pieces of ink on the cheapest path; none if there is no such path.

        Those with a model input are the digits of the number, the others are left out.
        """
        best: dict[tuple[Node, int], tuple[float, tuple[Candidate, ...]]] = {((0,), 0): (0.0, ())}
        for edge in self.edges:
            for count in range(len(number) + 1):
                if (edge.start, count) not in best:
                    continue
                cost, path = best[edge.start, count]
                cost += edge.candidate.cost
                goal, path = (edge.stop, count), (*path, edge.candidate)
                if edge.log_scores is not None:
                    if count == len(number):
                        continue
                    cost -= edge.weight * float(edge.log_scores[int(number[count])])
                    goal = (edge.stop, count + 1)
                if goal not in best or cost < best[goal][0]:
                    best[goal] = cost, path
        return list(best.get((self.end, len(number)), (0.0, ()))[1])


def build_lattice(line: TextLine, score_classes: ScoreClasses) -> Lattice:
    """List the joined components of a line, and the slices of those that are not slim.

    Args:
        line: of writing.
        score_classes: the network.
    """
    joined = [join.unite(line) for join in islice(join_components(line), MAX_EDGES)]
    keyed: list[tuple[tuple[int, int], Node, Node, bool, Candidate]] = [
        ((c.start, 0), (c.start,), (c.stop,), False, c) for c in joined
    ]
    skipped = {c.start for c in joined if c.model_input is None}
    for i, component in enumerate(line.components):
        if i not in skipped and component.box.width < SIGN_WIDTH * line.height:
            sign = Candidate(i, i + 1, SIGN, component, None)
            keyed.append(((i, 0), (i,), (i + 1,), False, sign))
        keyed += slice_span(line, i, i + 1)
    keyed = keyed[:MAX_EDGES]
    keyed.sort(key=lambda one: one[0])
    inputs = [c.model_input for *_, c in keyed if c.model_input is not None]
    logs = iter(np.log(np.maximum(score_classes(inputs), MIN_SCORE)).astype(np.float64))
    edges = (
        Edge(start, stop, c, is_slice, None if c.model_input is None else next(logs))
        for _, start, stop, is_slice, c in keyed
    )
    return Lattice(tuple(edges), (len(line.components),))


def slice_span(
    line: TextLine, first: int, end: int
) -> Iterator[tuple[tuple[int, int], Node, Node, bool, Candidate]]:
    """List the slices of some neighbouring components, unless they are slim."""
    whole = unite(line.components[first:end])
    if whole.box.width <= SLIM * line.height:
        return
    slices = list(slice_component(whole, line.height))
    last = max((one.stop for one in slices), default=0)

    def node(cut: int) -> Node:
        if cut in (0, last):
            return (end if cut else first,)
        return (first, end, cut)

    for one in slices:
        if (one.start, one.stop) != (0, last):  # the whole is listed already
            yield (first, one.start), node(one.start), node(one.stop), True, one
