"""Every subscription of this service, and what follows on a batch of events: the dirty programs are settled, each once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.projection import Handler, Projection
from chassis.received import ReceivedEvent
from chassis.restoring import Restorer
from contracts import project_events as events
from contracts.subjects import BoundaryKind
from program_svc.boundaries import LockedProgram, lock_program
from program_svc.components.actions import drop_component
from program_svc.components.models import Component
from program_svc.network.queries import Unschedulable
from program_svc.network.settle import Changes, settle
from program_svc.replica.apply import drop_project, dropping, keep_project, keeping
from program_svc.replica.heard import write_heard
from program_svc.replica.models import ACTUALS, BUDGET_LINES, LINKS, RISKS, TASKS
from program_svc.replica.restore import CANCELLED, replace_project
from program_svc.replica.rows import actual_row, budget_line_row, link_row, risk_row, task_row

log = structlog.stdlib.get_logger(__name__)

# A project's own recalculations have no handler: dates that a project computed are no input. Their revisions count all the same.
HANDLERS: Mapping[str, Handler] = {
    events.ProjectCreated.event_type(): keep_project,
    events.ProjectUpdated.event_type(): keep_project,
    events.ProjectDeleted.event_type(): drop_project,
    events.TaskCreated.event_type(): keeping(events.TaskCreated, TASKS, task_row),
    events.TaskUpdated.event_type(): keeping(events.TaskUpdated, TASKS, task_row),
    events.TaskDeleted.event_type(): dropping(events.TaskDeleted, TASKS),
    events.LinkCreated.event_type(): keeping(events.LinkCreated, LINKS, link_row),
    events.LinkUpdated.event_type(): keeping(events.LinkUpdated, LINKS, link_row),
    events.LinkDeleted.event_type(): dropping(events.LinkDeleted, LINKS),
    events.BudgetLineCreated.event_type(): keeping(events.BudgetLineCreated, BUDGET_LINES, budget_line_row),
    events.BudgetLineUpdated.event_type(): keeping(events.BudgetLineUpdated, BUDGET_LINES, budget_line_row),
    events.BudgetLineDeleted.event_type(): dropping(events.BudgetLineDeleted, BUDGET_LINES),
    events.ActualRecorded.event_type(): keeping(events.ActualRecorded, ACTUALS, actual_row),
    events.RiskCreated.event_type(): keeping(events.RiskCreated, RISKS, risk_row),
    events.RiskUpdated.event_type(): keeping(events.RiskUpdated, RISKS, risk_row),
    events.RiskDeleted.event_type(): dropping(events.RiskDeleted, RISKS),
}

NETWORK = frozenset(
    event.event_type()
    for event in (
        events.ProjectCreated,
        events.ProjectUpdated,
        events.ProjectDeleted,
        events.TaskCreated,
        events.TaskUpdated,
        events.TaskDeleted,
        events.LinkCreated,
        events.LinkUpdated,
        events.LinkDeleted,
    )
)
"""The events that can change a program's network."""
DELETED = frozenset({events.ProjectDeleted.event_type(), events.TaskDeleted.event_type()})


async def settle_programs(session: AsyncSession, applied: Sequence[ReceivedEvent]) -> None:
    """Settle every program with a project among the events, in the order of their ids: locks are always taken in that order.

    Facts that make no network (a date beyond the calendar, say) leave the program's picture as it was until they are changed.
    """
    await write_heard(session, {event.boundary_id: event.revision for event in applied})
    by_project: dict[UUID, Changes] = {}
    deleted: set[UUID] = set()
    for event in applied:
        if event.type in NETWORK:
            note_change(by_project.setdefault(event.boundary_id, Changes()), event)
        if event.type == events.ProjectDeleted.event_type():
            deleted.add(event.boundary_id)
    await _settle_all(session, by_project, deleted)


async def restore_project(
    session: AsyncSession, _organization_id: UUID, project_id: UUID, snapshot: dict[str, Any] | None
) -> None:
    """Replace what is known of the project by its snapshot, and settle its program. None: the project is gone."""
    replaced = await replace_project(session, project_id, snapshot)
    deleted = {project_id} if snapshot is None else set()
    await _settle_all(session, {project_id: Changes(replaced.changed, replaced.lost)}, deleted)


async def _settle_all(session: AsyncSession, by_project: Mapping[UUID, Changes], deleted: Collection[UUID]) -> None:
    """Settle every program of these projects, in the order of their ids: locks are always taken in that order."""
    if not by_project:
        return
    found = select(Component.program_id).where(col(Component.project_id).in_(by_project)).distinct()
    for program_id in sorted(await session.scalars(found)):
        locked = await lock_program(session, program_id)
        await _settle_program(locked, by_project, deleted)


async def _settle_program(locked: LockedProgram, by_project: Mapping[UUID, Changes], deleted: Collection[UUID]) -> None:
    components = select(Component).where(
        col(Component.program_id) == locked.program.id, col(Component.project_id).in_(by_project)
    )
    changes = Changes()
    for component in (await locked.session.scalars(components)).all():
        changes.add(by_project[component.project_id])
        if component.project_id in deleted:
            await drop_component(locked, component)
    try:
        await settle(locked, changes)
    except Unschedulable as error:
        log.warning("program cannot be scheduled", program_id=str(locked.program.id), reason=error.detail)


def note_change(changes: Changes, event: ReceivedEvent) -> None:
    """Add what the event says to what changed."""
    record = event.data["record"]
    record_id = UUID(record["id"])
    changes.changed.add(record_id)
    if event.type in DELETED or record.get("state") in CANCELLED:
        changes.lost.add(record_id)


RESTORERS: Mapping[str, Restorer | None] = {
    BoundaryKind.PROJECT: Restorer("/projects/{id}/snapshot", restore_project),
}


def projection() -> Projection:
    """What this service does with the events of the PROJECT stream."""
    return Projection(HANDLERS, settle_programs, restorers=RESTORERS, service="program-svc")
