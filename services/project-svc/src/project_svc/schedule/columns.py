"""A project's plan as columns: what its schedule is computed from, here and in the program service alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import planning
from planning import MON_TO_FRI
from planning.engine import ABSENT, NEVER, Columns, Dates, ImposedColumns, LinkColumns, TaskColumns
from planning.engine.arrays import Instants
from planning.engine.codes import CONSTRAINT, KIND, LINK, MODE, SIDE
from planning.written import BEGINS, at_actual_finish, at_actual_start, at_finish, at_start
from project_svc.projects.models import Project
from project_svc.projects.reading import ReadProject
from project_svc.records import read_written
from project_svc.schedule.ids import Ids
from project_svc.schedule.problems import explained
from project_svc.schedule.rows import plan_rows

Convention = Callable[[date], int]


@dataclass(frozen=True, slots=True)
class PlanColumns:
    """A plan as columns, and the packed ids behind its rows."""

    columns: Columns
    tasks: Ids
    links: Ids
    dependencies: Ids


def plan_columns_of(project: Project, rows: Any) -> PlanColumns:
    """The plan behind `project_svc.schedule.rows`. Cancelled tasks take no part in it, nor do their links.

    One calendar, Monday to Friday, for the project and with it for all its tasks and lags.
    """
    tasks = Ids(rows["task_id"])
    link_ids, links = _links(tasks, rows)
    dependency_ids, imposed = _imposed(tasks, rows)
    columns = Columns(projects=[_project(project)], tasks=_tasks(tasks, rows), links=links, imposed=imposed)
    return PlanColumns(columns, tasks, link_ids, dependency_ids)


async def plan_columns(project: ReadProject) -> PlanColumns:
    """The plan as this transaction sees it."""
    return plan_columns_of(project.row, await plan_rows(project.session, project.id))


def computed(plan: PlanColumns) -> Dates:
    """The plan's schedule. Raises Cycle, OutsideTime, Unschedulable (409)."""
    try:
        return planning.compute(plan.columns)
    except planning.PlanError as error:
        raise explained(error) from error


def _project(project: Project) -> planning.Project:
    return planning.Project(
        id=project.id,
        start=at_start(project.start),
        deadline=None if project.deadline is None else at_finish(project.deadline),
        data_date=None if project.data_date is None else at_finish(project.data_date),
        calendar=MON_TO_FRI,
    )


def _tasks(ids: Ids, rows: Any) -> TaskColumns:
    special = _Special(len(ids), rows)
    return TaskColumns.of(
        ids,
        duration=instants(rows["duration"]),
        parent=_parents(ids, rows),
        kind=special.words("kind", KIND),
        remaining=special.numbers("remaining_duration", ABSENT),
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
    )


def _imposed(tasks: Ids, rows: Any) -> tuple[Ids, ImposedColumns]:
    if not rows["dependency_id"]:
        return Ids(), ImposedColumns.of()
    imposed_on = Ids(rows["imposed_on"]).rows_in(tasks)
    planned = (imposed_on != NEVER).nonzero()[0]
    told = [(rows["side"][row], read_written(rows["at"][row])) for row in planned]
    ids = Ids(rows["dependency_id"]).taken(planned)
    return ids, ImposedColumns.of(
        ids,
        task=imposed_on[planned],
        at=[at_start(date) if side == "start" else at_finish(date) for side, date in told],
        side=[SIDE[side] for side, _ in told],
    )


class _Special:
    """Columns of what few tasks have: the value of an ordinary task everywhere, but where a special task has its own."""

    def __init__(self, count: int, rows: Any) -> None:
        self._rows = rows
        self._count = count
        self._where = marked(rows["special"])

    def words(self, name: str, codes: Mapping[Any, int]) -> ArrayLike:
        """Codes of words; those of ordinary tasks are 0."""
        return self._column([0 if word is None else codes[word] for word in self._rows[name] or ()], 0)

    def numbers(self, name: str, ordinary: float) -> ArrayLike:
        """Numbers as they are."""
        return self._column([ordinary if value is None else value for value in self._rows[name] or ()], ordinary)

    def dates(self, name: str, convention: Convention) -> ArrayLike:
        """Instants of written dates."""
        values = self._rows[name] or ()
        return self._column(_instants_of([(value, convention) for value in values]), ABSENT)

    def constraint_dates(self) -> ArrayLike:
        """Instants of constraints, each by the convention of its type."""
        types, values = self._rows["constraint_type"] or (), self._rows["constraint_date"] or ()
        told = [(value, at_start if kind in BEGINS else at_finish) for kind, value in zip(types, values, strict=True)]
        return self._column(_instants_of(told), ABSENT)

    def _column(self, values: list[Any], ordinary: float) -> ArrayLike:
        if values.count(ordinary) == len(values):
            return ordinary
        column = np.full(self._count, ordinary, np.float64 if isinstance(ordinary, float) else np.int64)
        column[self._where] = values
        return column


def _instants_of(written: Sequence[tuple[str | None, Convention]]) -> list[int]:
    """Each date once, however many tasks have it; ABSENT for None."""
    known = {each: ABSENT if each[0] is None else each[1](read_written(each[0])) for each in set(written)}
    return [known[each] for each in written]


def instants(packed: bytes | None) -> Instants:
    """Packed 64-bit numbers."""
    return np.frombuffer(packed or b"", ">i8").astype(np.int64)


def marked(flags: str | None) -> NDArray[np.intp]:
    """Where a string of 0 and 1 has a 1."""
    return np.flatnonzero(np.frombuffer((flags or "").encode(), np.uint8) == ord("1"))
