"""Sending what is due: a status report for the period that is over, and the event that tells of it.

A delivery is one transaction behind the program's lock: the report is frozen, the subscription says until when it was delivered, both are told
by events, and webhooks carry these on. Whoever comes a second time finds it done. What was missed, while nobody was there to send it or
the subscription was paused, is one report from the first missed day on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from chassis import outbox
from chassis.database import Database
from chassis.problem import Problem
from chassis.statements import fetch
from contracts.program_events.control import StatusReportState
from contracts.program_events.subscriptions import SubscriptionDelivered, SubscriptionState, SubscriptionStatus
from contracts.project_events.reports import StatusReportFields
from contracts.provenance import Provenance
from contracts.vocabulary import ProgramStatus
from program_svc.boundaries import LockedProgram, lock_program
from program_svc.register.actions import find
from program_svc.register.tables import record_of
from program_svc.reports.publishing import publish
from program_svc.subscriptions.models import SUBSCRIPTIONS, over_until
from program_svc.tables import now

ITSELF = "program-svc"
AT_REST = frozenset({ProgramStatus.CLOSED, ProgramStatus.TERMINATED})
"""Programs of which nobody is told any more."""

_ORGANIZATIONS = "SELECT DISTINCT organization_id FROM boundary_positions"

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A subscription that is to be delivered, and whose it is."""

    organization_id: UUID
    program_id: UUID
    id: UUID


async def deliver_due(database: Database, today: date) -> int:
    """Send all that is due today; one that cannot be sent holds up no other one. Returns how many were sent."""
    async with database.transaction() as session:
        organizations = [row["organization_id"] for row in await fetch(session, _ORGANIZATIONS)]
    sent = 0
    for organization_id in sorted(organizations):
        async with database.transaction(organization_id) as session:
            waiting = await due_in(session, organization_id, today)
        for due in waiting:
            try:
                async with database.transaction(organization_id) as session:
                    sent += await deliver(session, due, today) is not None
            except Problem as problem:
                log.warning("subscription not delivered", subscription=str(due.id), reason=problem.detail)
    return sent


async def due_in(session: AsyncSession, organization_id: UUID, today: date) -> Sequence[Due]:
    """The organisation's active subscriptions with a period that is over and not delivered."""
    table = SUBSCRIPTIONS.table
    active = select(table).where(table.c.state == SubscriptionStatus.ACTIVE, table.c.starts_on < today)
    found = [
        record_of(SubscriptionState, row) for row in (await session.execute(active.order_by(table.c.id))).mappings()
    ]
    return [Due(organization_id, each.program_id, each.id) for each in found if _period(each, today) is not None]


async def deliver(session: AsyncSession, due: Due, today: date) -> StatusReportState | None:
    """Send one report; none where it was sent meanwhile, paused, or its program has ended. Raises Unschedulable, NotFound."""
    locked = await lock_program(session, due.program_id)
    subscription = await find(session, due.program_id, SUBSCRIPTIONS, due.id)
    period = _period(subscription, today)
    if period is None or subscription.state is not SubscriptionStatus.ACTIVE or locked.program.state in AT_REST:
        return None
    return await _send(locked, subscription, *period)


async def _send(
    locked: LockedProgram, subscription: SubscriptionState, starts_on: date, ends_on: date
) -> StatusReportState:
    told = StatusReportFields(title=subscription.title, starts_on=starts_on, ends_on=ends_on)
    report = await publish(locked, told, ITSELF)
    sent = {"delivered_until": ends_on, "status_report_id": report.id, "revision": locked.revision, "updated_at": now()}
    after = subscription.model_copy(update=sent)
    table = SUBSCRIPTIONS.table
    await locked.session.execute(update(table).where(table.c.id == after.id).values(sent))
    locked.record(SubscriptionDelivered.between(subscription, after))
    came = Provenance(cause=f"subscriptions/{after.id}")
    await outbox.flush(locked.session, outbox.Origin(ITSELF, None, str(uuid7()), None, came))
    return report


def _period(subscription: SubscriptionState, today: date) -> tuple[date, date] | None:
    """The days that are to be reported on: from the first that no report was sent for to the end of the last period that is over."""
    ends_on, until = over_until(subscription, today), subscription.delivered_until
    if ends_on is None or (until is not None and ends_on <= until):
        return None
    return (subscription.starts_on if until is None else until + timedelta(days=1)), ends_on
