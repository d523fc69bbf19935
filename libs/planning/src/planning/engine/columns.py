"""A plan as columns: what goes from a database's rows to the engine's arrays without an object for each task.

A row's number is its place in the plan's order, which counts as it does in planning.plan. Words are numbers (planning.engine.codes),
instants and minutes are integers; ABSENT stands for a value that there is none of, NEVER for a row. A column is whatever numpy makes
an array of, or one value for all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from planning.calendar import WorkCalendar
from planning.engine.arrays import ABSENT, NEVER, Codes, Instants, Ints
from planning.engine.codes import CONSTRAINT, KIND, LAG_CALENDAR, LINK, MODE, SIDE
from planning.errors import OutsideCalendar
from planning.plan import Id, Progress, Project


@dataclass(frozen=True, slots=True)
class TaskColumns:
    """See planning.plan.Task. project: row of the plan's projects. calendar: of its calendars, or NEVER. parent: of its tasks, or NEVER."""

    ids: Sequence[Id]
    project: Ints
    kind: Codes
    duration: Instants
    remaining: Instants
    percent_complete: NDArray[np.float64]
    parent: Ints
    calendar: Ints
    mode: Codes
    constraint: Codes
    constraint_at: Instants
    deadline: Instants
    actual_start: Instants
    actual_finish: Instants

    @classmethod
    def of(
        cls,
        ids: Sequence[Id],
        *,
        duration: ArrayLike,
        project: ArrayLike = 0,
        kind: ArrayLike = 0,
        remaining: ArrayLike = ABSENT,
        percent_complete: ArrayLike = 0.0,
        parent: ArrayLike = NEVER,
        calendar: ArrayLike = NEVER,
        mode: ArrayLike = 0,
        constraint: ArrayLike = 0,
        constraint_at: ArrayLike = ABSENT,
        deadline: ArrayLike = ABSENT,
        actual_start: ArrayLike = ABSENT,
        actual_finish: ArrayLike = ABSENT,
    ) -> "TaskColumns":
        """Raises ValueError for columns of another length, OutsideCalendar for numbers beyond 64 bits."""
        count = len(ids)
        return cls(
            ids,
            _column("project", project, np.int32, count),
            _column("kind", kind, np.int8, count, len(KIND)),
            _column("duration", duration, np.int64, count),
            _column("remaining", remaining, np.int64, count),
            _column("percent_complete", percent_complete, np.float64, count),
            _column("parent", parent, np.int32, count),
            _column("calendar", calendar, np.int32, count),
            _column("mode", mode, np.int8, count, len(MODE)),
            _column("constraint", constraint, np.int8, count, len(CONSTRAINT)),
            _column("constraint_at", constraint_at, np.int64, count),
            _column("deadline", deadline, np.int64, count),
            _column("actual_start", actual_start, np.int64, count),
            _column("actual_finish", actual_finish, np.int64, count),
        )


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """See planning.plan.Link. predecessor, successor: rows of the plan's tasks."""

    ids: Sequence[Id]
    predecessor: Ints
    successor: Ints
    kind: Codes
    lag: Instants
    lag_calendar: Codes

    @classmethod
    def of(
        cls,
        ids: Sequence[Id],
        *,
        predecessor: ArrayLike,
        successor: ArrayLike,
        kind: ArrayLike = 0,
        lag: ArrayLike = 0,
        lag_calendar: ArrayLike = 0,
    ) -> "LinkColumns":
        """Raises ValueError for columns of another length, OutsideCalendar for numbers beyond 64 bits."""
        count = len(ids)
        return cls(
            ids,
            _column("predecessor", predecessor, np.int32, count),
            _column("successor", successor, np.int32, count),
            _column("kind", kind, np.int8, count, len(LINK)),
            _column("lag", lag, np.int64, count),
            _column("lag_calendar", lag_calendar, np.int8, count, len(LAG_CALENDAR)),
        )


@dataclass(frozen=True, slots=True)
class ImposedColumns:
    """See planning.plan.Imposed, grouped by task in the order of the tasks. task: row of the plan's tasks; side: 0 start, 1 finish."""

    ids: Sequence[Id]
    task: Ints
    at: Instants
    side: Codes

    @classmethod
    def of(
        cls, ids: Sequence[Id] = (), *, task: ArrayLike = (), at: ArrayLike = (), side: ArrayLike = ()
    ) -> "ImposedColumns":
        """Raises ValueError for columns of another length or tasks out of order, OutsideCalendar for numbers beyond 64 bits."""
        count = len(ids)
        tasks = _column("task", task, np.int32, count)
        if np.any(tasks[1:] < tasks[:-1]):
            raise ValueError("Imposed dates go by their tasks, in the order of the tasks")
        return cls(ids, tasks, _column("at", at, np.int64, count), _column("side", side, np.int8, count, len(SIDE)))


@dataclass(frozen=True, slots=True)
class Columns:
    """See planning.plan.Plan. Raises ValueError for rows that are not there."""

    projects: Sequence[Project]
    tasks: TaskColumns
    links: LinkColumns
    imposed: ImposedColumns = field(default_factory=ImposedColumns.of)
    calendars: Sequence[WorkCalendar] = ()
    deadline: int | None = None
    progress: Progress = Progress.RETAINED_LOGIC

    def __post_init__(self) -> None:
        tasks = len(self.tasks.ids)
        _check_rows("project", self.tasks.project, 0, len(self.projects))
        _check_rows("parent", self.tasks.parent, NEVER, tasks)
        _check_rows("calendar", self.tasks.calendar, NEVER, len(self.calendars))
        _check_rows("predecessor", self.links.predecessor, 0, tasks)
        _check_rows("successor", self.links.successor, 0, tasks)
        _check_rows("task", self.imposed.task, 0, tasks)


def _column(name: str, values: ArrayLike, dtype: DTypeLike, count: int, words: int | None = None) -> NDArray[Any]:
    try:
        column = np.array(values, dtype)  # a copy: kernels are compiled for arrays that may be written
    except OverflowError:
        raise OutsideCalendar(f"A number beyond every calendar in the column {name}") from None
    if column.ndim == 0:
        column = np.full(count, column, dtype)
    if column.shape != (count,):
        raise ValueError(f"The column {name} has the shape {column.shape} for {count} rows")
    if words is not None:
        _check_rows(name, column, 0, words)
    return column


def _check_rows(name: str, column: NDArray[Any], first: int, count: int) -> None:
    if column.size and not (column.min() >= first and column.max() < count):
        raise ValueError(f"The column {name} leads to rows that are not there")
