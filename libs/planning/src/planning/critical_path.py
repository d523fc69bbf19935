"""The critical path: early and late dates, floats, drivers and the longest path of a plan."""

from collections.abc import Mapping

from planning.errors import OutsideCalendar
from planning.limits import NEVER
from planning.network import Network, network_of
from planning.passes import UNDRIVEN, Early, backward, end_instant, forward, room
from planning.plan import ConstraintType, Id, Imposed, Link, Plan, SchedulingMode, Task
from planning.scheduled import Schedule, ScheduledTask
from planning.summaries import with_summaries


def schedule(plan: Plan, *, critical_float: int = 0) -> Schedule:
    """Schedule a whole plan. critical_float: working minutes of total float up to which a task is critical.

    Raises a PlanError that names the ids: NetworkCycle, HierarchyCycle, UnknownTask, UnknownProject, DuplicateTask, SummaryLinked,
    InvalidTask, OutsideCalendar.
    """
    network = network_of(plan)
    early = forward(network)
    finish = _finish(network, early)
    whole = _positions(network, finish)
    deadline = _deadline(plan)
    late = backward(network, whole if deadline is None else _positions(network, deadline))
    placed = _place(network, early, late, whole, critical_float)
    items = with_summaries(plan, placed)
    begin = min((item.early_start for item in items.values()), default=_first_start(plan))
    end = max((item.early_finish for item in items.values()), default=begin)
    return Schedule(begin, end, items, _longest_path(network, early, placed))


def _deadline(plan: Plan) -> int | None:
    if plan.deadline is None and len(plan.projects) == 1:
        return plan.projects[0].deadline
    return plan.deadline


def _first_start(plan: Plan) -> int:
    return min((project.calendar.start_at_or_after(project.start) for project in plan.projects), default=0)


def _finish(network: Network, early: Early) -> int:
    """The instant by which everything is finished, 0 for an empty network."""
    last: dict[int, int] = {}
    for task, calendar in enumerate(network.calendars):
        best = last.setdefault(id(calendar), task)
        if early.ends[2 * task + 1] > early.ends[2 * best + 1]:
            last[id(calendar)] = task
    return max((end_instant(network, early, 2 * task + 1) for task in last.values()), default=0)


def _positions(network: Network, instant: int) -> list[int]:
    """The position of an instant on each task's calendar. Raises OutsideCalendar."""
    of_calendar: dict[int, int] = {}
    for calendar in network.calendars:
        if id(calendar) not in of_calendar:
            of_calendar[id(calendar)] = calendar.worked(instant)
    return [of_calendar[id(calendar)] for calendar in network.calendars]


def _place(
    network: Network, early: Early, late: list[int], whole: list[int], critical_float: int
) -> dict[Id, ScheduledTask]:
    """Turn positions into instants, task by task."""
    eager = [not _is_late(task, held) for task, held in zip(network.tasks, network.limits.held, strict=True)]
    free = room(network, early, whole, late, [True] * len(eager))
    delayed = free if all(eager) else room(network, early, whole, late, eager)
    placed: dict[Id, ScheduledTask] = {}
    for index, task in enumerate(network.tasks):
        finish = early.ends[2 * index + 1]
        try:
            soonest = end_instant(network, early, 2 * index), end_instant(network, early, 2 * index + 1)
            if network.limits.done[index]:
                placed[task.id] = ScheduledTask(task.id, *soonest, *soonest, 0, 0, False, None, *soonest)
                continue
            latest = soonest if _is_point(network, early, index, late[index]) else _span(network, index, late[index])
            scheduled = soonest
            if not eager[index] and finish < (last := min(delayed[index], late[index])):
                scheduled = _span(network, index, last)
        except OutsideCalendar as error:
            raise OutsideCalendar(error.detail, task.id) from None
        floats = late[index] - finish, free[index] - finish
        critical = floats[0] <= critical_float
        placed[task.id] = ScheduledTask(
            task.id, *soonest, *latest, *floats, critical, _driving(network, early, index), *scheduled
        )
    return placed


def _is_late(task: Task, held: bool) -> bool:
    """As late as possible, and free to be: neither started nor held to a date."""
    if held or task.actual_start is not None:
        return False
    by_constraint = task.constraint is not None and task.constraint.type is ConstraintType.ALAP
    return by_constraint or task.mode is SchedulingMode.AUTO_ALAP


def _is_point(network: Network, early: Early, task: int, late: int) -> bool:
    """Whether a task without work left is as late as it is early: then it stands at one instant, not at two ends of a night."""
    return (
        not network.limits.remaining[task] and late == early.ends[2 * task + 1] and network.limits.begun[task] == NEVER
    )


def _span(network: Network, task: int, finish: int) -> tuple[int, int]:
    """The instants of the remaining work that ends at a position."""
    calendar, remaining = network.calendars[task], network.limits.remaining[task]
    end = calendar.finish_of(finish)
    return (calendar.start_of(finish - remaining) if remaining else end), end


def _driving(network: Network, early: Early, task: int) -> Link | Imposed | None:
    if early.driver[task] != UNDRIVEN:
        return network.links[early.driver[task]]
    if early.start[task] == network.limits.floor[task]:
        return network.limits.imposed.get(task)
    return None


def _longest_path(network: Network, early: Early, placed: Mapping[Id, ScheduledTask]) -> list[Id]:
    """Back from the last task to finish; of several, the one that stands last in the order, such as the milestone after the work."""
    if not placed:
        return []
    task = max(range(len(network.tasks) - 1, -1, -1), key=lambda index: placed[network.tasks[index].id].early_finish)
    path = [network.tasks[task].id]
    while early.driver[task] != UNDRIVEN:
        task = network.source[early.driver[task]] >> 1
        path.append(network.tasks[task].id)
    return path[::-1]
