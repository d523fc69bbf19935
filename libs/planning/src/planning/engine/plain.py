"""One whole run without compiled kernels: columns by way of the reference in plain Python, for plans that are small.

Gives what planning.engine.run gives, bit for bit, and brings numpy alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from planning.engine.arrays import COLUMNS, NEVER, Instants
from planning.engine.checks import check
from planning.engine.columns import Columns
from planning.engine.dates import Dates
from planning.engine.objects import plan_of
from planning.network import Network
from planning.passes import Early, backward, end_instant
from planning.plan import Id, Imposed, Link, Plan, Project, TaskKind
from planning.reference import Run, positions_on, run, scheduled
from planning.scheduled import ScheduledTask
from planning.summaries import with_summaries


def compute(columns: Columns, *, critical_float: int = 0, project_float: bool = False) -> Dates:
    """See planning.compute."""
    check(columns)
    plan = plan_of(columns)
    done = run(plan, critical_float=critical_float)
    schedule = scheduled(plan, done)
    items = schedule.items.values()
    driving_link, driving_imposed = _driving(plan, [item.driving for item in items])
    row = {task.id: number for number, task in enumerate(plan.tasks)}
    return Dates(
        schedule.start,
        schedule.finish,
        np.array([(*item[1:7], *item[9:]) for item in items], np.int64).reshape(-1, COLUMNS),
        np.array([item.critical for item in items], np.uint8),
        np.array(driving_link, np.int32),
        np.array(driving_imposed, np.int32),
        [row[task_id] for task_id in schedule.longest_path],
        _project_floats(plan, done) if project_float else None,
    )


def _driving(plan: Plan, driving: Sequence[Link | Imposed | None]) -> tuple[list[int], list[int]]:
    """Rows of the links and of the imposed dates that drive; by identity, for equal ones differ in nothing but their row."""
    link_row = {id(link): row for row, link in enumerate(plan.links)}
    imposed_row = {id(each): row for row, each in enumerate(each for task in plan.tasks for each in task.imposed)}
    return [link_row.get(id(each), NEVER) for each in driving], [imposed_row.get(id(each), NEVER) for each in driving]


def _project_floats(plan: Plan, done: Run) -> Instants:
    """Total float against the own project's deadline or else finish, by the links within projects alone. See planning.engine.anchors."""
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
    items: Iterable[ScheduledTask] = with_summaries(plan, [rows[place] for place in network.rank]).values()
    return np.array([item.total_float for item in items], np.int64)


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
