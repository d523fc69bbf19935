"""Links grouped by an end of theirs, in blocks with room to grow: the blocks of planning.engine.arrays.Into and Out."""

from collections.abc import Sequence

import numpy as np

from planning.engine.arrays import Ints

SPARE = 4
"""How many links more a block has room for when it moves, and as many again as it has."""


class Blocks:
    """The blocks of one side: begin, end and room (where the next block may begin) per node, and the columns that they lie in.

    columns: those of Into or Out, the number of the link last. The arrays stay the same ones until `columns` are full: then `repack`
    makes new ones, which the network has to be told.
    """

    def __init__(self, begin: Ints, end: Ints, columns: Sequence[Ints]) -> None:
        self.begin, self.end = begin, end
        self.room = end.copy()
        self.columns = list(columns)
        self.tail = int(end.max(initial=0))

    def links(self, node: int) -> Ints:
        """The numbers of a node's links."""
        return self.columns[-1][self.begin[node] : self.end[node]]

    def put(self, node: int, place: int, values: Sequence[int]) -> bool:
        """Insert a link at a place among those of a node. Whether the columns are still the same arrays."""
        same = True
        if self.end[node] == self.room[node]:
            same = self._move(node)
        at, end = int(self.begin[node]) + place, int(self.end[node])
        for column, value in zip(self.columns, values, strict=True):
            column[at + 1 : end + 1] = column[at:end]
            column[at] = value
        self.end[node] += 1
        return same

    def drop(self, node: int, link: int) -> None:
        """Take a link out."""
        at = int(self.begin[node]) + int((self.links(node) == link).argmax())
        end = int(self.end[node])
        for column in self.columns:
            column[at : end - 1] = column[at + 1 : end]
        self.end[node] -= 1

    def _move(self, node: int) -> bool:
        """Give a node's block room, behind all others."""
        begin, end = int(self.begin[node]), int(self.end[node])
        size = end - begin
        same = self.tail + 2 * size + SPARE <= self.columns[0].size
        if not same:
            self._repack(2 * size + SPARE)
            begin, end = int(self.begin[node]), int(self.end[node])
        for column in self.columns:
            column[self.tail : self.tail + size] = column[begin:end]
        self.begin[node], self.end[node] = self.tail, self.tail + size
        self.tail += 2 * size + SPARE
        self.room[node] = self.tail
        return same

    def _repack(self, more: int) -> None:
        """Move all blocks together, in their order in memory, into columns half as long again and with room for `more`."""
        sizes = self.end - self.begin
        total = int(sizes.sum())
        by_place = np.argsort(self.begin, kind="stable")
        ends = np.cumsum(sizes[by_place])
        entries = np.arange(total) + np.repeat(self.begin[by_place] - (ends - sizes[by_place]), sizes[by_place])
        self.columns = [_spacious(column[entries], total + total // 2 + more) for column in self.columns]
        self.begin[by_place], self.end[by_place] = ends - sizes[by_place], ends
        self.room[:] = self.end
        self.tail = total


def _spacious(column: Ints, size: int) -> Ints:
    longer = np.zeros(size, np.int32)
    longer[: column.size] = column
    return longer
