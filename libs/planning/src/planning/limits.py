"""What each task brings by itself, links aside: remaining work, the earliest it may go on, the latest it may end, dates it is held to.

Limits act as Primavera's do. "No earlier than", the project's start and the data date bound early dates; "no later than" and
deadlines bound late dates alone and show as negative float; "must" holds both, but work never goes before the project's start or
the data date. What has happened stays: a completed task is its actual dates, and a started one is bounded in its remaining work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

from planning.axis import Axis
from planning.calendar import WorkCalendar
from planning.errors import InvalidTask, InvalidValue, OutsideCalendar
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


class Limits:
    """The same as arrays, one entry per task; dates imposed from outside by index."""

    __slots__ = ("begun", "ceiling", "done", "floor", "floor_at", "held", "imposed", "pinned", "remaining")

    def __init__(self, durations: list[int], floor: list[int], floor_at: list[int]) -> None:
        self.remaining = durations
        self.floor = floor
        self.floor_at = floor_at
        self.ceiling = [UNBOUNDED] * len(floor)
        self.pinned = [NEVER] * len(floor)
        self.begun = [NEVER] * len(floor)
        self.held = [False] * len(floor)
        self.done = [False] * len(floor)
        self.imposed: dict[int, Imposed] = {}

    def put(self, index: int, limit: Limit) -> None:
        self.remaining[index] = limit.remaining
        self.floor[index] = limit.floor
        self.floor_at[index] = limit.floor_at
        self.ceiling[index] = limit.ceiling
        self.pinned[index] = limit.pinned
        self.begun[index] = limit.begun
        self.held[index] = limit.held
        self.done[index] = limit.done
        if limit.imposed is not None:
            self.imposed[index] = limit.imposed


def limits_of(tasks: Sequence[Task], homes: Sequence[Project], axes: Sequence[Axis]) -> Limits:
    """The limits of all tasks in their order, given the project and the axis of each. Raises InvalidTask, OutsideCalendar with the id."""
    resumes = [
        project.start if project.data_date is None else max(project.start, project.data_date) for project in homes
    ]
    limits = Limits([task.duration for task in tasks], _positions(tasks, resumes, axes), resumes)
    for index, task in enumerate(tasks):
        check_task(task)
        if _is_plain(task):
            continue
        try:
            given = Limit(task.duration, limits.floor[index], resumes[index])
            limits.put(index, limit_of(task, axes[index].calendar, given))
        except OutsideCalendar as error:
            raise OutsideCalendar(error.detail, task.id) from None
    return limits


def _positions(tasks: Sequence[Task], instants: Sequence[int], axes: Sequence[Axis]) -> list[int]:
    known: dict[tuple[Axis, int], int] = {}
    for task, key in zip(tasks, zip(axes, instants, strict=True), strict=True):
        if key not in known:
            try:
                known[key] = key[0].calendar.worked(key[1])
            except OutsideCalendar as error:
                raise OutsideCalendar(error.detail, task.id) from None
    return [known[key] for key in zip(axes, instants, strict=True)]


def _is_plain(task: Task) -> bool:
    """Whether nothing but its duration and its project bounds the task: most of them."""
    return (
        task.actual_start is None
        and task.actual_finish is None
        and task.constraint is None
        and task.deadline is None
        and not task.imposed
    )


def limit_of(task: Task, calendar: WorkCalendar, limit: Limit) -> Limit:
    """The limits of one task, given those that its duration, its project's start and data date alone would set."""
    if task.actual_finish is not None:
        return _of_complete(task, calendar, task.actual_finish)
    if task.actual_start is not None:
        limit.begun = calendar.worked(task.actual_start)
        limit.remaining = remaining_of(task)
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


def remaining_of(task: Task) -> int:
    """Working minutes left of a task if it has started: what is given, else what percent complete leaves of the duration."""
    if task.remaining is not None:
        return task.remaining
    return round(task.duration * (100 - task.percent_complete) / 100)


def check_whole(id_: Id, column: str, value: int | None) -> None:
    """Raises InvalidValue for what is no whole number: half a minute, or none at all (NaN)."""
    if value is not None and type(value) is not int and not isinstance(value, Integral):
        raise InvalidValue(id_, column, value)


def check_task(task: Task) -> None:
    """Raises InvalidTask, InvalidValue for a task whose own values contradict each other or are no numbers of minutes."""
    check_whole(task.id, "duration", task.duration)
    check_whole(task.id, "remaining", task.remaining)
    if not _is_plain(task):
        check_whole(task.id, "constraint_at", None if task.constraint is None else task.constraint.at)
        check_whole(task.id, "deadline", task.deadline)
        check_whole(task.id, "actual_start", task.actual_start)
        check_whole(task.id, "actual_finish", task.actual_finish)
        for imposed in task.imposed:
            check_whole(imposed.source_id, "at", imposed.at)
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
