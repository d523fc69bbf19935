"""A projector as a queue: it takes what has come, up to a batch, and is busy with it for so long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]
"""Seconds since the beginning, ascending."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one transaction takes: seconds for itself and for each of its events; most: the events of the largest one."""

    per_batch: float
    per_event: float
    most: int = 500

    @property
    def highest(self) -> float:
        """Events a second, when every batch is full."""
        return self.most / (self.per_batch + self.most * self.per_event)


def committed(came: Times, pace: Pace, stands_until: float = 0.0) -> Times:
    """When each event's transaction is committed, by a projector that stands still until then. The order is that of the stream."""
    done = np.empty_like(came)
    free, first = stands_until, 0
    while first < len(came):
        begins = max(free, came[first])
        behind = min(int(np.searchsorted(came, begins, side="right")), first + pace.most)
        free = begins + pace.per_batch + (behind - first) * pace.per_event
        done[first:behind] = free
        first = behind
    return done


def partition_of(organizations: NDArray[np.uint64], partitions: int) -> NDArray[np.uint64]:
    """Each organisation's partition; partitions: a power of two, so that twice as many split each in two and move nobody else."""
    if partitions < 1 or partitions & (partitions - 1):
        raise ValueError(f"not a power of two: {partitions}")
    return organizations & np.uint64(partitions - 1)
