"""What each event of a project does to the replica. Events carry whole states, so every one is an upsert or a removal.

Called with the events of one project in the order of its revisions, each once.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.projection import Handler
from chassis.received import ReceivedEvent
from contracts import project_events as events
from contracts.events import RecordEvent
from contracts.project_events import (
    ActualState,
    BudgetLineState,
    LinkState,
    ProjectState,
    RiskState,
    TaskState,
)
from contracts.vocabulary import RiskStatus
from program_svc.replica.models import ACTUALS, BUDGET_LINES, LINKS, PROJECTS, RISKS, TASKS

CONTENTS = (TASKS, LINKS, BUDGET_LINES, ACTUALS, RISKS)


def project_row(project: ProjectState) -> dict[str, Any]:
    """The replica's row of a project."""
    return {
        "id": project.id,
        "organization_id": project.organization_id,
        "key": project.key,
        "name": project.name,
        "state": project.state.value,
        "start": _written(project.start),
        "deadline": _written(project.deadline),
        "data_date": _written(project.data_date),
        "currency": project.currency,
        "granularity": project.granularity.value,
    }


def task_row(task: TaskState) -> dict[str, Any]:
    """The replica's row of a task."""
    constraint = task.constraint
    return {
        "id": task.id,
        "organization_id": task.organization_id,
        "project_id": task.project_id,
        "parent_id": task.parent_id,
        "name": task.name,
        "kind": task.kind.value,
        "duration": task.duration.minutes,
        "remaining_duration": None if task.remaining_duration is None else task.remaining_duration.minutes,
        "mode": task.mode.value,
        "constraint_type": None if constraint is None else constraint.type.value,
        "constraint_date": None if constraint is None else _written(constraint.date),
        "deadline": _written(task.deadline),
        "percent_complete": task.percent_complete,
        "actual_start": _written(task.actual_start),
        "actual_finish": _written(task.actual_finish),
        "state": task.state.value,
    }


def link_row(link: LinkState) -> dict[str, Any]:
    """The replica's row of a link."""
    return {
        "id": link.id,
        "organization_id": link.organization_id,
        "project_id": link.project_id,
        "predecessor_id": link.predecessor_id,
        "successor_id": link.successor_id,
        "type": link.type.value,
        "lag": link.lag.minutes,
    }


def budget_line_row(line: BudgetLineState) -> dict[str, Any]:
    """The replica's row of a budget line."""
    return {
        "id": line.id,
        "organization_id": line.organization_id,
        "project_id": line.project_id,
        "task_id": line.task_id,
        "amount": line.amount.amount,
        "currency": line.amount.currency,
        "contingency": line.contingency,
    }


def actual_row(actual: ActualState) -> dict[str, Any]:
    """The replica's row of an actual cost."""
    return {
        "id": actual.id,
        "organization_id": actual.organization_id,
        "project_id": actual.project_id,
        "task_id": actual.task_id,
        "on": actual.on,
        "amount": actual.amount.amount,
        "currency": actual.amount.currency,
    }


def risk_row(risk: RiskState) -> dict[str, Any]:
    """The replica's row of a risk."""
    return {
        "id": risk.id,
        "organization_id": risk.organization_id,
        "project_id": risk.project_id,
        "task_id": risk.task_id,
        "title": risk.title,
        "kind": risk.kind.value,
        "is_open": risk.state not in {RiskStatus.CLOSED, RiskStatus.OCCURRED},
        "probability": risk.probability,
        "cost_impact": risk.cost_impact.amount,
        "currency": risk.cost_impact.currency,
        "days_impact": risk.days_impact.minutes,
        "emv": risk.emv.amount,
    }


async def keep_project(session: AsyncSession, received: ReceivedEvent) -> None:
    """A project was created or changed."""
    project = events.ProjectUpdated.read(received.data).data.record
    await _upsert(session, PROJECTS, project_row(project) | {"revision": received.revision})


async def drop_project(session: AsyncSession, received: ReceivedEvent) -> None:
    """A project is gone with all that belonged to it."""
    project_id = events.ProjectDeleted.read(received.data).data.record.id
    for table in CONTENTS:
        await session.execute(delete(table).where(table.c.project_id == project_id))
    await session.execute(delete(PROJECTS).where(PROJECTS.c.id == project_id))


def keeping(event: type[RecordEvent[Any]], table: Table, row: Callable[[Any], dict[str, Any]]) -> Handler:
    """A handler that keeps the event's record in this table."""

    async def keep(session: AsyncSession, received: ReceivedEvent) -> None:
        await _upsert(session, table, row(event.read(received.data).data.record))

    return keep


def dropping(event: type[RecordEvent[Any]], table: Table) -> Handler:
    """A handler that removes the event's record from this table."""

    async def drop(session: AsyncSession, received: ReceivedEvent) -> None:
        record_id: UUID = event.read(received.data).data.record.id
        await session.execute(delete(table).where(table.c.id == record_id))

    return drop


async def advance(session: AsyncSession, revisions: Mapping[UUID, int]) -> None:
    """Each of these projects is now known up to this revision."""
    statement = update(PROJECTS).where(PROJECTS.c.id == bindparam("project_id")).values(revision=bindparam("reached"))
    values = [{"project_id": project_id, "reached": revision} for project_id, revision in sorted(revisions.items())]
    await (await session.connection()).execute(statement, values)


async def _upsert(session: AsyncSession, table: Table, row: dict[str, Any]) -> None:
    statement = insert(table).values(row)
    overwritten = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    await session.execute(statement.on_conflict_do_update(index_elements=[table.c.id], set_=overwritten))


def _written(day: date | None) -> str | None:
    """A date as it was written: a moment keeps its minutes."""
    return None if day is None else day.isoformat()[:16]
