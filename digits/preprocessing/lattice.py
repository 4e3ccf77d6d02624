"""All ways to cut a line of writing into digits, and what each costs for a given number.

    lattice = build_lattice(line, score_classes)
    number = lattice.best_number()               # the cheapest of all, "407"
    judged = lattice.judge(["407", "487"])       # what speaks against each
    digits = lattice.trace("407")                # the pieces of ink, one a digit

The search of `segmentation` asks for the cheapest path; here a number is given, as read by
another reader, and its cheapest path is asked for. NumPy and OpenCV only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt

from digits.preprocessing.components import TextLine
from digits.preprocessing.normalization import ModelInput
from digits.preprocessing.segmentation import (
    HIGH_SCORE,
    MIN_SCORE,
    SLIM,
    TWO,
    Candidate,
    join_components,
    slice_component,
)

# Of model inputs the probability that each is one digit, and which, (n, 10).
ScoreClasses = Callable[[Sequence[ModelInput]], npt.NDArray[np.float32]]
Node = tuple[int, int]  # a component, and a cut within it; 0 is its beginning

SIGN = 5.0  # nats; leaving out a component that may be a sign as high as a digit ...
SIGN_WIDTH = 0.9  # ... unless it is wider than this, in digits' heights
SIGN_HEIGHT = 1.2  # digits' heights; slashes and brackets are higher than digits, and cost nothing
WHOLE_WEIGHT = 6.0  # how far more the network is to be believed of whole components than of slices
MAX_EDGES = 600  # of a line; a number of ten digits has 200

# What speaks against a cutting, in nats: sizes, gaps and cuts; the network's doubt of whole
# components, and of slices; what is left out; and how many pieces that are.
REASONS = ("geometry", "wholes", "slices", "left_out", "pieces")
GEOMETRY, WHOLES, SLICES, LEFT_OUT, PIECES = range(len(REASONS))


@dataclass(frozen=True, eq=False)
class Edge:
    """One candidate between two nodes: a digit, or something left out."""

    start: Node
    stop: Node
    candidate: Candidate
    is_slice: bool  # cut out of a component, not a whole one
    doubts: npt.NDArray[np.float64] | None  # of each class, in nats, (10,); None: left out

    @property
    def is_left_out(self) -> bool:
        """Whether it is no digit: a sign, or dust."""
        return self.doubts is None

    @property
    def weight(self) -> float:
        """How far the network is to be believed: it learnt from whole digits, not from slices."""
        return 1.0 if self.is_slice else WHOLE_WEIGHT


@dataclass(frozen=True, eq=False)
class Judgement:
    """What speaks against the best cutting of a line into each of some numbers.

    Attributes:
        costs: in nats, (n,); infinite where the line cannot be cut into so many digits.
        reasons: of what each cost is made, before weights, (n, `REASONS`); zeros there.
    """

    costs: npt.NDArray[np.float64]
    reasons: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lattice:
    """The candidates of a line, in an order in which each follows those before it."""

    edges: tuple[Edge, ...]
    end: Node

    def judge(self, numbers: Sequence[str]) -> Judgement:
        """Find the best cutting for each number, and what speaks against it."""
        count, length = len(numbers), max(map(len, numbers))
        digits = [[int(c) for c in number.ljust(length, "0")] for number in numbers]
        classes = np.array(digits, np.intp).reshape(count, length)
        cost = np.full((count, length + 1), np.inf)  # by how many digits there are so far
        cost[:, 0] = 0
        reached = {(0, 0): (cost, np.zeros((count, length + 1, len(REASONS))))}
        for edge in self.edges:
            if edge.start not in reached:
                continue
            before, why = reached[edge.start]
            if edge.doubts is None:
                after, reasons = before + edge.candidate.cost, why.copy()
                reasons[..., LEFT_OUT] += edge.candidate.cost
                reasons[..., PIECES] += 1
            else:
                doubts = edge.doubts[classes]  # (n, length)
                after, reasons = np.full_like(before, np.inf), np.zeros_like(why)
                after[:, 1:] = before[:, :-1] + edge.candidate.cost + edge.weight * doubts
                reasons[:, 1:] = why[:, :-1]
                reasons[:, 1:, GEOMETRY] += edge.candidate.cost
                reasons[:, 1:, SLICES if edge.is_slice else WHOLES] += doubts
            if edge.stop in reached:
                known, known_reasons = reached[edge.stop]
                is_better = after < known
                after = np.where(is_better, after, known)
                reasons = np.where(is_better[..., np.newaxis], reasons, known_reasons)
            reached[edge.stop] = after, reasons
        ends, reasons = reached.get(self.end, reached[0, 0])
        place = np.arange(count), np.array([len(number) for number in numbers])
        costs = ends[place]
        return Judgement(costs, np.where(np.isfinite(costs)[:, np.newaxis], reasons[place], 0.0))

    @cached_property
    def best_number(self) -> str:
        """The number of the cheapest cutting of all."""
        best: dict[Node, tuple[float, str]] = {(0, 0): (0.0, "")}
        for edge in self.edges:
            if edge.start not in best:
                continue
            cost, number = best[edge.start]
            cost += edge.candidate.cost
            if edge.doubts is not None:
                cost += edge.weight * float(edge.doubts.min())
                number += str(int(edge.doubts.argmin()))
            if edge.stop not in best or cost < best[edge.stop][0]:
                best[edge.stop] = cost, number
        return best.get(self.end, (0.0, ""))[1]

    def trace(self, number: str, *, signed: bool = False) -> list[Edge]:
        """Return the pieces of ink on the cheapest path; none if there is no such path.

        Args:
            number: digits alone.
            signed: whether signs stand between them: then leaving out ink costs nothing.

        Returns:
            The digits of the number, and what is left out, from left to right.
        """
        best: dict[tuple[Node, int], tuple[float, tuple[Edge, ...]]] = {((0, 0), 0): (0.0, ())}
        for edge in self.edges:
            for count in range(len(number) + 1):
                if (edge.start, count) not in best:
                    continue
                cost, path = best[edge.start, count]
                is_free = signed and edge.doubts is None
                cost += 0 if is_free else edge.candidate.cost
                goal, path = (edge.stop, count), (*path, edge)
                if edge.doubts is not None:
                    if count == len(number):
                        continue
                    cost += edge.weight * float(edge.doubts[int(number[count])])
                    goal = (edge.stop, count + 1)
                if goal not in best or cost < best[goal][0]:
                    best[goal] = cost, path
        return list(best.get((self.end, len(number)), (0.0, ()))[1])


def build_lattice(line: TextLine, score_classes: ScoreClasses) -> Lattice:
    """List the joined components of a line, and the slices of those that may be several digits.

    Args:
        line: of writing.
        score_classes: the network.
    """
    joined = [join.unite(line) for join in islice(join_components(line), MAX_EDGES)]
    skipped = {c.start for c in joined if c.model_input is None}
    for i, component in enumerate(line.components):
        if i not in skipped and component.box.width < SIGN_WIDTH * line.height:
            height = component.box.height / line.height
            cost = SIGN * min(max((SIGN_HEIGHT - height) / (SIGN_HEIGHT - 1), 0), 1)
            joined.append(Candidate(i, i + 1, cost, component, None))
    edges = [
        Edge((c.start, 0), (c.stop, 0), c, False, doubts)
        for c, doubts in ask(joined, score_classes)
    ]
    sliced: list[tuple[Node, Node, Candidate]] = []
    for edge in edges:
        if edge.stop[0] == edge.start[0] + 1 and may_be_several(edge, line.height):
            sliced += slice_whole(edge.candidate, line.height)
    sliced = sliced[: MAX_EDGES - len(edges)]
    asked = ask([candidate for *_, candidate in sliced], score_classes)
    for (start, stop, candidate), (_, doubts) in zip(sliced, asked, strict=True):
        edges.append(Edge(start, stop, candidate, True, doubts))
    edges.sort(key=lambda edge: edge.start)
    return Lattice(tuple(edges), (len(line.components), 0))


def ask(
    candidates: Sequence[Candidate], score_classes: ScoreClasses
) -> list[tuple[Candidate, npt.NDArray[np.float64] | None]]:
    """Ask the network about candidates: its doubt of each class, None for what is left out."""
    inputs = [c.model_input for c in candidates if c.model_input is not None]
    scores = score_classes(inputs).astype(np.float64)
    doubts = iter(-np.log(np.maximum(scores, MIN_SCORE)))
    return [(c, None if c.model_input is None else next(doubts)) for c in candidates]


def may_be_several(edge: Edge, height: float) -> bool:
    """Whether a component is to be cut, to see if it is several digits."""
    if edge.doubts is None:
        return False
    width = edge.candidate.whole.box.width / height
    return width > SLIM and (np.exp(-edge.doubts.min()) <= HIGH_SCORE or width >= TWO)


def slice_whole(candidate: Candidate, height: float) -> Iterator[tuple[Node, Node, Candidate]]:
    """List the slices of a component, but not its whole, between their nodes."""
    slices = list(slice_component(candidate.whole, height))
    last = max((one.stop for one in slices), default=0)
    for one in slices:
        if (one.start, one.stop) != (0, last):
            stop = (candidate.stop, 0) if one.stop == last else (candidate.start, one.stop)
            yield (candidate.start, one.start), stop, one
