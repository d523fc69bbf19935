"""Subscriptions to a portfolio's reports: table, rules, shapes."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.paging import PageQuery
from chassis.patch import unset
from chassis.problem import invalid
from contracts.program_events.portfolio_subscriptions import PortfolioSubscriptionFields, PortfolioSubscriptionState
from contracts.program_events.subscriptions import Rhythm, SubscriptionStatus
from contracts.values import Day, ExternalRef, Label, Name, Shape
from program_svc.programs.models import IllegalStep
from program_svc.subscriptions.periods import BEGAN, STEPS, begins_too_late
from program_svc.tables import Record, enumerated


class PortfolioSubscription(Record, table=True):
    """Who gets a portfolio's report at the end of each period."""

    __tablename__ = "portfolio_subscriptions"
    __table_args__ = (
        sa.UniqueConstraint(
            "organization_id", "external_source", "external_id", name="uq_portfolio_subscriptions_external_ref"
        ),
    )

    portfolio_id: UUID = Field(foreign_key="portfolios.id", ondelete="CASCADE", index=True)
    title: str
    cadence: Rhythm = Field(sa_type=enumerated(Rhythm))
    starts_on: date
    recipient: str
    state: SubscriptionStatus = Field(default=SubscriptionStatus.ACTIVE, sa_type=enumerated(SubscriptionStatus))
    delivered_until: date | None = None
    status_report_id: UUID | None = Field(default=None, foreign_key="portfolio_reports.id", index=True)

    def take_to(self, state: SubscriptionStatus) -> None:
        """Pause it, go on with it, end it. Raises IllegalStep."""
        legal = STEPS[self.state]
        if state is not self.state and state not in legal:
            raise IllegalStep(
                f"A subscription that is {self.state} cannot become {state}; legal: {', '.join(legal) or 'nothing'}.",
                legal=list(legal),
            )
        self.state = state

    def check(self) -> None:
        """Raise InvalidRequest if it would begin after what was delivered."""
        if begins_too_late(self):
            raise invalid(*BEGAN)


class PortfolioSubscriptionCreate(PortfolioSubscriptionFields):
    """A new subscription to a portfolio's reports."""

    external_ref: ExternalRef | None = None


class PortfolioSubscriptionUpdate(Shape):
    """A change of a subscription (JSON Merge Patch): what is absent stays."""

    title: Name = unset()
    cadence: Rhythm = unset()
    starts_on: Day = unset()
    recipient: Label = unset()
    state: SubscriptionStatus = unset()


class PortfolioSubscriptionQuery(PageQuery):
    """Which subscriptions."""

    state: SubscriptionStatus | None = None
    cadence: Rhythm | None = None


def state_of(subscription: PortfolioSubscription) -> PortfolioSubscriptionState:
    """The subscription as it goes over the wire."""
    return PortfolioSubscriptionState(
        **{name: getattr(subscription, name) for name in PortfolioSubscriptionState.model_fields}
    )
