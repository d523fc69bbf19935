"""The passes of a simulation as compiled loops: the same functions as in planning.simulation.reference, to the same bits.

The runs of a task lie side by side, so the innermost loops are over runs and become vector instructions.
"""

import numpy as np

from planning.kernel import kernel
from planning.simulation.arrays import Rows, Single
from planning.timeline.arrays import FINISHES, SAME_AXIS, STARTS, Axes, Crossings, Flags, Whole
from planning.timeline.kernels import cross


@kernel
def bounds(
    rows: Rows, crossings: Crossings, axes: Axes, work: Single, start: Single, task: int, link: int, out: Single
) -> None:
    """Where a link lets the remaining work of `task` start, per run; written to `out`."""
    source, crossing = rows.source[link], rows.crossing[link]
    lag, from_finish, to_finish = rows.lag[link], rows.from_finish[link], rows.to_finish[link]
    for run in range(out.size):
        out[run] = start[source, run] + work[source, run] if from_finish else start[source, run]
    if crossing == SAME_AXIS:
        for run in range(out.size):
            out[run] += lag
    else:
        for run in range(out.size):
            # What takes no time in this run starts where it ends.
            begins = not from_finish and work[source, run] > 0
            out[run] = cross(axes, crossings, crossing, out[run], STARTS if begins else FINISHES)
    if to_finish:
        for run in range(out.size):
            out[run] -= work[task, run]


@kernel
def forward(rows: Rows, crossings: Crossings, axes: Axes, work: Single, start: Single) -> None:
    """Write into `start` where the remaining work of each task starts."""
    runs = work.shape[1]
    bound = np.empty(runs, np.float32)
    for task in range(rows.floor.size):
        floor, finish_floor = rows.floor[task], rows.finish_floor[task]
        for run in range(runs):
            start[task, run] = max(floor, finish_floor - work[task, run])
        if not rows.held[task]:
            for link in range(rows.first[task], rows.first[task + 1]):
                bounds(rows, crossings, axes, work, start, task, link, bound)
                for run in range(runs):
                    start[task, run] = max(start[task, run], bound[run])


@kernel
def trace(
    rows: Rows, crossings: Crossings, axes: Axes, work: Single, start: Single, goal: Single, critical: Flags
) -> None:
    """Mark in `critical` the open tasks that drive the finish: from those that end at `goal` ([axes, runs]) back along driving links."""
    runs = work.shape[1]
    bound = np.empty(runs, np.float32)
    for task in range(rows.floor.size):
        axis, is_open = rows.axis[task], rows.is_open[task]
        for run in range(runs):
            critical[task, run] = is_open and start[task, run] + work[task, run] == goal[axis, run]
    for task in range(rows.floor.size - 1, -1, -1):
        if not rows.held[task]:
            for link in range(rows.first[task], rows.first[task + 1]):
                bounds(rows, crossings, axes, work, start, task, link, bound)
                source = rows.source[link]
                for run in range(runs):
                    critical[source, run] |= critical[task, run] & (bound[run] == start[task, run])


@kernel
def draw(tables: Single, number: Whole, bend: Single, low: Single, width: Single, uniform: Single, out: Single) -> None:
    """Turn uniform numbers ([rows, runs], in [0, 1)) into low + width times the quantile of each row, written to `out`.

    The quantile is that of the row's table, bent by the row's part of q · (1 - q).
    """
    cells = np.float32(tables.shape[1] - 1)
    one = np.float32(1)
    for row in range(number.size):
        table = tables[number[row]]
        more, least, spread = bend[row], low[row], width[row]
        for run in range(uniform.shape[1]):
            at = uniform[row, run] * cells
            cell = int(at)
            quantile = table[cell] + (table[cell + 1] - table[cell]) * (at - np.float32(cell))
            quantile += more * (quantile * (one - quantile))
            out[row, run] = least + spread * quantile
