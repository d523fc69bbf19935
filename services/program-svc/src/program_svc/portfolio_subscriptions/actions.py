"""What can happen to a subscription to a portfolio's reports."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import NotFound
from contracts.program_events.portfolio_subscriptions import (
    PortfolioSubscriptionCreated,
    PortfolioSubscriptionDeleted,
    PortfolioSubscriptionUpdated,
)
from program_svc.boundaries import lock_strategy
from program_svc.portfolio_subscriptions.models import (
    PortfolioSubscription,
    PortfolioSubscriptionCreate,
    PortfolioSubscriptionUpdate,
    state_of,
)
from program_svc.portfolios.actions import the_portfolio


async def the_subscription(session: AsyncSession, portfolio_id: UUID, subscription_id: UUID) -> PortfolioSubscription:
    """A subscription to this portfolio's reports. Raises NotFound."""
    subscription = await session.get(PortfolioSubscription, subscription_id)
    if subscription is None or subscription.portfolio_id != portfolio_id:
        raise NotFound(f"There is no subscription {subscription_id} to this portfolio's reports.")
    return subscription


async def create_subscription(
    session: AsyncSession, organization_id: UUID, portfolio_id: UUID, body: PortfolioSubscriptionCreate
) -> PortfolioSubscription:
    """Somebody is to be sent the portfolio's reports. Raises NotFound."""
    locked = await lock_strategy(session, organization_id)
    await the_portfolio(session, portfolio_id)
    reference = body.external_ref
    subscription = PortfolioSubscription(
        organization_id=organization_id,
        revision=locked.revision,
        portfolio_id=portfolio_id,
        title=body.title,
        cadence=body.cadence,
        starts_on=body.starts_on,
        recipient=body.recipient,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(subscription)
    await session.flush()
    locked.record(PortfolioSubscriptionCreated.of(state_of(subscription)))
    return subscription


async def update_subscription(
    session: AsyncSession,
    organization_id: UUID,
    portfolio_id: UUID,
    subscription_id: UUID,
    body: PortfolioSubscriptionUpdate,
    if_match: str | None,
) -> PortfolioSubscription:
    """Change a subscription, pause it, end it. Raises NotFound, StaleRevision, IllegalStep, InvalidRequest."""
    locked = await lock_strategy(session, organization_id)
    subscription = await the_subscription(session, portfolio_id, subscription_id)
    check_if_match(if_match, subscription)
    before = state_of(subscription)
    changes = changes_of(body)
    if (state := changes.pop("state", None)) is not None:
        subscription.take_to(state)
    for name, value in changes.items():
        setattr(subscription, name, value)
    subscription.check()
    if state_of(subscription) != before:
        locked.touch(subscription)
        locked.record(PortfolioSubscriptionUpdated.between(before, state_of(subscription)))
    return subscription


async def delete_subscription(
    session: AsyncSession, organization_id: UUID, portfolio_id: UUID, subscription_id: UUID, if_match: str | None
) -> None:
    """Remove a subscription; the reports that it brought stay. Raises NotFound, StaleRevision."""
    locked = await lock_strategy(session, organization_id)
    subscription = await the_subscription(session, portfolio_id, subscription_id)
    check_if_match(if_match, subscription)
    locked.touch(subscription)
    locked.record(PortfolioSubscriptionDeleted.of(state_of(subscription)))
    await session.flush()
    await session.delete(subscription)
