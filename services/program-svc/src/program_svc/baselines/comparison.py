"""A baseline beside the program as it is: what was added, what is gone, what has moved and by how much."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch
from contracts.program_events.control import BaselineState
from contracts.values import DayOrMoment, Duration, Id, Name, Shape
from contracts.vocabulary import Granularity, TaskSide
from program_svc.network.calendars import Calendars, calendars_of
from program_svc.network.instants import worked, written, written_or_none
from program_svc.replica.queries import known_projects

_DIFFERING = """
    SELECT coalesce(was.task_id, now.task_id) AS task_id, coalesce(was.project_id, now.project_id) AS project_id,
           coalesce(tasks.name, was.name) AS name, was.early_start, was.early_finish,
           now.early_start AS start_now, now.early_finish AS finish_now
    FROM (SELECT * FROM baseline_tasks WHERE baseline_id = $1) AS was
    FULL JOIN (SELECT * FROM program_schedule WHERE program_id = $2) AS now ON now.task_id = was.task_id
    LEFT JOIN known_tasks AS tasks ON tasks.id = now.task_id
    WHERE (was.early_start, was.early_finish) IS DISTINCT FROM (now.early_start, now.early_finish)
      AND ($3::uuid IS NULL OR coalesce(was.task_id, now.task_id) > $3)
    ORDER BY coalesce(was.task_id, now.task_id) LIMIT $4
"""
_COUNTS = """
    SELECT count(*) FILTER (WHERE was.task_id IS NULL), count(*) FILTER (WHERE now.task_id IS NULL),
           count(*) FILTER (WHERE was.task_id IS NOT NULL AND now.task_id IS NOT NULL
                            AND (was.early_start, was.early_finish) <> (now.early_start, now.early_finish)),
           max(was.early_finish), max(now.early_finish)
    FROM (SELECT * FROM baseline_tasks WHERE baseline_id = $1) AS was
    FULL JOIN (SELECT * FROM program_schedule WHERE program_id = $2) AS now ON now.task_id = was.task_id
"""


class ComparedTask(Shape):
    """A task that differs. ``variance``: of its finish, in working time, positive is late; null where it is in one of the two alone."""

    task_id: Id
    project_id: Id
    name: Name
    difference: Literal["added", "removed", "moved"]
    start_then: DayOrMoment | None
    finish_then: DayOrMoment | None
    start: DayOrMoment | None
    finish: DayOrMoment | None
    variance: Duration | None


class Comparison(Shape):
    """The differences, a page of the tasks among them. Tasks that are gone stay in it, under the name that they had."""

    baseline_id: Id
    finish_then: DayOrMoment | None
    finish: DayOrMoment | None
    added: int
    removed: int
    moved: int
    items: list[ComparedTask]
    next: str | None
    """Send it as `after` for the next page."""
    positions_then: dict[str, int]
    positions: dict[str, int]


async def compared(
    session: AsyncSession, baseline: BaselineState, after: UUID | None, limit: int, positions: Mapping[UUID, int]
) -> Comparison:
    """One page of what differs between a baseline and the program's present dates."""
    rows = await fetch(session, _DIFFERING, baseline.id, baseline.program_id, after, limit + 1)
    (counts,) = await fetch(session, _COUNTS, baseline.id, baseline.program_id)
    projects = await known_projects(session, {row["project_id"] for row in rows} | set(positions))
    calendars = await calendars_of(session, projects)
    by_minute = any(project.granularity == Granularity.MINUTE for project in projects.values())
    finest = Granularity.MINUTE if by_minute else Granularity.DAY
    shown = rows[:limit]
    return Comparison(
        baseline_id=baseline.id,
        finish_then=written_or_none(counts[3], TaskSide.FINISH, finest),
        finish=written_or_none(counts[4], TaskSide.FINISH, finest),
        added=counts[0],
        removed=counts[1],
        moved=counts[2],
        items=[_task(row, projects, calendars) for row in shown],
        next=str(shown[-1]["task_id"]) if len(rows) > limit else None,
        positions_then=baseline.positions,
        positions={str(project_id): revision for project_id, revision in positions.items()},
    )


def _task(row: Any, projects: Mapping[UUID, Any], calendars: Calendars) -> ComparedTask:
    project = projects.get(row["project_id"])
    granularity = Granularity.DAY if project is None else project.granularity
    was, now = row["early_finish"], row["finish_now"]

    def told(instant: int | None, side: TaskSide) -> Any:
        return None if instant is None else written(instant, side, granularity)

    return ComparedTask(
        task_id=row["task_id"],
        project_id=row["project_id"],
        name=row["name"],
        difference="added" if was is None else "removed" if now is None else "moved",
        start_then=told(row["early_start"], TaskSide.START),
        finish_then=told(was, TaskSide.FINISH),
        start=told(row["start_now"], TaskSide.START),
        finish=told(now, TaskSide.FINISH),
        variance=None
        if was is None or now is None or project is None
        else worked(calendars.of_project(project), was, now),
    )
