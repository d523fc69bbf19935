"""Every subscription of this service, and what follows on a batch of events: the dirty programs are settled, each once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.projection import AfterBatch, Handler, Projection
from chassis.received import ReceivedEvent
from chassis.restoring import PASS_OVER, Restore, Restorer
from contracts import project_events as events
from contracts.project_events.registers import BASELINE, ISSUE, OUTSIDE_LINK
from contracts.subjects import BoundaryKind, Stream
from program_svc.boundaries import LockedProgram, hand_back, programs_of
from program_svc.components.actions import drop_component
from program_svc.components.models import Component
from program_svc.dependencies.standing import dissolve_lost
from program_svc.network.following import Batch, follow, parts_of
from program_svc.network.memory import Memory
from program_svc.network.queries import Unschedulable
from program_svc.network.settle import Changes
from program_svc.portfolio_projects.actions import leave_portfolios
from program_svc.replica.apply import drop_project, dropping, keep_project, keeping
from program_svc.replica.heard import CONTENTS, write_heard
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
from program_svc.replica.restore import CANCELLED, replace_project
from program_svc.replica.rows import (
    actual_row,
    baseline_row,
    budget_line_row,
    calendar_row,
    issue_row,
    link_row,
    outside_link_row,
    risk_row,
    task_row,
)
from program_svc.sums.keeping import keep_program_sums, keep_project_sums

CONSUMER = f"program-svc-{Stream.PROJECT.token}"
"""The name of this service's place in the stream."""
SNAPSHOT = "/projects/{id}/snapshot"

log = structlog.stdlib.get_logger(__name__)

# A project's own recalculations have no handler: dates that a project computed are no input. Their revisions count all the same.
HANDLERS: Mapping[str, Handler] = {
    events.ProjectCreated.event_type(): keep_project,
    events.ProjectUpdated.event_type(): keep_project,
    events.ProjectDeleted.event_type(): drop_project,
    events.CalendarCreated.event_type(): keeping(events.CalendarCreated, CALENDARS, calendar_row),
    events.CalendarUpdated.event_type(): keeping(events.CalendarUpdated, CALENDARS, calendar_row),
    events.CalendarDeleted.event_type(): dropping(events.CalendarDeleted, CALENDARS),
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
    events.ActualRecordedV2.event_type(): keeping(events.ActualRecordedV2, ACTUALS, actual_row),
    events.RiskCreated.event_type(): keeping(events.RiskCreated, RISKS, risk_row),
    events.RiskUpdated.event_type(): keeping(events.RiskUpdated, RISKS, risk_row),
    events.RiskDeleted.event_type(): dropping(events.RiskDeleted, RISKS),
    BASELINE.created.event_type(): keeping(BASELINE.created, BASELINES, baseline_row),
    BASELINE.updated.event_type(): keeping(BASELINE.updated, BASELINES, baseline_row),
    BASELINE.deleted.event_type(): dropping(BASELINE.deleted, BASELINES),
    ISSUE.created.event_type(): keeping(ISSUE.created, ISSUES, issue_row),
    ISSUE.updated.event_type(): keeping(ISSUE.updated, ISSUES, issue_row),
    ISSUE.deleted.event_type(): dropping(ISSUE.deleted, ISSUES),
    OUTSIDE_LINK.created.event_type(): keeping(OUTSIDE_LINK.created, OUTSIDE_LINKS, outside_link_row),
    OUTSIDE_LINK.updated.event_type(): keeping(OUTSIDE_LINK.updated, OUTSIDE_LINKS, outside_link_row),
    OUTSIDE_LINK.deleted.event_type(): dropping(OUTSIDE_LINK.deleted, OUTSIDE_LINKS),
}

NETWORK = frozenset(
    event.event_type()
    for event in (
        events.ProjectCreated,
        events.ProjectUpdated,
        events.ProjectDeleted,
        events.CalendarCreated,
        events.CalendarUpdated,
        events.CalendarDeleted,
        events.TaskCreated,
        events.TaskUpdated,
        events.TaskDeleted,
        events.LinkCreated,
        events.LinkUpdated,
        events.LinkDeleted,
    )
)
"""The events that can change a program's network."""
CALENDAR = frozenset(
    event.event_type() for event in (events.CalendarCreated, events.CalendarUpdated, events.CalendarDeleted)
)
"""What a calendar moves goes back to its project."""
KEPT = frozenset(
    event.event_type()
    for event in (
        events.BudgetLineCreated,
        events.BudgetLineUpdated,
        events.BudgetLineDeleted,
        events.ActualRecorded,
        events.ActualRecordedV2,
        events.RiskCreated,
        events.RiskUpdated,
        events.RiskDeleted,
        events.ProjectUpdated,
        events.ProjectDeleted,
    )
)
"""The events that can change the sums of a project, or its place in an order."""
DELETED = frozenset({events.ProjectDeleted.event_type(), events.TaskDeleted.event_type()})


