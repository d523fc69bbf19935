"""Ids of many records as the database hands them over: sixteen bytes each, one behind the other, made into objects one by one when asked for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload
from uuid import UUID

import numpy as np
from asyncpg.pgproto import pgproto
from numpy.typing import NDArray

from planning.engine.arrays import NEVER, Ints

BYTES = 16
NO_ID = bytes(BYTES)
"""In place of an id where there is none."""


class Ids(Sequence[UUID]):
    """An immutable sequence of ids."""

    def __init__(self, packed: bytes | None = b"") -> None:
        self.packed = packed or b""

    @classmethod
    def of(cls, ids: Iterable[UUID]) -> "Ids":
        """The ids, packed."""
        return cls(b"".join(each.bytes for each in ids))

    def __len__(self) -> int:
        return len(self.packed) // BYTES

    @overload
    def __getitem__(self, row: int) -> UUID: ...
    @overload
    def __getitem__(self, row: slice) -> "Ids": ...
    def __getitem__(self, row: int | slice) -> "UUID | Ids":
        if isinstance(row, slice):
            return Ids(self.words[row].tobytes())
        return _id(self.words[row].tobytes())

    def __iter__(self) -> Iterator[UUID]:
        return map(_id, self.words.tolist())

    @property
    def words(self) -> NDArray[np.void]:
        """One element an id; equal ids are equal elements."""
        return np.frombuffer(self.packed, f"V{BYTES}")

    def has_repeats(self) -> bool:
        """Whether some id is there twice (`planning.engine.checks.Packed`)."""
        return len(set(self.words.tolist())) < len(self)

    def row_of(self, wanted: UUID) -> int:
        """Where an id is; NEVER where it is not."""
        at = self.packed.find(wanted.bytes)
        while at != -1 and at % BYTES:  # not an id, but the end of one and the beginning of the next
            at = self.packed.find(wanted.bytes, at + 1)
        return NEVER if at == -1 else at // BYTES

    def rows_in(self, other: "Ids") -> Ints:
        """For each of these, its row among `other`, whose ids ascend; NEVER where it is not there."""
        if not len(other):
            return np.full(len(self), NEVER, np.int32)
        mine, theirs = np.frombuffer(self.packed, f"S{BYTES}"), np.frombuffer(other.packed, f"S{BYTES}")
        rows = np.minimum(np.searchsorted(theirs, mine), len(other) - 1)
        return np.where(theirs[rows] == mine, rows, NEVER).astype(np.int32)

    def taken(self, rows: Ints) -> "Ids":
        """The ids of some rows, NO_ID for NEVER."""
        return Ids(np.append(self.words, np.frombuffer(NO_ID, f"V{BYTES}"))[rows].tobytes())

    def differing(self, other: "Ids") -> NDArray[np.bool_]:
        """Whether each is another id than the one beside it."""
        mine, theirs = (np.frombuffer(each.packed, np.uint64).reshape(-1, 2) for each in (self, other))
        differing: NDArray[np.bool_] = (mine != theirs).any(axis=1)
        return differing

    def known(self) -> list[UUID | None]:
        """All of them, None for NO_ID."""
        return [None if each == NO_ID else _id(each) for each in self.words.tolist()]


def _id(packed: bytes) -> UUID:
    """The driver's own kind of UUID, in all like the library's but made in a tenth of the time."""
    made: UUID = pgproto.UUID(packed)
    return made
