"""A baseline beside the program as it is, or another baseline: what was added, what is gone, what has moved, what costs more."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch
from contracts.program_events.control import BaselineState
from contracts.values import DayOrMoment, Duration, Id, Money, Name, Shape
from contracts.vocabulary import Granularity, TaskSide
from program_svc.baselines.beside import Beside
from program_svc.network.calendars import Calendars, calendars_of
from program_svc.network.instants import worked, written, written_or_none
from program_svc.replica.queries import known_projects

_DIFFERING = """
    SELECT coalesce(was.task_id, now.task_id) AS task_id, coalesce(was.project_id, now.project_id) AS project_id,
           coalesce(now.name, tasks.name, was.name) AS name, was.early_start, was.early_finish,
           now.early_start AS start_now, now.early_finish AS finish_now
    FROM (SELECT * FROM baseline_tasks WHERE baseline_id = $1) AS was
    FULL JOIN ({dates}) AS now ON now.task_id = was.task_id
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
    FULL JOIN ({dates}) AS now ON now.task_id = was.task_id
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


class RecostedProject(Shape):
    """A project whose budget in one currency differs; null where it has none."""

    project_id: Id
    budget_then: Money | None
    budget: Money | None


class ComparedDependency(Shape):
    """An agreement that was made since, is over, or has other dates."""

    dependency_id: Id
    difference: Literal["added", "removed", "moved"]
    needed_by_then: DayOrMoment | None
    needed_by: DayOrMoment | None
    promised_by_then: DayOrMoment | None
    promised_by: DayOrMoment | None


class Comparison(Shape):
    """The differences, a page of the tasks among them. Tasks that are gone stay in it, under the name that they had."""

    baseline_id: Id
    with_: Annotated[Id | None, Field(serialization_alias="with")]
    """The other baseline; null where it is compared with the program as it is."""
    finish_then: DayOrMoment | None
    finish: DayOrMoment | None
    added: int
    removed: int
    moved: int
    bac_then: list[Money]
    bac: list[Money]
    """Budget at completion, by currency."""
    recosted: list[RecostedProject]
    """By project."""
    dependencies_then: int
    dependencies: int
    """Those that are agreed."""
    differing_dependencies: list[ComparedDependency]
    """Empty for baselines from before what was agreed was kept one by one."""
    items: list[ComparedTask]
    next: str | None
    """Send it as `after` for the next page."""
    positions_then: dict[str, int]
    positions: dict[str, int]


async def compared(
    session: AsyncSession, baseline: BaselineState, beside: Beside, after: UUID | None, limit: int
) -> Comparison:
    """One page of what differs between a baseline and the program as it is, or another baseline."""
    rows = await fetch(session, _DIFFERING.format(dates=beside.dates), baseline.id, beside.id, after, limit + 1)
    (counts,) = await fetch(session, _COUNTS.format(dates=beside.dates), baseline.id, beside.id)
    project_ids = {row["project_id"] for row in rows} | {UUID(project_id) for project_id in beside.positions}
    projects = await known_projects(session, project_ids)
    calendars = await calendars_of(session, projects)
    by_minute = any(project.granularity == Granularity.MINUTE for project in projects.values())
    finest = Granularity.MINUTE if by_minute else Granularity.DAY
    shown = rows[:limit]
    return Comparison(
        baseline_id=baseline.id,
        with_=None if beside.id == baseline.program_id else beside.id,
        finish_then=written_or_none(counts[3], TaskSide.FINISH, finest),
        finish=written_or_none(counts[4], TaskSide.FINISH, finest),
        added=counts[0],
        removed=counts[1],
        moved=counts[2],
        bac_then=baseline.figures.bac,
        bac=beside.bac,
        recosted=_recosted(baseline, beside),
        dependencies_then=baseline.figures.dependencies,
        dependencies=beside.dependencies,
        differing_dependencies=_dependencies(baseline, beside),
        items=[_task(row, projects, calendars) for row in shown],
        next=str(shown[-1]["task_id"]) if len(rows) > limit else None,
        positions_then=baseline.positions,
        positions=dict(beside.positions),
    )


def _recosted(baseline: BaselineState, beside: Beside) -> list[RecostedProject]:
    then = {(each.project_id, each.budget.currency): each.budget for each in baseline.figures.budgets}
    now = {(each.project_id, each.budget.currency): each.budget for each in beside.budgets}
    return [
        RecostedProject(project_id=key[0], budget_then=then.get(key), budget=now.get(key))
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    ]


def _dependencies(baseline: BaselineState, beside: Beside) -> list[ComparedDependency]:
    if baseline.figures.agreed is None or beside.agreed is None:
        return []
    then, now = ({each.id: each for each in agreed} for agreed in (baseline.figures.agreed, beside.agreed))
    return [
        ComparedDependency(
            dependency_id=id_,
            difference="added" if was is None else "removed" if is_ is None else "moved",
            needed_by_then=None if was is None else was.needed_by,
            needed_by=None if is_ is None else is_.needed_by,
            promised_by_then=None if was is None else was.promised_by,
            promised_by=None if is_ is None else is_.promised_by,
        )
        for id_ in sorted(then.keys() | now.keys())
        if (was := then.get(id_)) != (is_ := now.get(id_))
    ]


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
