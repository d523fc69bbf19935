"""The passes of a simulation in numpy, whole rows of runs at a time.

What the compiled kernels are tested against, bit for bit, and what serves where numba is missing.
"""

import numpy as np

from planning.simulation.arrays import Rows, Single
from planning.timeline.arrays import FINISHES, SAME_AXIS, STARTS, Axes, Crossings, Double, Flags, Whole


def instants(axes: Axes, axis: int, positions: Double, reading: int) -> Double:
    """The instants of positions; before the table, -inf."""
    begin, before = _stretches(axes, axis)
    stretch = np.searchsorted(before, positions, side="right" if reading == STARTS else "left") - 1
    inside = np.maximum(stretch, 0)
    return np.where(stretch < 0, -np.inf, begin[inside] + (positions - before[inside]))


def worked(axes: Axes, axis: int, at: Double) -> Double:
    """The positions of instants; before the table, that of its begin, which is before every floor."""
    begin, before = _stretches(axes, axis)
    stretch = np.maximum(np.searchsorted(begin, at, side="right") - 1, 0)
    inside = before[stretch] + np.maximum(at - begin[stretch], 0)
    return np.asarray(np.minimum(inside, before[np.minimum(stretch + 1, before.size - 1)]), np.float64)


def cross(axes: Axes, crossings: Crossings, link: int, positions: Double, begins: Flags) -> Double:
    """Where positions on the predecessor's axis, and the lag after them, lie on the successor's. begins: those of starts of work."""
    source = crossings.source[link]
    at = np.where(begins, instants(axes, source, positions, STARTS), instants(axes, source, positions, FINISHES))
    lag = crossings.lag[link]
    if lag != 0:
        lag_axis = crossings.lag_axis[link]
        at = instants(axes, lag_axis, worked(axes, lag_axis, at) + lag, FINISHES if lag > 0 else STARTS)
    return worked(axes, crossings.target[link], at)


def bounds(
    rows: Rows, crossings: Crossings, axes: Axes, work: Single, start: Single, task: int, link: int, out: Single
) -> None:
    """Where a link lets the remaining work of `task` start, per run; written to `out`."""
    source = rows.source[link]
    out[:] = start[source]
    if rows.from_finish[link]:
        out += work[source]
    crossing = rows.crossing[link]
    if crossing == SAME_AXIS:
        out += rows.lag[link]
    else:
        # What takes no time in a run starts where it ends.
        begins = (work[source] > 0) & ~rows.from_finish[link]
        out[:] = cross(axes, crossings, crossing, out.astype(np.float64), begins)
    if rows.to_finish[link]:
        out -= work[task]


def forward(rows: Rows, crossings: Crossings, axes: Axes, work: Single, start: Single) -> None:
    """Write into `start` where the remaining work of each task starts."""
    bound = np.empty(work.shape[1], np.float32)
    for task in range(rows.floor.size):
        start[task] = np.maximum(rows.floor[task], rows.finish_floor[task] - work[task])
        if not rows.held[task]:
            for link in range(rows.first[task], rows.first[task + 1]):
                bounds(rows, crossings, axes, work, start, task, link, bound)
                start[task] = np.maximum(start[task], bound)


def trace(
    rows: Rows, crossings: Crossings, axes: Axes, work: Single, start: Single, goal: Single, critical: Flags
) -> None:
    """Mark in `critical` the open tasks that drive the finish: from those that end at `goal` ([axes, runs]) back along driving links."""
    bound = np.empty(work.shape[1], np.float32)
    for task in range(rows.floor.size):
        critical[task] = (start[task] + work[task] == goal[rows.axis[task]]) & rows.is_open[task]
    for task in range(rows.floor.size - 1, -1, -1):
        if not rows.held[task]:
            for link in range(rows.first[task], rows.first[task + 1]):
                bounds(rows, crossings, axes, work, start, task, link, bound)
                critical[rows.source[link]] |= critical[task] & (bound == start[task])


def draw(tables: Single, number: Whole, bend: Single, low: Single, width: Single, uniform: Single, out: Single) -> None:
    """Turn uniform numbers into low + width times the quantile of each row, written to `out`."""
    cells = np.float32(tables.shape[1] - 1)
    for row in range(number.size):
        table = tables[number[row]]
        at = uniform[row] * cells
        cell = at.astype(np.int64)
        quantile = table[cell] + (table[cell + 1] - table[cell]) * (at - cell.astype(np.float32))
        quantile += bend[row] * (quantile * (1 - quantile))
        out[row] = low[row] + width[row] * quantile


def _stretches(axes: Axes, axis: int) -> tuple[Double, Double]:
    own = slice(axes.first[axis], axes.first[axis + 1])
    return axes.begin[own], axes.before[own]
