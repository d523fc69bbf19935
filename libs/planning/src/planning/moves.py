"""What a change moved, and why: every move is led back along driving links to what was changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from planning.plan import Id, Imposed, Link, Plan, Task, TaskKind
from planning.scheduled import Schedule, ScheduledTask


@dataclass(frozen=True, slots=True)
class Move:
    """A task whose early dates changed; instants. previous_*: None for a task that was not there. cause: id of the changed record."""

    task_id: Id
    project_id: Id
    early_start: int
    early_finish: int
    previous_early_start: int | None
    previous_early_finish: int | None
    cause: Id
    driving: Link | Imposed | None


def moves(
    before: Schedule | None,
    after: Schedule,
    plan_before: Plan | None,
    plan_after: Plan,
    changed: Collection[Id],
    root: Id,
) -> list[Move]:
    """The tasks of `after` whose early start or finish differs from `before` (None: nothing was scheduled), in the plan's order.

    changed: ids of the tasks, links, dependencies and projects that were changed, added or removed. The cause of a move is the
    first of them met when the driving links are walked back from the task, in the new schedule, else in the old one (where a removed
    link still is), else `root`. Late dates and floats are not moves: a slip shifts them everywhere.
    """
    old = {} if before is None else before.items
    new_cause = _Causes(after, plan_after, changed)
    old_cause = None if before is None or plan_before is None else _Causes(before, plan_before, changed)
    moved: list[Move] = []
    for task in plan_after.tasks:
        now, was = after.items[task.id], old.get(task.id)
        if was is not None and (was.early_start, was.early_finish) == (now.early_start, now.early_finish):
            continue
        cause = new_cause.of(task.id)
        if cause is None and old_cause is not None and was is not None:
            cause = old_cause.of(task.id)
        moved.append(
            Move(
                task.id,
                task.project_id,
                now.early_start,
                now.early_finish,
                None if was is None else was.early_start,
                None if was is None else was.early_finish,
                root if cause is None else cause,
                now.driving,
            )
        )
    return moved


def driving_path(schedule: Schedule, task_id: Id) -> list[tuple[Id, Link | Imposed | None]]:
    """From a task back to the one that no link drives: each with what drives it. Raises KeyError for a task not scheduled."""
    path: list[tuple[Id, Link | Imposed | None]] = []
    node: Id | None = task_id
    while node is not None:
        driving = schedule.items[node].driving
        path.append((node, driving))
        node = driving.predecessor_id if isinstance(driving, Link) else None
    return path


class _Causes:
    """Causes in one schedule. Answers are kept, so that a chain is walked once however many of its tasks moved."""

    def __init__(self, schedule: Schedule, plan: Plan, changed: Collection[Id]) -> None:
        self._items = schedule.items
        self._changed = frozenset(changed)
        self._projects = {task.id: task.project_id for task in plan.tasks}
        self._bounding = _bounding_children(plan, schedule.items)
        self._known: dict[Id, Id | None] = {}

    def of(self, task_id: Id) -> Id | None:
        walked: list[Id] = []
        node: Id | None = task_id
        cause: Id | None = None
        while node is not None and cause is None:
            if node in self._known:
                cause = self._known[node]
                break
            walked.append(node)
            cause, node = self._step(node)
        for seen in walked:
            self._known[seen] = cause
        return cause

    def _step(self, node: Id) -> tuple[Id | None, Id | None]:
        """The cause, where it is the task or what drives it; else the task to go on with."""
        if node in self._changed:
            return node, None
        driving = self._items[node].driving
        if isinstance(driving, Link):
            return (driving.id, None) if driving.id in self._changed else (None, driving.predecessor_id)
        if driving is not None:
            return (driving.source_id if driving.source_id in self._changed else None), None
        if node in self._bounding:
            return None, self._bounding[node]
        project_id = self._projects[node]
        return (project_id if project_id in self._changed else None), None


def _bounding_children(plan: Plan, items: Mapping[Id, ScheduledTask]) -> dict[Id, Id]:
    """For each summary the child that finishes last: what moves a summary is led back through it."""
    summaries = {task.id for task in plan.tasks if task.kind is TaskKind.SUMMARY}
    bounding: dict[Id, Task] = {}
    for task in plan.tasks:
        parent = task.parent_id
        if parent is None or parent not in summaries:
            continue
        if parent not in bounding or items[task.id].early_finish > items[bounding[parent].id].early_finish:
            bounding[parent] = task
    return {summary: child.id for summary, child in bounding.items()}
