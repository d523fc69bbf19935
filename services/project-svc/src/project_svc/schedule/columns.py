"""A project's plan as columns: what its schedule is computed from, here and in the program service alike."""

import asyncio
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import planning
from contracts.project_events import ProjectState
from contracts.values import WrittenDuration
from planning import WorkCalendar
from planning.critical_path import ENGINE
from planning.engine import ABSENT, NEVER, Columns, Dates, ImposedColumns, LinkColumns, TaskColumns
from planning.engine.arrays import Instants, Ints
from planning.engine.codes import CONSTRAINT, KIND, LINK, MODE, SIDE
from planning.written import BEGINS, at_actual_finish, at_actual_start, at_finish, at_start, frame_finish, frame_start
from project_svc.calendars.queries import ProjectCalendars
from project_svc.projects.models import Project
from project_svc.projects.reading import ReadProject
from project_svc.records import read_written
from project_svc.schedule.ids import Ids
from project_svc.schedule.problems import explained
from project_svc.schedule.rows import plan_rows

Convention = Callable[[date, WorkCalendar], int]
LARGE = 2_000
"""Tasks from which on a plan is computed in a thread: it takes longer than others should wait for."""


@dataclass(frozen=True, slots=True)
class PlanColumns:
    """A plan as columns, and the packed ids behind its rows."""

    columns: Columns
    tasks: Ids
    links: Ids
    dependencies: Ids

    @property
    def calendars(self) -> list[WorkCalendar]:
        """Every calendar that work of the project may go by, the project's own as the last."""
        return [*self.columns.calendars, self.columns.projects[0].calendar]

    def calendars_of(self, rows: Ints) -> list[WorkCalendar]:
        """The calendars that the tasks in some rows work by; NEVER, where a task has none of its own, is the last."""
        known = self.calendars
        return [known[row] for row in self.columns.tasks.calendar[rows].tolist()]


def plan_columns_of(project: Project, rows: Any) -> PlanColumns:
    """The plan behind `project_svc.schedule.rows`. Cancelled tasks take no part in it, nor do their links."""
    calendars = ProjectCalendars.of(project, rows)
    tasks = Ids(rows["task_id"])
    planned = _tasks(tasks, rows, calendars)
    link_ids, links = _links(tasks, rows)
    dependency_ids, imposed = _imposed(tasks, planned, rows, calendars)
    columns = Columns(
        projects=[planned_project(project, calendars)],
        tasks=planned,
        links=links,
        imposed=imposed,
        calendars=list(calendars.by_id.values()),
    )
    return PlanColumns(columns, tasks, link_ids, dependency_ids)


async def plan_columns(project: ReadProject) -> PlanColumns:
    """The plan as this transaction sees it."""
    return plan_columns_of(project.row, await plan_rows(project.session, project.id))


async def computed(plan: PlanColumns) -> Dates:
    """The plan's schedule; a large one's in a thread, so that this process goes on. Raises Cycle, OutsideTime, Unschedulable (409)."""
    return _computed(plan) if len(plan.tasks) < LARGE else await asyncio.to_thread(_computed, plan)


def _computed(plan: PlanColumns) -> Dates:
    try:
        dates = planning.compute(plan.columns)
    except planning.PlanError as error:
        raise explained(error) from error
    if ENGINE in sys.modules:
        _keep_the_engine()
    return dates


@cache
def _keep_the_engine() -> None:
    """What loading the engine has brought stays for good: as after the start of a process, collecting need not go through it, again and again."""
    gc.freeze()


def planned_project(project: Project | ProjectState, calendars: ProjectCalendars) -> planning.Project:
    """The project as plans see it."""
    return planning.Project(
        id=project.id,
        start=frame_start(project.start, calendars.all),
        deadline=None if project.deadline is None else frame_finish(project.deadline, calendars.all),
        data_date=None if project.data_date is None else frame_finish(project.data_date, calendars.all),
        calendar=calendars.own,
        progress=planning.Progress(project.progress_logic),
        critical_float=_written(project.critical_float).on(calendars.own.minutes_per_day).minutes,
    )


def _written(duration: WrittenDuration | str) -> WrittenDuration:
    """As an event tells it, or as a row keeps it."""
    return duration if isinstance(duration, WrittenDuration) else WrittenDuration.parse(duration)


def _tasks(ids: Ids, rows: Any, calendars: ProjectCalendars) -> TaskColumns:
    special = _Special(len(ids), rows, calendars)
    return TaskColumns.of(
        ids,
        duration=instants(rows["duration"]),
        parent=_parents(ids, rows),
        kind=special.words("kind", KIND),
        remaining=special.numbers("remaining_duration", ABSENT),
        calendar=special.calendars(),
        mode=special.words("mode", MODE),
        constraint=special.words("constraint_type", CONSTRAINT),
        constraint_at=special.constraint_dates(),
        deadline=special.dates("deadline", at_finish),
        percent_complete=special.numbers("percent_complete", 0.0),
        actual_start=special.dates("actual_start", at_actual_start),
        actual_finish=special.dates("actual_finish", at_actual_finish),
    )


