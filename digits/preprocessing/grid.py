"""Tell the cells of a grid from its lines, and sort ink into its rows.

    grid = find_grid(ruling)       # None where the lines are no grid
    grid.cell_of(box)              # (row, column), from 0
    lines = grid.sort_rows(lines)  # a line of writing for each row of cells

NumPy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np

from digits.preprocessing.components import Component, TextLine, make_text_line, trim
from digits.preprocessing.geometry import Box
from digits.preprocessing.ruled_lines import Ruling
from digits.preprocessing.straight_lines import Line

LEAST = 2  # rows and columns of a grid; a comb of boxes is one row and no grid
FULL = 0.8  # of the longest line, so long are those from side to side
SOLID = 0.9  # of a line that is seen; two combs, one below the other, are no grid
DOUBLE = 0.3  # of the usual distance; lines that are closer are one double line
TALL = 1.1  # of a cell's height; a higher component is of two rows ...
PART = 0.25  # ... if so much of a cell's height of it is in each
REMAINS = 0.12  # of a cell's side; a mark so near a line is what is left of it


@dataclass(frozen=True, eq=False)
class Grid:
    """Lines from side to side of a grid.

    Attributes:
        level: from top to bottom.
        upright: from left to right, with rows and columns changed round.
    """

    level: tuple[Line, ...]
    upright: tuple[Line, ...]

    def cell_of(self, box: Box) -> tuple[int, int] | None:
        """Return row and column of the cell that holds a box's middle; None outside."""
        x, y = box.x + box.width / 2, box.y + box.height / 2
        row = sum(line.row_at(x) < y for line in self.level) - 1
        column = sum(line.row_at(y) < x for line in self.upright) - 1
        is_inside = 0 <= row < len(self.level) - 1 and 0 <= column < len(self.upright) - 1
        return (row, column) if is_inside else None

    def is_remains(self, mark: Component) -> bool:
        """Whether a mark is so near a line that it is what is left of it."""
        x, y = mark.box.x + mark.box.width / 2, mark.box.y + mark.box.height / 2
        rows = np.array([line.row_at(x) for line in self.level])
        columns = np.array([line.row_at(y) for line in self.upright])
        near_row = np.abs(rows - y).min() <= REMAINS * np.diff(rows).min()
        near_column = np.abs(columns - x).min() <= REMAINS * np.diff(columns).min()
        return bool(near_row or near_column)

    def cut(self, one: Component) -> list[Component]:
        """Cut what hangs together over several rows of cells where the lines were."""
        x, box = one.box.x + one.box.width / 2, one.box
        rows = np.array([line.row_at(x) for line in self.level])
        step = float(np.diff(rows).min())
        if box.height <= TALL * step:
            return [one]
        inside = rows[(rows > box.y + PART * step) & (rows < box.bottom - PART * step)]
        edges = [0, *(inside.round().astype(int) - box.y).tolist(), box.height]
        parts = [
            trim(Box(box.x, box.y + top, box.width, end - top), one.ink[top:end])
            for top, end in pairwise(edges)
        ]
        return [part for part in parts if part is not None]

    def sort_rows(self, lines: Sequence[TextLine]) -> list[TextLine]:
        """Make a line of writing of each row of cells; what lies outside follows as it was."""
        rows: dict[int, list[Component]] = {}
        marks: dict[int, list[Component]] = {}
        outside = []
        for line in lines:
            if all(self.cell_of(one.box) is None for one in line.components):
                outside.append(line)
                continue
            for one in chain.from_iterable(map(self.cut, line.components)):
                if (cell := self.cell_of(one.box)) is not None:
                    rows.setdefault(cell[0], []).append(one)
            for one in line.marks:
                cell = self.cell_of(one.box)
                if cell is not None and not self.is_remains(one):
                    marks.setdefault(cell[0], []).append(one)
        made = []
        for row in sorted(rows):
            line = make_text_line(rows[row])
            made.append(TextLine(line.components, line.height, tuple(marks.get(row, ()))))
        return made + outside


def find_grid(rulings: Sequence[Ruling]) -> Grid | None:
    """Find a grid of at least two rows and two columns of cells; None elsewhere.

    Args:
        rulings: what was taken off a picture; the last counts.
    """
    if not rulings or not rulings[-1].is_form:
        return None
    level, upright = keep_full(rulings[-1].level), keep_full(rulings[-1].upright)
    if min(len(level), len(upright)) <= LEAST:
        return None
    return Grid(level, upright)


def keep_full(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Keep lines from side to side in their order, one of each double line."""
    longest = max((len(line.middles) for line in lines), default=0)
    full = [line for line in lines if len(line.middles) >= FULL * longest and line.cover >= SOLID]
    if len(full) <= LEAST:
        return tuple(full)
    middle = float(np.mean([line.start + len(line.middles) / 2 for line in full]))
    full.sort(key=lambda line: line.row_at(middle))
    steps = np.diff([line.row_at(middle) for line in full])
    usual = float(np.median(steps[steps >= DOUBLE * steps.max()]))
    apart = [True, *(steps >= DOUBLE * usual)]
    return tuple(line for line, is_apart in zip(full, apart, strict=True) if is_apart)
