"""From positions to instants and back, compiled."""

import numpy as np

from planning.kernel import kernel
from planning.timeline.arrays import FINISHES, STARTS, Axes, Crossings, Double


@kernel
def place(table: Double, first: int, last: int, value: float, beyond: bool) -> int:
    """The first index of the ascending table[first:last] whose entry is beyond `value`, or else not below it; last without one."""
    while first < last:
        middle = (first + last) // 2
        if table[middle] < value or (beyond and table[middle] == value):
            first = middle + 1
        else:
            last = middle
    return first


@kernel
def instant(axes: Axes, axis: int, position: float, reading: int) -> float:
    """The instant of a position; before the table, -inf."""
    first = axes.first[axis]
    stretch = place(axes.before, first, axes.first[axis + 1], position, reading == STARTS) - 1
    if stretch < first:
        return -np.inf
    at: float = axes.begin[stretch] + (position - axes.before[stretch])
    return at


@kernel
def worked(axes: Axes, axis: int, at: float) -> float:
    """The position of an instant; before the table, that of its begin, which is before every floor."""
    first, last = axes.first[axis], axes.first[axis + 1] - 1
    stretch = max(place(axes.begin, first, last + 1, at, True) - 1, first)
    position: float = axes.before[stretch] + max(at - axes.begin[stretch], 0.0)
    until: float = axes.before[min(stretch + 1, last)]
    return min(position, until)


@kernel
def reached(axes: Axes, crossings: Crossings, link: int, position: float, reading: int) -> float:
    """The instant to which a link leads: that of a position on the predecessor's axis, and the lag after it."""
    at: float = instant(axes, crossings.source[link], position, reading)
    lag = crossings.lag[link]
    if lag != 0:
        lag_axis = crossings.lag_axis[link]
        at = instant(axes, lag_axis, worked(axes, lag_axis, at) + lag, FINISHES if lag > 0 else STARTS)
    return at


@kernel
def cross(axes: Axes, crossings: Crossings, link: int, position: float, reading: int) -> float:
    """Where a position on the predecessor's axis, and the lag after it, lies on the successor's."""
    at: float = reached(axes, crossings, link, position, reading)
    return worked(axes, crossings.target[link], at)