class Settling:
    """What follows on a batch of events: every program with a project among them is settled, and remembered for the next batch."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def settle_programs(self, session: AsyncSession, applied: Sequence[ReceivedEvent]) -> None:
        """Settle the programs in the order of their ids: locks are always taken in that order.

        Facts that make no network (a date beyond the calendar, say) leave the program's picture as it was until they are changed.
        """
        last = {event.boundary_id: event for event in applied}
        batch = Batch.of(await write_heard(session, {id_: event.revision for id_, event in last.items()}), applied)
        by_project: dict[UUID, Changes] = {}
        deleted: set[UUID] = set()
        for event in applied:
            if event.type in NETWORK:
                note_change(by_project.setdefault(event.boundary_id, Changes()), event)
            if event.type == events.ProjectDeleted.event_type():
                deleted.add(event.boundary_id)
        quiet = {
            id_: (batch.first[id_].place, (*event.place, event.positions))
            for id_, event in last.items()
            if id_ not in by_project
        }
        if quiet:
            self._memory.pass_on_commit(session, quiet)
        await self._settle_all(session, batch, by_project, deleted)
        await keep_project_sums(session, {event.boundary_id for event in applied if event.type in KEPT})

    async def restore_project(
        self, session: AsyncSession, _organization_id: UUID, project_id: UUID, snapshot: dict[str, Any] | None
    ) -> None:
        """Replace what is known of the project by its snapshot, and settle its program. None: the project is gone."""
        replaced = await replace_project(session, project_id, snapshot)
        deleted = {project_id} if snapshot is None else set()
        await self._settle_all(session, None, {project_id: Changes(replaced.changed, replaced.lost)}, deleted)
        await keep_project_sums(session, {project_id})

    async def _settle_all(
        self, session: AsyncSession, batch: Batch | None, by_project: Mapping[UUID, Changes], deleted: Collection[UUID]
    ) -> None:
        """Settle every program of these projects. ``batch``: what was heard of them; none where more was replaced than events say."""
        if not by_project:
            return
        programs = await programs_of(session, by_project)
        for locked in programs:
            await outbox.catch_up(session)
            await self._settle_program(locked, batch, by_project, deleted)
            hand_back(locked)
        if deleted:
            await leave_portfolios(session, deleted)
            await keep_program_sums(session, {locked.program.id for locked in programs}, deleted)

    async def _settle_program(
        self, locked: LockedProgram, batch: Batch | None, by_project: Mapping[UUID, Changes], deleted: Collection[UUID]
    ) -> None:
        """A program that is over stays as it was, but that what is deleted leaves it."""
        changes, parts = Changes(), await parts_of(locked)
        for project_id in sorted(by_project.keys() & parts.places.keys()):
            changes.add(by_project[project_id])
            if project_id in deleted:
                await drop_component(locked, await locked.session.get_one(Component, parts.drop(project_id)))
        if not locked.program.is_open:
            await dissolve_lost(locked, changes.lost)
            return
        try:
            await follow(locked, self._memory, batch, changes, parts)
        except Unschedulable as error:
            log.warning("program cannot be scheduled", program_id=str(locked.program.id), reason=error.detail)


def note_change(changes: Changes, event: ReceivedEvent) -> None:
    """Add what the event says to what changed."""
    record = event.data["record"]
    record_id = UUID(record["id"])
    changes.changed.add(event.boundary_id if event.type in CALENDAR else record_id)
    if event.type in DELETED or record.get("state") in CANCELLED:
        changes.lost.add(record_id)


async def _keep_heard(session: AsyncSession, applied: Sequence[ReceivedEvent]) -> None:
    await write_heard(session, {event.boundary_id: event.revision for event in applied})


async def _replace(
    session: AsyncSession, _organization_id: UUID, project_id: UUID, snapshot: dict[str, Any] | None
) -> None:
    await replace_project(session, project_id, snapshot)


def replica_alone() -> Projection:
    """As `projection`, but nothing follows on what is heard: for a replica that is made beside the one in use."""
    return _projection(_keep_heard, _replace, None)


def projection(memory: Memory | None = None) -> Projection:
    """What this service does with the events of the PROJECT stream. One memory serves one projector."""
    settling = Settling(Memory() if memory is None else memory)
    return _projection(settling.settle_programs, settling.restore_project, "program-svc")


def _projection(after_batch: AfterBatch, restore: Restore, service: str | None) -> Projection:
    restorers: Mapping[str, Restorer | None] = {
        BoundaryKind.PROJECT: Restorer(SNAPSHOT, restore),
        BoundaryKind.WORK: PASS_OVER,
    }
    return Projection(HANDLERS, after_batch, restorers=restorers, service=service, keeps=(PROJECTS, *CONTENTS))
