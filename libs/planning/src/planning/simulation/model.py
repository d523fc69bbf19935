"""A plan as the arrays that a simulation runs over: like planning.network, but for work that changes from run to run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from planning.calendar import WorkCalendar
from planning.errors import OutsideCalendar
from planning.limits import NEVER, ON_START, UNBOUNDED, limits_of
from planning.network import FROM_START, TO_FINISH, Network
from planning.plan import Constraint, Id, Imposed, LinkType, Plan, Progress, Project, Task
from planning.risk import RiskKind
from planning.scheduled import Schedule
from planning.simulation.arrays import Rows, Single
from planning.simulation.estimate import Uncertainty
from planning.timeline.arrays import SAME_AXIS, Axes, Crossings
from planning.timeline.axes import axes_of, distinct

ANYWHERE = float("-inf")
EXACT = 1 << 24
"""Working minutes that float32 counts without a gap: 137 years of eight-hour days, 31 round the clock."""


@dataclass(frozen=True, slots=True)
class Model:
    """rows, crossings, axes: what the kernels take. work: [rows] working minutes left by the plan. origin: the instant that all
    others are counted from. not_before: the instant, so counted, before which no run is finished: that of the last complete task.
    """

    rows: Rows
    crossings: Crossings
    axes: Axes
    work: Single
    origin: int
    not_before: int


def at_worst(plan: Plan, network: Network, uncertainty: Uncertainty) -> Plan:
    """A plan with no date earlier than that of any run: every work takes its longest and every threat comes true.

    And what is bound at its finish begins there, for otherwise longer work would start earlier, and what is tied to its start too. So does
    what has begun, whose start a project may take as free of its links: its finish is not.
    """
    longest = dict(zip((task.id for task in network.tasks), network.limits.remaining, strict=True))
    longest.update((task_id, ceil(estimate.pessimistic)) for task_id, estimate in uncertainty.durations.items())
    for risk in uncertainty.risks:
        if risk.task_id is not None and risk.duration is not None and risk.kind is RiskKind.THREAT:
            longest[risk.task_id] += ceil(risk.duration.pessimistic)
    tasks = [task if task.id not in longest else _begun_late(task, longest[task.id]) for task in plan.tasks]
    links = [replace(link, type=_FROM_START_ON[link.type]) for link in plan.links]
    projects = [replace(project, progress=Progress.RETAINED_LOGIC) for project in plan.projects]
    return replace(plan, projects=projects, tasks=tasks, links=links)


_FROM_START_ON = {
    LinkType.FS: LinkType.FS,
    LinkType.SS: LinkType.SS,
    LinkType.FF: LinkType.FS,
    LinkType.SF: LinkType.SS,
}
"""The link to the start of a task that is never easier to keep than the one to its finish."""


def _begun_late(task: Task, work: int) -> Task:
    constraint = task.constraint
    imposed = [replace(end, side="start") for end in task.imposed]
    if constraint is not None and constraint.at is not None and _is_on_finish(constraint):
        # Not a constraint on the start: work that has begun would be free of that.
        imposed.append(Imposed(task.id, constraint.at, "start"))
        constraint = None
    duration = max(work, task.duration)
    return replace(task, duration=duration, remaining=work, constraint=constraint, imposed=tuple(imposed))


@dataclass(slots=True)
class _Links:
    first: list[int] = field(default_factory=lambda: [0])
    source: list[int] = field(default_factory=list)
    from_finish: list[bool] = field(default_factory=list)
    to_finish: list[bool] = field(default_factory=list)
    lag: list[int] = field(default_factory=list)
    crossing: list[int] = field(default_factory=list)
    crossed: list[tuple[int, int, int, int]] = field(default_factory=list)


def model_of(plan: Plan, network: Network, planned: Schedule, worst: Schedule) -> Model:
    """planned, worst: the schedules of the plan and of the plan `at_worst`: every date of every run is from the one's start to the other's finish.

    Raises OutsideCalendar where the worst is further away than can be simulated.
    """
    limits = network.limits
    projects = {project.id: project for project in plan.projects}
    origin = min([planned.start, *(limit for limit in limits.floor_at if limit != NEVER)])
    crossings = network.crossings.values()
    calendars = distinct(
        (
            projects[plan.projects[0].id].calendar,
            *(axis.calendar for axis in network.axes),
            *(crossing.lag_calendar for crossing in crossings),
        )
    )
    offsets = {calendar: calendar.worked(origin) for calendar in calendars}
    if any(calendar.worked(worst.finish) - before >= EXACT for calendar, before in offsets.items()):
        raise OutsideCalendar(f"With everything at its longest, the plan takes {EXACT} working minutes or more")
    axis = [calendars[axis.calendar] for axis in network.axes]
    moved = [offsets[axis.calendar] for axis in network.axes]
    floors = [(start - by, finish - by) for (start, finish), by in zip(_floors(network, projects), moved, strict=True)]
    links = _links(network, floors, calendars, offsets)
    rows = Rows(
        first=np.array(links.first, np.int64),
        floor=np.array([start for start, _ in floors], np.float32),
        finish_floor=np.array([finish for _, finish in floors], np.float32),
        held=np.array(limits.held, np.bool_),
        is_open=np.array([not done for done in limits.done], np.bool_),
        axis=np.array(axis, np.int64),
        source=np.array(links.source, np.int64),
        from_finish=np.array(links.from_finish, np.bool_),
        to_finish=np.array(links.to_finish, np.bool_),
        lag=np.array(links.lag, np.float32),
        crossing=np.array(links.crossing, np.int64),
    )
    # Contiguous columns, for a kernel is compiled anew for arrays of another layout.
    crossed = np.ascontiguousarray(np.array(links.crossed, np.int64).reshape(-1, 4).T)
    return Model(
        rows,
        Crossings(crossed[0], crossed[1], crossed[2], crossed[3].astype(np.float64)),
        axes_of(list(calendars), origin, worst.finish),
        np.array(limits.remaining, np.float32),
        origin,
        max(
            (
                planned.items[task.id].early_finish
                for task, done in zip(network.tasks, limits.done, strict=True)
                if done
            ),
            default=planned.start,
        )
        - origin,
    )


def _floors(network: Network, projects: Mapping[Id, Project]) -> Iterator[tuple[float, float]]:
    """Per task, the positions before which its remaining work cannot start, and cannot end: the second counts where the first is met."""
    tasks, axes = network.tasks, network.axes
    of_finish = [index for index, task in enumerate(tasks) if _bounds_finish(task) and not network.limits.done[index]]
    own = [projects[tasks[index].project_id] for index in of_finish], [axes[index] for index in of_finish]
    held = network.limits.held
    without = limits_of([_without_finish_bounds(tasks[index], held=held[index]) for index in of_finish], *own)
    # A task that takes no time starts where it ends.
    instant = limits_of([replace(tasks[index], duration=0, remaining=0) for index in of_finish], *own)
    apart = dict(zip(of_finish, zip(without.floor, instant.floor, strict=True), strict=True))
    for index, floor in enumerate(network.limits.floor):
        yield apart.get(index, (floor, ANYWHERE))


def _bounds_finish(task: Task) -> bool:
    return _is_on_finish(task.constraint) or any(imposed.side == "finish" for imposed in task.imposed)


def _is_on_finish(constraint: Constraint | None) -> bool:
    return constraint is not None and constraint.at is not None and constraint.type not in ON_START


def _without_finish_bounds(task: Task, *, held: bool) -> Task:
    """held: to a date, so that imposed ones do not count; they must not begin to when the constraint is taken away."""
    constraint = None if _is_on_finish(task.constraint) else task.constraint
    imposed = () if held else tuple(end for end in task.imposed if end.side == "start")
    return replace(task, constraint=constraint, imposed=imposed)


def _links(
    network: Network,
    floors: list[tuple[float, float]],
    calendars: Mapping[WorkCalendar, int],
    offsets: Mapping[WorkCalendar, int],
) -> _Links:
    """The links that runs follow, those that bound nothing left out. One from an end that has happened becomes a floor of its successor, in `floors`."""
    limits, axes = network.limits, network.axes
    links = _Links()
    for task in range(len(network.tasks)):
        for number in range(network.first[task], network.first[task + 1]):
            if network.offset[number] == -UNBOUNDED:
                continue
            link, source = network.links[number], network.source[number] >> 1
            from_start, to_finish = link.type in FROM_START, link.type in TO_FINISH
            crossing = network.crossings.get(number)
            if limits.done[source] or (from_start and limits.begun[source] != NEVER):
                position = limits.begun[source] if from_start else limits.floor[source]
                if crossing is None:
                    at = position + link.lag
                else:
                    before = network.tasks[source]
                    actual = before.actual_start if from_start else before.actual_finish
                    at = crossing.earliest(limits.floor_at[source] if actual is None else actual)
                start, finish = floors[task]
                at -= offsets[axes[task].calendar]
                if not limits.held[task]:
                    floors[task] = (start, max(finish, at)) if to_finish else (max(start, at), finish)
                continue
            links.source.append(source)
            links.from_finish.append(not from_start)
            links.to_finish.append(to_finish)
            links.lag.append(link.lag)
            links.crossing.append(SAME_AXIS if crossing is None else len(links.crossed))
            if crossing is not None:
                ends = calendars[crossing.source], calendars[crossing.target], calendars[crossing.lag_calendar]
                links.crossed.append((*ends, crossing.lag))
        links.first.append(len(links.source))
    return links
