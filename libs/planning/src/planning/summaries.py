"""Summary tasks: rolled up from what lies below them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from planning.errors import DuplicateTask, HierarchyCycle, InvalidTask, UnknownProject, UnknownTask
from planning.plan import Id, Plan, Task, TaskKind
from planning.scheduled import ScheduledTask


def with_summaries(plan: Plan, placed: Sequence[ScheduledTask]) -> dict[Id, ScheduledTask]:
    """All tasks in the plan's order: the summaries, and those of `placed`, which are in that order too.

    A summary spans its children; its floats are the least among its open children, it is critical when one of them is, nothing
    drives it. Without children it is a point at its project's start. Raises HierarchyCycle, UnknownTask, UnknownProject,
    InvalidTask, DuplicateTask.
    """
    rows = {row.task_id: row for row in placed}
    if len(rows) == len(plan.tasks) and all(task.parent_id is None for task in plan.tasks):
        return rows
    tasks = {task.id: task for task in plan.tasks}
    if len(tasks) < len(plan.tasks):
        raise DuplicateTask(Counter(task.id for task in plan.tasks).most_common(1)[0][0])
    children: dict[Id, list[Id]] = {}
    for task in plan.tasks:
        if task.parent_id is not None:
            _check_parent(task, task.parent_id, tasks)
            children.setdefault(task.parent_id, []).append(task.id)
    done = {task.id for task in plan.tasks if task.actual_finish is not None}
    for summary in _bottom_up(tasks):
        below = children.get(summary.id)
        if below is None:
            rows[summary.id] = _empty(plan, summary)
            continue
        still_open = [rows[child] for child in below if child not in done]
        rows[summary.id] = _spanned(summary.id, [rows[child] for child in below], still_open)
        if not still_open:
            done.add(summary.id)
    return {task_id: rows[task_id] for task_id in tasks}


def _check_parent(task: Task, parent_id: Id, tasks: Mapping[Id, Task]) -> None:
    parent = tasks.get(parent_id)
    if parent is None:
        raise UnknownTask(parent_id, task.id)
    if parent.kind is not TaskKind.SUMMARY:
        raise InvalidTask(parent_id, "has tasks below it and is no summary")


def _bottom_up(tasks: Mapping[Id, Task]) -> list[Task]:
    """The summaries, each after those below it."""
    summaries = [task for task in tasks.values() if task.kind is TaskKind.SUMMARY]
    below: dict[Id | None, list[Task]] = {}
    for summary in summaries:
        below.setdefault(summary.parent_id, []).append(summary)
    top_down = list(below.get(None, ()))
    for summary in top_down:  # grows while it is walked
        top_down.extend(below.get(summary.id, ()))
    if len(top_down) < len(summaries):
        rooted = {summary.id for summary in top_down}
        raise HierarchyCycle(_ancestry(next(task for task in summaries if task.id not in rooted), tasks))
    return top_down[::-1]


def _ancestry(task: Task, tasks: Mapping[Id, Task]) -> list[Id]:
    """The cycle that the ancestors of a task without a root run into, closed."""
    path: list[Id] = []
    node: Id | None = task.id
    while node is not None and node not in path:
        path.append(node)
        node = tasks[node].parent_id
    return [*path[path.index(node) :], node] if node is not None else path


def _spanned(summary_id: Id, below: Sequence[ScheduledTask], still_open: Sequence[ScheduledTask]) -> ScheduledTask:
    return ScheduledTask(
        task_id=summary_id,
        early_start=min(row.early_start for row in below),
        early_finish=max(row.early_finish for row in below),
        late_start=min(row.late_start for row in below),
        late_finish=max(row.late_finish for row in below),
        total_float=min((row.total_float for row in still_open), default=0),
        free_float=min((row.free_float for row in still_open), default=0),
        critical=any(row.critical for row in below),
        driving=None,
        scheduled_start=min(row.scheduled_start for row in below),
        scheduled_finish=max(row.scheduled_finish for row in below),
    )


def _empty(plan: Plan, summary: Task) -> ScheduledTask:
    project = next((project for project in plan.projects if project.id == summary.project_id), None)
    if project is None:
        raise UnknownProject(summary.project_id, summary.id)
    at = (summary.calendar or project.calendar).start_at_or_after(project.start)
    return ScheduledTask(
        summary.id, at, at, at, at, 0, 0, critical=False, driving=None, scheduled_start=at, scheduled_finish=at
    )
