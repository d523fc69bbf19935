"""A project's part of the replica, made anew from the project's snapshot: what events would have led to, without the events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.project_events import (
    ActualState,
    BudgetLineState,
    CalendarState,
    LinkState,
    ProjectState,
    RiskState,
    TaskState,
)
from contracts.project_events.baselines import BaselineState
from contracts.project_events.log import IssueState
from contracts.project_events.outside_links import OutsideLinkState
from contracts.values import Shape
from contracts.vocabulary import ProjectStatus, TaskStatus
from program_svc.replica.heard import CONTENTS, heard_in, write_heard
from program_svc.replica.models import (
    ACTUALS,
    BASELINES,
    BUDGET_LINES,
    CALENDARS,
    ISSUES,
    LINKS,
    OUTSIDE_LINKS,
    PROJECTS,
    RISKS,
    TASKS,
)
from program_svc.replica.rows import (
    Row,
    actual_row,
    baseline_row,
    budget_line_row,
    calendar_row,
    issue_row,
    link_row,
    outside_link_row,
    project_row,
    risk_row,
    task_row,
)

CANCELLED = {ProjectStatus.CANCELLED.value, TaskStatus.CANCELLED.value}


class Needed(Shape):
    """What the replica needs of `contracts.snapshots.ProjectSnapshot`: an older or newer owner may leave out or add the rest."""

    revision: int
    project: ProjectState
    calendars: list[CalendarState] = Field(default_factory=list)
    tasks: list[TaskState]
    links: list[LinkState]
    budget_lines: list[BudgetLineState]
    actuals: list[ActualState]
    risks: list[RiskState]
    issues: list[IssueState] = Field(default_factory=list)
    baselines: list[BaselineState] = Field(default_factory=list)
    outside_links: list[OutsideLinkState] = Field(default_factory=list)


@dataclass(slots=True)
class Replaced:
    """What differs now: ids of the project, its tasks and links; `lost` are those that are gone or cancelled."""

    changed: set[UUID] = field(default_factory=set)
    lost: set[UUID] = field(default_factory=set)


async def replace_project(session: AsyncSession, project_id: UUID, document: dict[str, Any] | None) -> Replaced:
    """Replace all rows of the project by those of the snapshot, or drop them when there is none. Raises ValidationError."""
    if document is None:
        known = await _known(session, TASKS, project_id)
        heard_in(session).forget_project(project_id)
        await write_heard(session, {})
        return Replaced({project_id}, {project_id, *known})
    snapshot = Needed.model_validate(document, extra="ignore")
    replaced = Replaced({project_id})
    contents: dict[Table, Iterable[Row]] = {
        CALENDARS: map(calendar_row, snapshot.calendars),
        TASKS: map(task_row, snapshot.tasks),
        LINKS: map(link_row, snapshot.links),
        BUDGET_LINES: map(budget_line_row, snapshot.budget_lines),
        ACTUALS: map(actual_row, snapshot.actuals),
        RISKS: map(risk_row, snapshot.risks),
        ISSUES: map(issue_row, snapshot.issues),
        BASELINES: map(baseline_row, snapshot.baselines),
        OUTSIDE_LINKS: map(outside_link_row, snapshot.outside_links),
    }
    project = project_row(snapshot.project) | {"revision": snapshot.revision}
    heard_in(session).keep(PROJECTS, project)
    for table in CONTENTS:
        await _replace(session, table, project_id, {row["id"]: row for row in contents[table]}, replaced)
    if project["state"] in CANCELLED:
        replaced.lost.add(project_id)
    await write_heard(session, {project_id: snapshot.revision})
    return replaced


async def _replace(
    session: AsyncSession, table: Table, project_id: UUID, rows: dict[UUID, Row], replaced: Replaced
) -> None:
    known = await _known(session, table, project_id)
    for id_ in known.keys() - rows.keys():
        heard_in(session).forget(table, id_)
    differing = {id_ for id_, row in rows.items() if known.get(id_) != row}
    for id_ in differing:
        heard_in(session).keep(table, rows[id_])
    if table in {TASKS, LINKS}:
        replaced.changed |= differing | (known.keys() - rows.keys())
    if table is TASKS:
        replaced.lost |= known.keys() - rows.keys()
        replaced.lost |= {id_ for id_ in differing if rows[id_]["state"] in CANCELLED}


async def _known(session: AsyncSession, table: Table, project_id: UUID) -> dict[UUID, Row]:
    found = await session.execute(select(table).where(table.c.project_id == project_id))
    return {row.id: row._asdict() for row in found}
