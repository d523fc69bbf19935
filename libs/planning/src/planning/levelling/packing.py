"""Several resources in one 64-bit word, so that one subtraction asks all of them whether a demand fits.

A lane is a resource's count with a guard bit above it. Where a demand is subtracted from what is left with the guard bits set,
a lane that has too little borrows from its guard bit, and from nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD = 60
"""Bits used of a word: the sign and a little more stay free."""

NARROW = 15
"""Bits of a lane, guard bit included, where all counts are below 2**14: four resources to a word. Else one has it for itself."""

LARGEST = (1 << (WORD - 1)) - 1
"""The largest capacity."""


@dataclass(frozen=True, slots=True)
class Packing:
    """lane: bits per resource; resources: how many."""

    lane: int
    resources: int

    @property
    def words(self) -> int:
        return max(1, -(-self.resources * self.lane // WORD))

    def pack(self, counts: Sequence[int]) -> NDArray[np.int64]:
        """[words] of a count per resource."""
        (packed,) = self.rows([counts])
        return np.asarray(packed, np.int64)

    def rows(self, counts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        """[rows, words] of rows of counts per resource."""
        return self.columns(np.array(counts, np.int64).reshape(len(counts), self.resources).T, len(counts))

    def columns(self, counts: Iterable[NDArray[np.int64]], rows: int) -> NDArray[np.int64]:
        """[rows, words] of a column of so many counts for each resource."""
        packed = np.zeros((rows, self.words), np.int64)
        for resource, column in enumerate(counts):
            word, shift = divmod(resource * self.lane, WORD)
            packed[:, word] += column << shift
        return packed

    @property
    def guard(self) -> NDArray[np.int64]:
        """[words] with the guard bit of every lane set."""
        return self.pack([1 << (self.lane - 1)] * self.resources)


def packing_for(capacities: Sequence[int]) -> Packing:
    """The narrowest lanes that hold the capacities, each from 0 to LARGEST."""
    narrow = max(capacities, default=0) < 1 << (NARROW - 1)
    return Packing(NARROW if narrow else WORD, len(capacities))
