"""From positions back to dates: the rows of a schedule."""

from collections.abc import Sequence

from planning.errors import OutsideCalendar
from planning.limits import NEVER
from planning.network import Network
from planning.passes import UNDRIVEN, Early, end_instant, room
from planning.plan import ConstraintType, Imposed, Link, SchedulingMode, Task
from planning.scheduled import ScheduledTask


def place(
    network: Network, early: Early, late: list[int], whole: list[int], within: Sequence[int]
) -> list[ScheduledTask]:
    """The rows of all tasks in the network's order. late: latest finishes; whole: the finish of the plan; positions per task.

    within: the float up to which each is critical.

    Raises OutsideCalendar with the id of the task that leaves its calendar.
    """
    limits = network.limits
    eager = [not is_late(task, held) for task, held in zip(network.tasks, limits.held, strict=True)]
    free = room(network, early, whole, [True] * len(eager))
    delayed = free if all(eager) else room(network, early, whole, eager)
    rows: list[ScheduledTask] = []
    for index, task in enumerate(network.tasks):
        if limits.done[index]:
            rows.append(_complete(network, early, index))
            continue
        finish, last = early.ends[2 * index + 1], late[index]
        total = last - finish
        try:
            if limits.remaining[index] and limits.begun[index] == NEVER:
                axis = network.axes[index]
                soonest = axis.start[early.start[index]], axis.finish[finish]
                latest = axis.start[last - limits.remaining[index]], axis.finish[last]
            else:
                soonest = end_instant(network, early, 2 * index), end_instant(network, early, 2 * index + 1)
                latest = soonest if _stands(network, index, total) else _span(network, index, last)
            scheduled = soonest
            if not eager[index] and finish < (end := min(delayed[index], last)):
                scheduled = _span(network, index, end)
        except OutsideCalendar as error:
            raise OutsideCalendar(error.detail, task.id) from None
        floats = total, free[index] - finish
        driving = _driving(network, early, index)
        rows.append(ScheduledTask(task.id, *soonest, *latest, *floats, total <= within[index], driving, *scheduled))
    return rows


def _complete(network: Network, early: Early, task: int) -> ScheduledTask:
    dates = end_instant(network, early, 2 * task), end_instant(network, early, 2 * task + 1)
    return ScheduledTask(network.tasks[task].id, *dates, *dates, 0, 0, False, None, *dates)


def is_late(task: Task, held: bool) -> bool:
    """As late as possible, and free to be: neither started nor held to a date."""
    if held or task.actual_start is not None:
        return False
    by_constraint = task.constraint is not None and task.constraint.type is ConstraintType.ALAP
    return by_constraint or task.mode is SchedulingMode.AUTO_ALAP


def _stands(network: Network, task: int, total: int) -> bool:
    """Whether a task without work left is as late as it is early: then it stands at one instant, not at two ends of a night."""
    return not (total or network.limits.remaining[task]) and network.limits.begun[task] == NEVER


def _span(network: Network, task: int, finish: int) -> tuple[int, int]:
    """The instants of the remaining work that ends at a position."""
    axis, remaining = network.axes[task], network.limits.remaining[task]
    end = axis.finish[finish]
    return (axis.start[finish - remaining] if remaining else end), end


def _driving(network: Network, early: Early, task: int) -> Link | Imposed | None:
    if early.driver[task] != UNDRIVEN:
        return network.links[early.driver[task]]
    if network.limits.imposed and early.start[task] == network.limits.floor[task]:
        return network.limits.imposed.get(task)
    return None
