"""Sending what is due: a status report for the period that is over, and the event that tells of it.

A delivery is one transaction behind the program's lock: the report is frozen, the subscription says until when it was delivered, both are told
by events, and webhooks carry these on. Whoever comes a second time finds it done. What was missed, while nobody was there to send it or
the subscription was paused, is one report from the first missed day on.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from contracts.program_events.control import StatusReportState
from contracts.program_events.subscriptions import SubscriptionDelivered, SubscriptionState, SubscriptionStatus
from contracts.project_events.reports import StatusReportFields
from contracts.vocabulary import ProgramStatus
from program_svc.boundaries import LockedProgram, lock_program
from program_svc.register.actions import find
from program_svc.register.tables import record_of
from program_svc.reports.publishing import publish
from program_svc.sender import ITSELF, sent_for
from program_svc.subscriptions.models import SUBSCRIPTIONS
from program_svc.subscriptions.periods import Due, is_due, period_due
from program_svc.tables import now

AT_REST = frozenset({ProgramStatus.CLOSED, ProgramStatus.TERMINATED})
"""Programs of which nobody is told any more."""


async def due_in(session: AsyncSession, organization_id: UUID, today: date) -> Sequence[Due]:
    """The organisation's active subscriptions with a period that is over and not delivered."""
    table = SUBSCRIPTIONS.table
    active = select(table).where(table.c.state == SubscriptionStatus.ACTIVE, table.c.starts_on < today)
    found = [
        record_of(SubscriptionState, row) for row in (await session.execute(active.order_by(table.c.id))).mappings()
    ]
    return [Due(organization_id, each.program_id, each.id) for each in found if is_due(each, today)]


async def deliver(session: AsyncSession, due: Due, today: date) -> StatusReportState | None:
    """Send one report; none where it was sent meanwhile, paused, or its program has ended. Raises Unschedulable, NotFound."""
    locked = await lock_program(session, due.on_id)
    subscription = await find(session, due.on_id, SUBSCRIPTIONS, due.id)
    period = period_due(subscription, today)
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
    await outbox.flush(locked.session, sent_for(f"subscriptions/{after.id}"))
    return report
