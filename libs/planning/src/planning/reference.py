"""The critical path in plain Python: what the compiled engine is tested against, and what serves small plans without it.

It reads as the rules are told in docs/scheduling.md: networks (planning.network), limits, passes, places, summaries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from planning.axis import Axis
from planning.efforts import with_efforts
from planning.errors import OutsideCalendar
from planning.limits import NEVER
from planning.network import Network, network_of
from planning.passes import UNDRIVEN, Early, backward, end_instant, forward
from planning.placing import place
from planning.plan import Id, Plan, Project, Task, TaskKind
from planning.scheduled import Schedule, ScheduledTask
from planning.size import check_size
from planning.summaries import with_summaries


@dataclass(frozen=True, slots=True)
class Run:
    """What the passes leave. rows: the dates of all tasks but summaries, in the network's order."""

    network: Network
    early: Early
    rows: list[ScheduledTask]


def schedule(plan: Plan, *, project_float: bool = False) -> Schedule:
    """See planning.schedule."""
    done = run(plan)
    schedule = scheduled(plan, done)
    if not project_float:
        return schedule
    return replace(schedule, project_float=dict(zip(schedule.items, project_floats(plan, done), strict=True)))


def run(plan: Plan) -> Run:
    """All passes over a plan."""
    check_size(len(plan.tasks), len(plan.links))
    network = network_of(plan)
    early = forward(network)
    finish = finish_of_all(network, early)
    whole = positions_of(network, finish)
    deadline = anchor_of(plan)
    late = backward(network, whole if deadline is None else positions_of(network, deadline))
    threshold = {project.id: project.critical_float for project in plan.projects}
    within = [threshold[task.project_id] for task in network.tasks]
    return Run(network, early, with_efforts(plan, network, place(network, early, late, whole, within)))


def scheduled(plan: Plan, done: Run) -> Schedule:
    """The schedule of a plan whose passes are done: summaries, the whole plan's dates, the longest path."""
    items = with_summaries(plan, [done.rows[place] for place in done.network.rank])
    counted = [items[task.id] for task in counting(plan.tasks)]
    begin = min((item.early_start for item in counted), default=_first_start(plan))
    end = max((item.early_finish for item in counted), default=begin)
    return Schedule(begin, end, items, _longest_path(done.network, done.early, done.rows))


def counting(tasks: Sequence[Task]) -> Sequence[Task]:
    """The tasks that say when a plan starts and finishes: the work. Levels of effort count where there is none, summaries where there is nothing else."""
    own = [task for task in tasks if task.kind is not TaskKind.SUMMARY]
    return [task for task in own if task.kind is not TaskKind.LEVEL_OF_EFFORT] or own or tasks


def anchor_of(plan: Plan) -> int | None:
    """The instant that late dates are counted back from; None where that is the finish of all."""
    if plan.deadline is None and len(plan.projects) == 1:
        return plan.projects[0].deadline
    return plan.deadline


def _first_start(plan: Plan) -> int:
    return min((project.calendar.start_at_or_after(project.start) for project in plan.projects), default=0)


def finish_of_all(network: Network, early: Early) -> int:
    """The instant by which everything is finished, 0 for an empty network. Levels of effort count where there is nothing else.

    Raises OutsideCalendar with the id of the first task, in the order of work, that ends outside its calendar.
    """
    kinds = [task.kind is TaskKind.LEVEL_OF_EFFORT for task in network.tasks]
    counted = [task for task, is_effort in enumerate(kinds) if not is_effort] or range(len(kinds))
    last: dict[Axis, int] = {}
    for task in counted:
        axis = network.axes[task]
        last[axis] = max(last.get(axis, NEVER), early.ends[2 * task + 1])
    latest = [task for task in counted if early.ends[2 * task + 1] == last[network.axes[task]]]
    try:
        return max((end_instant(network, early, 2 * task + 1) for task in latest), default=0)
    except OutsideCalendar:
        for task in range(latest[-1]):
            end_instant(network, early, 2 * task + 1)
        raise


def positions_of(network: Network, instant: int) -> list[int]:
    """The position of an instant on each task's axis. Raises OutsideCalendar."""
    positions = positions_on(set(network.axes), instant)
    return [positions[axis] for axis in network.axes]


def positions_on(axes: Iterable[Axis], instant: int) -> dict[Axis, int]:
    """The position of an instant on each axis. Raises OutsideCalendar."""
    return {axis: axis.calendar.worked(instant) for axis in axes}


def _longest_path(network: Network, early: Early, rows: Sequence[ScheduledTask]) -> list[Id]:
    """Back from the last task to finish: of several, one that none of the others follows, such as the milestone after the work; of
    these the last in the plan.
    """
    working = [place for place in network.rank if network.tasks[place].kind is not TaskKind.LEVEL_OF_EFFORT]
    if not working:
        return []
    finish = max(rows[task].early_finish for task in working)
    last = [task for task in working if rows[task].early_finish == finish]
    followed = {
        source >> 1 for task in last for source in network.source[network.first[task] : network.first[task + 1]]
    }
    task = next(task for task in reversed(last) if task not in followed)
    path = [network.tasks[task].id]
    while early.driver[task] != UNDRIVEN:
        task = network.source[early.driver[task]] >> 1
        path.append(network.tasks[task].id)
    return path[::-1]


def project_floats(plan: Plan, done: Run) -> list[int]:
    """Total float per task, in the plan's order, against the own project's deadline or else finish, by the links within projects alone."""
    network, rows = done.network, []
    axes = set(network.axes)
    anchors = {
        project.id: dict.fromkeys(axes, 0) if instant is None else positions_on(axes, instant)
        for project, instant in zip(plan.projects, _anchors(plan.projects, network, done.early), strict=True)
    }
    late = backward(
        _cut(network), [anchors[task.project_id][axis] for task, axis in zip(network.tasks, network.axes, strict=True)]
    )
    for task, row in enumerate(done.rows):
        is_given = network.limits.done[task] or network.tasks[task].kind is TaskKind.LEVEL_OF_EFFORT
        rows.append(row if is_given else row._replace(total_float=late[task] - done.early.ends[2 * task + 1]))
    return [item.total_float for item in with_summaries(plan, [rows[place] for place in network.rank]).values()]


def _anchors(projects: Sequence[Project], network: Network, early: Early) -> list[int | None]:
    """The deadline of each project, or else its finish."""
    finishes: dict[Id, int] = {}
    for task, member in enumerate(network.tasks):
        if member.kind is not TaskKind.LEVEL_OF_EFFORT:
            finish = end_instant(network, early, 2 * task + 1)
            finishes[member.project_id] = max(finishes.get(member.project_id, finish), finish)
    return [finishes.get(project.id) if project.deadline is None else project.deadline for project in projects]


def _cut(network: Network) -> Network:
    """The network without the links between projects."""
    binding = network.binding.copy()
    for task, member in enumerate(network.tasks):
        for link in range(network.first[task], network.first[task + 1]):
            binding[link] &= network.tasks[network.source[link] >> 1].project_id == member.project_id
    return replace(network, binding=binding)
