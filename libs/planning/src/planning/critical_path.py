"""The critical path: early and late dates, floats, drivers and the longest path of a plan."""

from collections.abc import Sequence

from planning.axis import Axis
from planning.network import Network, network_of
from planning.passes import UNDRIVEN, Early, backward, end_instant, forward
from planning.placing import place
from planning.plan import Id, Plan
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
    rows = place(network, early, late, whole, critical_float)
    items = with_summaries(plan, [rows[place] for place in network.rank])
    begin = min((item.early_start for item in items.values()), default=_first_start(plan))
    end = max((item.early_finish for item in items.values()), default=begin)
    return Schedule(begin, end, items, _longest_path(network, early, rows))


def _deadline(plan: Plan) -> int | None:
    if plan.deadline is None and len(plan.projects) == 1:
        return plan.projects[0].deadline
    return plan.deadline


def _first_start(plan: Plan) -> int:
    return min((project.calendar.start_at_or_after(project.start) for project in plan.projects), default=0)


def _finish(network: Network, early: Early) -> int:
    """The instant by which everything is finished, 0 for an empty network."""
    last: dict[Axis, int] = {}
    for task, axis in enumerate(network.axes):
        best = last.setdefault(axis, task)
        if early.ends[2 * task + 1] > early.ends[2 * best + 1]:
            last[axis] = task
    return max((end_instant(network, early, 2 * task + 1) for task in last.values()), default=0)


def _positions(network: Network, instant: int) -> list[int]:
    """The position of an instant on each task's axis. Raises OutsideCalendar."""
    positions: dict[Axis, int] = {}
    for axis in network.axes:
        if axis not in positions:
            positions[axis] = axis.calendar.worked(instant)
    return [positions[axis] for axis in network.axes]


def _longest_path(network: Network, early: Early, rows: Sequence[ScheduledTask]) -> list[Id]:
    """Back from the last task to finish; of several, the one that stands last in the order, such as the milestone after the work."""
    if not rows:
        return []
    finishes = [row.early_finish for row in rows]
    task = len(finishes) - 1 - finishes[::-1].index(max(finishes))
    path = [network.tasks[task].id]
    while early.driver[task] != UNDRIVEN:
        task = network.source[early.driver[task]] >> 1
        path.append(network.tasks[task].id)
    return path[::-1]
