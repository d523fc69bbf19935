"""Sending what is due on portfolios: as of programs, behind the lock of the organisation's strategy."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis import outbox
from contracts.program_events.portfolio_subscriptions import PortfolioSubscriptionDelivered
from contracts.program_events.subscriptions import SubscriptionStatus
from contracts.project_events.reports import StatusReportFields
from program_svc.boundaries import lock_strategy
from program_svc.portfolio_subscriptions.actions import the_subscription
from program_svc.portfolio_subscriptions.models import PortfolioSubscription, state_of
from program_svc.portfolios.reports import PortfolioReport, publish_portfolio_report
from program_svc.sender import ITSELF, sent_for
from program_svc.subscriptions.periods import Due, is_due, period_due


async def due_in(session: AsyncSession, organization_id: UUID, today: date) -> Sequence[Due]:
    """The organisation's active subscriptions to portfolios with a period that is over and not delivered."""
    found = select(PortfolioSubscription).where(
        col(PortfolioSubscription.state) == SubscriptionStatus.ACTIVE, col(PortfolioSubscription.starts_on) < today
    )
    active = await session.scalars(found.order_by(col(PortfolioSubscription.id)))
    return [Due(organization_id, each.portfolio_id, each.id) for each in active if is_due(each, today)]


async def deliver(session: AsyncSession, due: Due, today: date) -> PortfolioReport | None:
    """Send one report; none where it was sent meanwhile or paused. Raises NotFound."""
    locked = await lock_strategy(session, due.organization_id)
    subscription = await the_subscription(session, due.on_id, due.id)
    period = period_due(subscription, today)
    if period is None or subscription.state is not SubscriptionStatus.ACTIVE:
        return None
    starts_on, ends_on = period
    told = StatusReportFields(title=subscription.title, starts_on=starts_on, ends_on=ends_on)
    report = await publish_portfolio_report(session, locked, due.on_id, told, ITSELF)
    before = state_of(subscription)
    subscription.delivered_until, subscription.status_report_id = ends_on, report.id
    locked.touch(subscription)
    locked.record(PortfolioSubscriptionDelivered.between(before, state_of(subscription)))
    await outbox.flush(session, sent_for(f"subscriptions/{subscription.id}"))
    return report