def _parents(tasks: Ids, rows: Any) -> ArrayLike:
    if not rows["parent_id"]:
        return NEVER
    parents = np.full(len(tasks), NEVER, np.int32)
    parents[marked(rows["has_parent"])] = Ids(rows["parent_id"]).rows_in(tasks)
    return parents


def _links(tasks: Ids, rows: Any) -> tuple[Ids, LinkColumns]:
    before, after = Ids(rows["predecessor_id"]).rows_in(tasks), Ids(rows["successor_id"]).rows_in(tasks)
    between = ((before != NEVER) & (after != NEVER)).nonzero()[0]
    kinds = np.frombuffer((rows["type"] or "").encode(), "S2")[between]
    ids = Ids(rows["link_id"]).taken(between)
    return ids, LinkColumns.of(
        ids,
        predecessor=before[between],
        successor=after[between],
        kind=sum(code * (kinds == word.encode()) for word, code in LINK.items()),
        lag=instants(rows["lag"])[between],
        lag_calendar=(np.frombuffer((rows["lag_calendar"] or "").encode(), np.int8) - ord("0"))[between],
    )


def _imposed(tasks: Ids, planned: TaskColumns, rows: Any, calendars: ProjectCalendars) -> tuple[Ids, ImposedColumns]:
    if not rows["dependency_id"]:
        return Ids(), ImposedColumns.of()
    imposed_on = Ids(rows["imposed_on"]).rows_in(tasks)
    known = (imposed_on != NEVER).nonzero()[0]
    by_row = [*calendars.by_id.values(), calendars.own]
    told = [
        (rows["side"][row], read_written(rows["at"][row]), by_row[planned.calendar[imposed_on[row]]]) for row in known
    ]
    ids = Ids(rows["dependency_id"]).taken(known)
    return ids, ImposedColumns.of(
        ids,
        task=imposed_on[known],
        at=[at_start(on, calendar) if side == "start" else at_finish(on, calendar) for side, on, calendar in told],
        side=[SIDE[side] for side, _, _ in told],
    )


class _Special:
    """Columns of what few tasks have: the value of an ordinary task everywhere, but where a special task has its own."""

    def __init__(self, count: int, rows: Any, calendars: ProjectCalendars) -> None:
        numbers = {calendar_id: number for number, calendar_id in enumerate(calendars.by_id)}
        told = rows["calendar_id"] or ()
        self._numbers = [NEVER if calendar_id is None else numbers[calendar_id] for calendar_id in told]
        self._calendars = [calendars.of_task(calendar_id) for calendar_id in told]
        self._rows = rows
        self._count = count
        self._where = marked(rows["special"])

    def words(self, name: str, codes: Mapping[Any, int]) -> ArrayLike:
        """Codes of words; those of ordinary tasks are 0."""
        return self._column([0 if word is None else codes[word] for word in self._rows[name] or ()], 0)

    def numbers(self, name: str, ordinary: float) -> ArrayLike:
        """Numbers as they are."""
        return self._column([ordinary if value is None else value for value in self._rows[name] or ()], ordinary)

    def calendars(self) -> ArrayLike:
        """Which of the project's calendars; NEVER for the one that the project works by."""
        return self._column(self._numbers, NEVER)

    def dates(self, name: str, convention: Convention) -> ArrayLike:
        """Instants of written dates, on the calendar of each task."""
        values = self._rows[name] or ()
        told = [(value, convention, calendar) for value, calendar in zip(values, self._calendars, strict=True)]
        return self._column(_instants_of(told), ABSENT)

    def constraint_dates(self) -> ArrayLike:
        """Instants of constraints, each by the convention of its type."""
        types, values = self._rows["constraint_type"] or (), self._rows["constraint_date"] or ()
        told = [
            (value, at_start if kind in BEGINS else at_finish, calendar)
            for kind, value, calendar in zip(types, values, self._calendars, strict=True)
        ]
        return self._column(_instants_of(told), ABSENT)

    def _column(self, values: list[Any], ordinary: float) -> ArrayLike:
        if values.count(ordinary) == len(values):
            return ordinary
        column = np.full(self._count, ordinary, np.float64 if isinstance(ordinary, float) else np.int64)
        column[self._where] = values
        return column


def _instants_of(written: Sequence[tuple[str | None, Convention, WorkCalendar]]) -> list[int]:
    """Each date once, however many tasks have it; ABSENT for None."""
    known = {each: ABSENT if each[0] is None else each[1](read_written(each[0]), each[2]) for each in set(written)}
    return [known[each] for each in written]


def instants(packed: bytes | None) -> Instants:
    """Packed 64-bit numbers."""
    return np.frombuffer(packed or b"", ">i8").astype(np.int64)


def marked(flags: str | None) -> NDArray[np.intp]:
    """Where a string of 0 and 1 has a 1."""
    return np.flatnonzero(np.frombuffer((flags or "").encode(), np.uint8) == ord("1"))
