"""Who is sent a portfolio's status report, how often, and that it was sent."""

from contracts.events import Event, RecordEvent
from contracts.program_events.subscriptions import Rhythm, SubscriptionStatus
from contracts.subjects import BoundaryKind
from contracts.values import Day, ExternalRef, Id, Instant, Label, Name, Shape


class PortfolioSubscriptionFields(Shape):
    """Somebody gets a status report on the portfolio at the end of each period; the first one begins on ``starts_on``."""

    title: Name
    cadence: Rhythm = Rhythm.MONTHLY
    starts_on: Day
    recipient: Label = ""


class PortfolioSubscriptionState(PortfolioSubscriptionFields):
    """A subscription. ``delivered_until`` is the last day of the last period that a report was sent for, and that report."""

    id: Id
    organization_id: Id
    portfolio_id: Id
    external_ref: ExternalRef | None
    revision: int
    created_at: Instant
    updated_at: Instant
    state: SubscriptionStatus
    delivered_until: Day | None = None
    status_report_id: Id | None = None


class PortfolioSubscriptionEvent(RecordEvent[PortfolioSubscriptionState]):
    """About one subscription to a portfolio's reports."""

    boundary = BoundaryKind.STRATEGY
    record = "portfolio_subscription"
    path = "portfolios/{portfolio_id}/subscriptions/{id}"


class PortfolioSubscriptionCreated(PortfolioSubscriptionEvent):
    """Somebody is to be sent a portfolio's reports."""

    happened = "created"


class PortfolioSubscriptionUpdated(PortfolioSubscriptionEvent):
    """A subscription's fields or state changed."""

    happened = "updated"


class PortfolioSubscriptionDeleted(PortfolioSubscriptionEvent):
    """A subscription was removed, as one that should never have been there."""

    happened = "deleted"


class PortfolioSubscriptionDelivered(PortfolioSubscriptionEvent):
    """A period is over, and its report was sent: ``status_report_id``. What was missed during a pause is in one report."""

    happened = "delivered"


EVENTS: tuple[type[Event], ...] = (
    PortfolioSubscriptionCreated,
    PortfolioSubscriptionUpdated,
    PortfolioSubscriptionDeleted,
    PortfolioSubscriptionDelivered,
)
"""Every event version about subscriptions to portfolios."""
