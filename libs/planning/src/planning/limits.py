"""What each task brings by itself, links aside: remaining work, the earliest it may go on, the latest it may end, dates it is held to.

Limits act as Primavera's do. "No earlier than", the project's start and the data date bound early dates; "no later than" and
deadlines bound late dates alone and show as negative float; "must" holds both, but work never goes before the project's start or
the data date. What has happened stays: a completed task is its actual dates, and a started one is bounded in its remaining work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planning.axis import Axis
from planning.calendar import WorkCalendar
from planning.errors import InvalidTask, OutsideCalendar
from planning.plan import Constraint, ConstraintType, Id, Imposed, Project, SchedulingMode, Task, TaskKind

UNBOUNDED = 1 << 60
"""Later than every position."""

NEVER = -1
"""No such position."""

ON_START = {ConstraintType.SNET, ConstraintType.SNLT, ConstraintType.MSO}
MUST = {ConstraintType.MSO, ConstraintType.MFO}


@dataclass(slots=True)
class Limit:
    """The limits of one task, positions on its calendar.

    remaining: working minutes to go. floor: where its remaining work may start. floor_at: the instant that floor stands for, and
    imposed: the date from outside that set it. ceiling: where it must end. held: early dates come from the floor alone.
    pinned: where it must end and nothing else bounds it. begun: where it started. done: nothing moves it.
    """

    remaining: int
    floor: int
    floor_at: int
    imposed: Imposed | None = None
    ceiling: int = UNBOUNDED
    pinned: int = NEVER
    begun: int = NEVER
    held: bool = False
    done: bool = False

    def raise_floor(self, position: int, at: int, imposed: Imposed | None = None) -> None:
        if position > self.floor or (position == self.floor and at > self.floor_at):
            self.floor, self.floor_at, self.imposed = position, at, imposed


@dataclass(frozen=True, slots=True)
class Limits:
    """The same as arrays, one entry per task; the sparse ones by index."""

    remaining: list[int] = field(default_factory=list)
    floor: list[int] = field(default_factory=list)
    ceiling: list[int] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    done: list[bool] = field(default_factory=list)
    floor_at: list[int] = field(default_factory=list)
    imposed: dict[int, Imposed] = field(default_factory=dict)

    def append(self, limit: Limit) -> None:
        if limit.imposed is not None:
            self.imposed[len(self.floor)] = limit.imposed
        self.remaining.append(limit.remaining)
        self.floor.append(limit.floor)
        self.ceiling.append(limit.ceiling)
        self.pinned.append(limit.pinned)
        self.begun.append(limit.begun)
        self.held.append(limit.held)
        self.done.append(limit.done)
        self.floor_at.append(limit.floor_at)


def limits_of(tasks: Sequence[Task], axes: Sequence[Axis], projects: Mapping[Id, Project]) -> Limits:
    """The limits of all tasks in their order. Raises InvalidTask, OutsideCalendar with the task's id."""
    limits = Limits()
    resumes: dict[tuple[Id, Axis], tuple[int, int]] = {}
    for task, axis in zip(tasks, axes, strict=True):
        _check(task)
        try:
            key = task.project_id, axis
            if key not in resumes:
                at = _resumes_at(projects[task.project_id])
                resumes[key] = axis.calendar.worked(at), at
            position, at = resumes[key]
            limits.append(limit_of(task, axis.calendar, Limit(task.duration, position, at)))
        except OutsideCalendar as error:
            raise OutsideCalendar(error.detail, task.id) from None
    return limits


def _resumes_at(project: Project) -> int:
    return project.start if project.data_date is None else max(project.start, project.data_date)


def limit_of(task: Task, calendar: WorkCalendar, limit: Limit) -> Limit:
    """The limits of one task, given those that its duration, its project's start and data date alone would set."""
    if task.actual_finish is not None:
        return _of_complete(task, calendar, task.actual_finish)
    if task.actual_start is not None:
        limit.begun = calendar.worked(task.actual_start)
        limit.remaining = _remaining(task)
        limit.raise_floor(limit.begun, task.actual_start)
    if task.constraint is not None and task.constraint.at is not None:
        _constrain(limit, task.constraint, task.constraint.at, calendar, manual=task.mode is SchedulingMode.MANUAL)
    if task.deadline is not None:
        limit.ceiling = min(limit.ceiling, calendar.worked(task.deadline))
    if not limit.held:
        for imposed in task.imposed:
            work = limit.remaining if imposed.side == "finish" else 0
            limit.raise_floor(calendar.worked(imposed.at) - work, imposed.at, imposed)
    return limit


def _of_complete(task: Task, calendar: WorkCalendar, actual_finish: int) -> Limit:
    started = actual_finish if task.actual_start is None else task.actual_start
    finish = calendar.worked(actual_finish)
    return Limit(0, finish, actual_finish, begun=calendar.worked(started), held=True, done=True)


def _constrain(limit: Limit, constraint: Constraint, at: int, calendar: WorkCalendar, *, manual: bool) -> None:
    """Apply a constraint with a date; a manual task is held to its date whatever the constraint's type. A start that has happened is free of it."""
    on_start = constraint.type in ON_START
    if on_start and limit.begun != NEVER:
        return
    finish = calendar.worked(at) + (limit.remaining if on_start else 0)
    if manual or constraint.type in MUST:
        limit.held = True
        limit.pinned = finish
        limit.raise_floor(finish - limit.remaining, at)
    elif constraint.type in (ConstraintType.SNET, ConstraintType.FNET):
        limit.raise_floor(finish - limit.remaining, at)
    elif constraint.type in (ConstraintType.SNLT, ConstraintType.FNLT):
        limit.ceiling = finish


def _remaining(task: Task) -> int:
    if task.remaining is not None:
        return task.remaining
    return round(task.duration * (100 - task.percent_complete) / 100)


def _check(task: Task) -> None:
    if task.duration < 0 or (task.remaining is not None and task.remaining < 0):
        raise InvalidTask(task.id, "has a negative duration")
    if task.kind is TaskKind.MILESTONE and task.duration:
        raise InvalidTask(task.id, "is a milestone with a duration")
    if not 0 <= task.percent_complete <= 100:
        raise InvalidTask(task.id, "is complete to less than 0 or more than 100 percent")
    if task.actual_finish is None:
        return
    if task.actual_start is None and task.duration:
        raise InvalidTask(task.id, "has an actual finish and no actual start")
    if task.actual_start is not None and task.actual_start > task.actual_finish:
        raise InvalidTask(task.id, "finished before it started")
