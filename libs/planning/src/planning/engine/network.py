"""From columns to a network in storage order: nodes lie in memory as the passes walk over them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.engine import codes
from planning.engine.arrays import ABSENT, LIMIT, NEVER, Facts, Flags, Instants, Into, Ints, Limits, Network, Out, Ties
from planning.engine.bounds import bound_all
from planning.engine.checks import check
from planning.engine.columns import Columns, TaskColumns
from planning.engine.order import closing_link, grouped, sequence, way
from planning.engine.tables import axes_of
from planning.engine.tying import tie_all
from planning.errors import NetworkCycle, OutsideCalendar
from planning.plan import Id, Progress, Project

OUTSIDE_TABLE = "A date outside the calendar's table"


@dataclass(frozen=True, slots=True)
class Laid:
    """A network and where the plan's tasks are in it. row: of each node; node: of each row. crossing: whether links lead between axes.

    calendars: of the axes. round_the_clock: its axis, or NEVER.
    """

    network: Network
    row: Ints
    node: Ints
    crossing: bool
    calendars: tuple[WorkCalendar, ...]
    round_the_clock: int


def laid(columns: Columns) -> Laid:
    """Lay a plan out. Raises the PlanErrors of planning.schedule."""
    check(columns)
    tasks, links = columns.tasks, columns.links
    count = len(tasks.ids)
    node, row = _order(columns)
    numbers = _axis_numbers(columns)
    calendars = tuple(numbers)
    facts = _facts(columns, numbers, row)
    into_first, into_link = _groups(count, node[links.successor])
    out_first, out_link = _groups(count, node[links.predecessor])
    ties = Ties(
        node[links.predecessor],
        node[links.successor],
        links.kind,
        links.lag.astype(np.int32),
        links.lag_calendar,
        np.empty(len(links.ids), np.int32),
    )
    source = 2 * ties.before[into_link] + 1 - (ties.kind[into_link] & 1)
    network = Network(
        axes_of(calendars),
        facts,
        empty_limits(count),
        ties,
        Into(into_first[:-1], into_first[1:], source.astype(np.int32), np.empty_like(into_link), into_link),
        Out(out_first[:-1], out_first[1:], ties.after[out_link], np.empty_like(out_link), out_link),
        np.arange(count, dtype=np.int32),
    )
    outside = bound_all(network.axes, facts, network.limits, count)
    if outside != NEVER:
        raise OutsideCalendar(OUTSIDE_TABLE, tasks.ids[row[outside]])
    round_the_clock = numbers.get(ROUND_THE_CLOCK, NEVER)
    overrides = overrides_of(columns.projects)
    crossing = tie_all(facts, network.limits, ties, network.into, network.out, round_the_clock, overrides)
    return Laid(network, row, node, crossing, calendars, round_the_clock)


def overrides_of(projects: Sequence[Project]) -> Flags:
    """Per project, 0 or 1: whether its started tasks go on regardless of the links into them."""
    return np.array([project.progress is Progress.OVERRIDE for project in projects], np.uint8)


def remaining_of(tasks: TaskColumns) -> Instants:
    """Working minutes left of each task if it has started: what is given, else what percent complete leaves of the duration."""
    left: Instants = np.rint(tasks.duration * (100 - tasks.percent_complete) / 100).astype(np.int64)
    return np.where(tasks.remaining != ABSENT, tasks.remaining, left)


def empty_limits(count: int) -> Limits:
    """Room for the limits of so many nodes."""
    ints = [np.empty(count, np.int32) for _ in range(6)]
    remaining, floor, ceiling, pinned, begun, imposed = ints
    floor_at, flags, actual = np.empty(count, np.int64), np.empty(count, np.uint8), np.empty(2 * count, np.int64)
    return Limits(remaining, floor, floor_at, ceiling, pinned, begun, imposed, flags, actual)


def _order(columns: Columns) -> tuple[Ints, Ints]:
    """The node of each row, and the row of each node. Raises NetworkCycle."""
    before, after = columns.links.predecessor, columns.links.successor
    count = len(columns.tasks.ids)
    first, member = _groups(count, before)
    waiting = np.bincount(after, minlength=count).astype(np.int32)
    row = np.empty(count, np.int32)
    target = after[member]
    if sequence(waiting, first[:-1], first[1:], target, row) < count:
        closing = closing_link(before, after, waiting)
        raise NetworkCycle(
            closed_path(columns.tasks.ids, first[:-1], first[1:], target, before[closing], after[closing])
        )
    node = np.empty(count, np.int32)
    node[row] = np.arange(count, dtype=np.int32)
    return node, row


def closed_path(ids: Sequence[Id], begin: Ints, end: Ints, target: Ints, before: int, after: int) -> list[Id]:
    """The shortest way from the successor of a link to its predecessor, and back by the link. begin, end, target: links by predecessor."""
    came_from = np.empty(begin.size, np.int32)
    way(begin, end, target, after, before, came_from)
    path = [before]
    while path[-1] != after:
        path.append(came_from[path[-1]])
    return [ids[node] for node in (*path[::-1], after)]


def _groups(count: int, key: Ints) -> tuple[Ints, Ints]:
    first, member = np.empty(count + 1, np.int32), np.empty(key.size, np.int32)
    grouped(count, key, first, member)
    return first, member


def _axis_numbers(columns: Columns) -> dict[WorkCalendar, int]:
    """Each calendar once, with its number."""
    calendars = [project.calendar for project in columns.projects] + list(columns.calendars)
    if (columns.links.lag_calendar == codes.ROUND_THE_CLOCK).any():
        calendars.append(ROUND_THE_CLOCK)
    calendars = calendars or [ROUND_THE_CLOCK]
    return {calendar: number for number, calendar in enumerate(dict.fromkeys(calendars))}


def _facts(columns: Columns, numbers: dict[WorkCalendar, int], row: Ints) -> Facts:
    tasks, imposed, projects = columns.tasks, columns.imposed, columns.projects
    home = tasks.project[row]
    project_axis = np.array([numbers[project.calendar] for project in projects], np.int32)[home]
    own = np.array([numbers[calendar] for calendar in columns.calendars] + [0], np.int32)[tasks.calendar[row]]
    resumes = [
        project.start if project.data_date is None else max(project.start, project.data_date) for project in projects
    ]
    first = np.searchsorted(imposed.task, np.arange(row.size + 1)).astype(np.int32)
    return Facts(
        tasks.kind[row],
        tasks.mode[row],
        tasks.constraint[row],
        home,
        np.where(tasks.calendar[row] == NEVER, project_axis, own),
        project_axis,
        _narrow(tasks.duration[row]),
        _narrow(remaining_of(tasks)[row]),
        np.array(resumes, np.int64)[home],
        tasks.constraint_at[row],
        tasks.deadline[row],
        tasks.actual_start[row],
        tasks.actual_finish[row],
        first[row],
        first[row + 1],
        imposed.at,
        imposed.side,
    )


def _narrow(minutes: Instants) -> Ints:
    """As 32 bits; what does not fit belongs to a summary, whose duration says nothing."""
    return np.clip(minutes, 0, LIMIT).astype(np.int32)
