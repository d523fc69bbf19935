"""Who is sent a program's status report, how often, and that it was sent."""

from enum import StrEnum

from contracts.events import RecordEvent
from contracts.program_events.registered import Registered, life_of
from contracts.subjects import BoundaryKind
from contracts.values import Day, Id, Name, Shape


class Rhythm(StrEnum):
    """How long a period is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class SubscriptionStatus(StrEnum):
    """Whether reports are sent."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class SubscriptionFields(Shape):
    """A stakeholder gets a status report at the end of each period; the first one begins on ``starts_on``."""

    title: Name
    cadence: Rhythm = Rhythm.MONTHLY
    starts_on: Day
    stakeholder_id: Id | None = None


class SubscriptionState(SubscriptionFields, Registered):
    """A subscription. ``delivered_until`` is the last day of the last period that a report was sent for, and that report."""

    state: SubscriptionStatus
    delivered_until: Day | None = None
    status_report_id: Id | None = None


SUBSCRIPTION = life_of("subscription", "subscriptions", SubscriptionState)


class SubscriptionDelivered(RecordEvent[SubscriptionState]):
    """A period is over, and its report was sent: ``status_report_id``. What was missed during a pause is in one report."""

    boundary = BoundaryKind.PROGRAM
    record = "subscription"
    happened = "delivered"
    path = "programs/{program_id}/subscriptions/{id}"
