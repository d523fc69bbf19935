"""How much of each resource there is, step by step of a clock, and how soon all that is asked of it can be done."""

from collections.abc import Iterable, Sequence

import numpy as np

from planning.levelling.course import Ints
from planning.timeline.arrays import Axes, Flags


def left_beside(spans: Iterable[tuple[int, int]], units: Sequence[int], capacity: int, unit: int, steps: int) -> Ints:
    """[steps] what is left of a resource beside work that stands. spans: the minutes from and until which it asks for `units`."""
    taken = np.zeros(steps + 1, np.int64)
    for (begin, end), count in zip(spans, units, strict=True):
        taken[begin // unit] += count
        taken[-(-end // unit)] -= count
    # Two may meet in a step of a coarse clock.
    return np.maximum(capacity - np.cumsum(taken[:-1]), 0)


def works(axes: Axes, axis: int, unit: int, steps: int) -> Flags:
    """[steps] whether a calendar works in a step, if only for a part of it."""
    at_work = np.zeros(steps, np.bool_)
    first, last = axes.first[axis], axes.first[axis + 1] - 1
    for stretch in range(first, last):
        length = axes.before[stretch + 1] - axes.before[stretch]
        begin = int(axes.begin[stretch])
        at_work[begin // unit : -(-(begin + int(length)) // unit)] = True
    return at_work


def soonest_end(wanted: int, left: Ints, begin: int, unit: int) -> int:
    """The first minute by which so many units times minutes can have been worked, from a minute on. left: units per step."""
    if not wanted:
        return begin
    there = np.cumsum(left[begin // unit :] * unit)
    step = int(np.searchsorted(there, wanted))
    if step == len(there):
        return len(left) * unit
    before = int(there[step - 1]) if step else 0
    units = int(left[begin // unit + step])
    return (begin // unit + step) * unit - (-(wanted - before) // units)
