"""One whole run: from columns to a network in storage order, and back to dates in the plan's order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planning.engine import codes
from planning.engine.anchors import deadline_of, finish_of_all, positions_of, project_floats
from planning.engine.arrays import (
    COLUMNS,
    DONE,
    EARLY_FINISH,
    EARLY_START,
    LATE,
    NEVER,
    OUTSIDE,
    SPANS,
    TOTAL,
    TOTAL_FLOAT,
    Early,
    Flags,
    Instants,
    Late,
    Network,
    empty_early,
    empty_late,
)
from planning.engine.columns import Columns
from planning.engine.dates import Dates
from planning.engine.network import OUTSIDE_TABLE, Laid, laid
from planning.engine.passes import backward, forward
from planning.engine.rows import all_dates, last_of_all
from planning.engine.spans import all_efforts, roll_up
from planning.errors import OutsideCalendar
from planning.plan import Id, Project


def compute(columns: Columns, *, project_float: bool = False) -> Dates:
    """Schedule a plan. project_float: whether total float against each project's own anchor is wanted too.

    Raises the PlanErrors of planning.schedule, but those for ids that name nothing.
    """
    if not len(columns.tasks.ids):
        begin = min((each.calendar.start_at_or_after(each.start) for each in columns.projects), default=0)
        none = np.empty(0, np.int32)
        return Dates(begin, begin, np.empty((0, COLUMNS), np.int64), none.astype(np.uint8), none, none, [])
    plan = laid(columns)
    count = plan.row.size
    early, late = empty_early(count), empty_late(count)
    pass_forward(plan, columns.tasks.ids, early)
    finish = finish_of_all(plan.network, early, np.empty(len(plan.calendars), np.int32))
    if finish == OUTSIDE:
        refuse(plan, columns.tasks.ids, beyond(plan.network, early))
    deadline = deadline_of(columns.projects, columns.deadline)
    pass_backward(plan, columns.tasks.ids, early, late, finish if deadline is None else deadline, finish)
    return dated(columns, plan, early, late, project_float=project_float)


def beyond(network: Network, early: Early) -> int:
    """A node that finishes outside its calendar."""
    ends = np.where(network.limits.flags & SPANS, 0, early.ends[1::2])
    return int((ends > network.axes.meta[network.facts.axis, TOTAL]).argmax())


def pass_forward(plan: Laid, ids: Sequence[Id], early: Early) -> None:
    """Work out all early dates. Raises OutsideCalendar."""
    refuse(plan, ids, forward(plan.network, early, plan.crossing))


def pass_backward(plan: Laid, ids: Sequence[Id], early: Early, late: Late, anchor: int, finish: int) -> None:
    """Work out all late dates, counted back from one instant, and all room within another. Raises OutsideCalendar."""
    network = plan.network
    whole = positions_of(network, finish)
    last = whole if anchor == finish else positions_of(network, anchor)
    yields = bool((network.limits.flags & LATE).any())
    refuse(plan, ids, backward(network, early, late, last, whole, plan.crossing, yields))


def refuse(plan: Laid, ids: Sequence[Id], node: int) -> None:
    """Raise OutsideCalendar for a node, if it is one."""
    if node != NEVER:
        raise OutsideCalendar(OUTSIDE_TABLE, ids[plan.row[node]])


def dated(columns: Columns, plan: Laid, early: Early, late: Late, *, project_float: bool) -> Dates:
    """The dates of a network whose passes are done. Raises OutsideCalendar."""
    network, tasks, node = plan.network, columns.tasks, plan.node
    table = np.empty((node.size, COLUMNS), np.int64)
    refuse(plan, tasks.ids, all_dates(network, early, late, table))
    refuse(plan, tasks.ids, all_efforts(network, early, late, table))
    flags = network.limits.flags
    critical = critical_of(network, columns.projects, table)
    floats = project_floats(network, early, columns.projects) if project_float else None
    if floats is not None:
        efforts = network.facts.kind == codes.LEVEL_OF_EFFORT
        floats = np.where(efforts, table[:, TOTAL_FLOAT], np.where(flags & DONE, 0, floats))
        other = table.copy()
        other[:, TOTAL_FLOAT] = floats
        _roll_up(columns, plan, other, critical.copy())
        floats = other[node, TOTAL_FLOAT]
    last = last_of_all(network, plan.row, table)
    _roll_up(columns, plan, table, critical)
    table = table[node]
    whole = table[codes.counting(tasks.kind)]
    return Dates(
        int(whole[:, EARLY_START].min()),
        int(whole[:, EARLY_FINISH].max()),
        table,
        critical[node],
        early.driver[node],
        _driving_imposed(network, early)[node],
        _longest_path(plan, early, last),
        floats,
    )


def critical_of(network: Network, projects: Sequence[Project], table: Instants) -> Flags:
    """Per node, 0 or 1: whether it has work left and no more float in the table than its project says."""
    within = np.array([project.critical_float for project in projects], np.int64)[network.facts.project]
    is_open = network.limits.flags & (DONE | SPANS) == 0
    critical: Flags = ((table[:, TOTAL_FLOAT] <= within) & is_open).astype(np.uint8)
    return critical


def _roll_up(columns: Columns, plan: Laid, table: Instants, critical: Flags) -> None:
    kind, parent = columns.tasks.kind, columns.tasks.parent
    if not (kind == codes.SUMMARY).any():
        return
    above = np.where(parent == NEVER, NEVER, plan.node[parent])[plan.row].astype(np.int32)
    starts = np.array([project.start for project in columns.projects], np.int64)
    done = ((plan.network.limits.flags & DONE) != 0).astype(np.uint8)
    wrong = roll_up(plan.network, above, starts, done, table, critical)
    if wrong != NEVER:  # a circle of ancestors has been refused before
        refuse(plan, columns.tasks.ids, NEVER - 1 - wrong)


def _driving_imposed(network: Network, early: Early) -> NDArray[np.int32]:
    limits = network.limits
    holds = (early.driver == NEVER) & (early.start == limits.floor) & (limits.flags & SPANS == 0)
    return np.where(holds, limits.imposed, np.int32(NEVER))


def _longest_path(plan: Laid, early: Early, last: int) -> list[int]:
    if last == NEVER:
        return []
    path = [last]
    while early.driver[path[-1]] != NEVER:
        path.append(int(plan.network.ties.before[early.driver[path[-1]]]))
    return [int(row) for row in plan.row[path[::-1]]]
