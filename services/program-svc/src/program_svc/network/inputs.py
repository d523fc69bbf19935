"""What the replica holds of tasks and links, as a plan takes it: rows to objects one by one, or to columns all at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis.statements import fetch
from planning import WorkCalendar
from planning.written import at_actual_finish, at_actual_start, at_finish
from program_svc.network.instants import constraint_of, read

DROPPED = "cancelled"
"""A project or a task in this state takes no part in the network."""

SUMMARY = planning.TaskKind.SUMMARY.value


class Values(Protocol):
    """A row of the replica. Dates are text, as they were written."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""
        ...


_TASKS = """
    SELECT id, project_id, parent_id, calendar_id, kind, duration, remaining_duration, mode, constraint_type, constraint_date, deadline,
           percent_complete::float8 AS percent_complete, actual_start, actual_finish
    FROM known_tasks WHERE project_id = ANY($1::uuid[]) AND state <> 'cancelled' ORDER BY id
"""
_LINKS = """
    SELECT id, predecessor_id, successor_id, type, lag, lag_calendar FROM known_links WHERE project_id = ANY($1::uuid[]) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tasks of some projects that were not cancelled, and all their links, in the order of ids. A link's end may not be among the tasks."""

    tasks: Sequence[Values]
    links: Sequence[Values]


async def inputs_of(session: AsyncSession, project_ids: Collection[UUID]) -> Inputs:
    """The inputs of these projects, in two statements."""
    ids = list(project_ids)
    return Inputs(await fetch(session, _TASKS, ids), await fetch(session, _LINKS, ids))


def task_of(row: Values, parent_id: UUID | None, calendar: WorkCalendar) -> planning.Task:
    """A row of known_tasks as a task of a plan, below this parent and on this calendar."""
    return planning.Task(
        id=row["id"],
        project_id=row["project_id"],
        kind=planning.TaskKind(row["kind"]),
        duration=row["duration"],
        remaining=row["remaining_duration"],
        parent_id=parent_id,
        calendar=calendar,
        mode=planning.SchedulingMode(row["mode"]),
        constraint=constraint_at(row["constraint_type"], row["constraint_date"], calendar),
        deadline=deadline_at(row["deadline"], calendar),
        percent_complete=float(row["percent_complete"]),
        actual_start=started_at(row["actual_start"], calendar),
        actual_finish=finished_at(row["actual_finish"], calendar),
    )


def link_of(row: Values) -> planning.Link:
    """A row of known_links as a link of a plan."""
    return planning.Link(
        id=row["id"],
        predecessor_id=row["predecessor_id"],
        successor_id=row["successor_id"],
        type=planning.LinkType(row["type"]),
        lag=row["lag"],
        lag_calendar=planning.LagCalendar(row["lag_calendar"]),
    )


# The same few days are written again and again in a large program.


@lru_cache(maxsize=10_000)
def constraint_at(kind: str | None, text: str | None, calendar: WorkCalendar) -> planning.Constraint | None:
    """The constraint that a task carries, if any."""
    return constraint_of(kind, text, calendar)


@lru_cache(maxsize=10_000)
def deadline_at(text: str | None, calendar: WorkCalendar) -> int | None:
    """The instant of a task's deadline."""
    return None if text is None else at_finish(read(text), calendar)


@lru_cache(maxsize=10_000)
def started_at(text: str | None, calendar: WorkCalendar) -> int | None:
    """The instant of an actual start."""
    return None if text is None else at_actual_start(read(text), calendar)


@lru_cache(maxsize=10_000)
def finished_at(text: str | None, calendar: WorkCalendar) -> int | None:
    """The instant of an actual finish."""
    return None if text is None else at_actual_finish(read(text), calendar)


def unresolved(inputs: Inputs) -> set[UUID]:
    """What records name and takes no part: parents that are not among the tasks, ends of links that are not, or are summaries."""
    kinds = {row["id"]: row["kind"] for row in inputs.tasks}
    named = {row["parent_id"] for row in inputs.tasks if row["parent_id"] is not None}
    ends = {row[end] for row in inputs.links for end in ("predecessor_id", "successor_id")}
    return (named - kinds.keys()) | {end for end in ends if kinds.get(end, SUMMARY) == SUMMARY}
