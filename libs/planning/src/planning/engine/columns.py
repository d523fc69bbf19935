"""A plan as columns: what goes from a database's rows to the engine's arrays without an object for each task.

A row's number is its place in the plan's order, which counts as it does in planning.plan. Words are numbers (planning.engine.codes),
instants and minutes are integers; ABSENT stands for a value that there is none of, NEVER for a row. A column is whatever numpy makes
an array of, or one value for all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planning.calendar import WorkCalendar
from planning.engine.arrays import ABSENT, NEVER, Codes, Instants, Ints
from planning.engine.codes import CONSTRAINT, KIND, LAG_CALENDAR, LINK, MODE, SIDE
from planning.errors import InvalidValue, OutsideCalendar
from planning.plan import Id, Project


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
        """Raises ValueError for columns of another length, InvalidValue, OutsideCalendar for numbers beyond 64 bits."""
        return cls(
            ids,
            _column("project", project, np.int32, ids),
            _column("kind", kind, np.int8, ids, len(KIND)),
            _column("duration", duration, np.int64, ids),
            _column("remaining", remaining, np.int64, ids),
            _column("percent_complete", percent_complete, np.float64, ids),
            _column("parent", parent, np.int32, ids),
            _column("calendar", calendar, np.int32, ids),
            _column("mode", mode, np.int8, ids, len(MODE)),
            _column("constraint", constraint, np.int8, ids, len(CONSTRAINT)),
            _column("constraint_at", constraint_at, np.int64, ids),
            _column("deadline", deadline, np.int64, ids),
            _column("actual_start", actual_start, np.int64, ids),
            _column("actual_finish", actual_finish, np.int64, ids),
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
        """Raises ValueError for columns of another length, InvalidValue, OutsideCalendar for numbers beyond 64 bits."""
        return cls(
            ids,
            _column("predecessor", predecessor, np.int32, ids),
            _column("successor", successor, np.int32, ids),
            _column("kind", kind, np.int8, ids, len(LINK)),
            _column("lag", lag, np.int64, ids),
            _column("lag_calendar", lag_calendar, np.int8, ids, len(LAG_CALENDAR)),
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
        """Raises ValueError for columns of another length or tasks out of order, InvalidValue, OutsideCalendar."""
        tasks = _column("task", task, np.int32, ids)
        if np.any(tasks[1:] < tasks[:-1]):
            raise ValueError("Imposed dates go by their tasks, in the order of the tasks")
        return cls(ids, tasks, _column("at", at, np.int64, ids), _column("side", side, np.int8, ids, len(SIDE)))


@dataclass(frozen=True, slots=True)
class Columns:
    """See planning.plan.Plan. Raises InvalidValue for rows that are not there."""

    projects: Sequence[Project]
    tasks: TaskColumns
    links: LinkColumns
    imposed: ImposedColumns = field(default_factory=ImposedColumns.of)
    calendars: Sequence[WorkCalendar] = ()
    deadline: int | None = None

    def __post_init__(self) -> None:
        tasks = len(self.tasks.ids)
        _check_rows("project", self.tasks.project, self.tasks.ids, 0, len(self.projects))
        _check_rows("parent", self.tasks.parent, self.tasks.ids, NEVER, tasks)
        _check_rows("calendar", self.tasks.calendar, self.tasks.ids, NEVER, len(self.calendars))
        _check_rows("predecessor", self.links.predecessor, self.links.ids, 0, tasks)
        _check_rows("successor", self.links.successor, self.links.ids, 0, tasks)
        _check_rows("task", self.imposed.task, self.imposed.ids, 0, tasks)


def _column(
    name: str, values: ArrayLike, dtype: type[np.generic], ids: Sequence[Id], words: int | None = None
) -> NDArray[Any]:
    """The values as an array of its own: kernels are compiled for arrays that may be written."""
    given = np.asarray(values)
    if given.ndim == 0:
        given = np.full(len(ids), given)
    if given.shape != (len(ids),):
        raise ValueError(f"The column {name} has the shape {given.shape} for {len(ids)} rows")
    if given.dtype.kind == "O":
        _check_whole(name, given, ids)
    with np.errstate(invalid="ignore"):
        column = given.astype(dtype)
    if given.dtype != dtype and dtype is not np.float64 and (wrong := column != given).any():
        row = int(wrong.argmax())
        raise InvalidValue(ids[row], name, given[row].item())
    if words is not None:
        _check_rows(name, column, ids, 0, words)
    return column


def _check_whole(name: str, given: NDArray[Any], ids: Sequence[Id]) -> None:
    """Of objects that numpy has no numbers for. Raises InvalidValue, or OutsideCalendar for whole numbers beyond 64 bits."""
    for each, value in zip(ids, given, strict=True):
        if not isinstance(value, int):
            raise InvalidValue(each, name, value)
        if not -(1 << 63) <= value < 1 << 63:
            raise OutsideCalendar(f"A number beyond every calendar in the column {name}", each)


def _check_rows(name: str, column: NDArray[Any], ids: Sequence[Id], first: int, count: int) -> None:
    wrong = (column < first) | (column >= count)
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidValue(ids[row], name, int(column[row]))
