"""Periods of a subscription, one after the other, and which of them are to be reported on."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from contracts.program_events.subscriptions import Rhythm
from contracts.program_events.subscriptions import SubscriptionStatus as S

DAYS = {Rhythm.DAILY: 1, Rhythm.WEEKLY: 7, Rhythm.FORTNIGHTLY: 14}
MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3}
MONTHS_OF_YEAR = 12
STEPS: Mapping[str, tuple[str, ...]] = {S.ACTIVE: (S.PAUSED, S.ENDED), S.PAUSED: (S.ACTIVE, S.ENDED), S.ENDED: ()}
"""What becomes of a subscription."""
BEGAN = "/starts_on", "delivered_already", "Its first reports were sent: it began before."
"""What is wrong with one that would begin after what was delivered: pointer, rule, message."""


@dataclass(frozen=True, slots=True)
class Due:
    """A subscription that is to be delivered, whose it is, and the program or portfolio that it is on."""

    organization_id: UUID
    on_id: UUID
    id: UUID


class Periodic(Protocol):
    """What of a subscription tells its periods."""

    @property
    def cadence(self) -> Rhythm:
        """How long each is."""
        ...

    @property
    def starts_on(self) -> date:
        """The first day of the first."""
        ...

    @property
    def delivered_until(self) -> date | None:
        """The last day of the last one that was reported on."""
        ...


def over_until(subscription: Periodic, today: date) -> date | None:
    """The last day of the last period that is over today; none while the first one lasts."""
    begin, cadence = subscription.starts_on, subscription.cadence
    if today <= begin:
        return None
    if cadence in DAYS:
        whole = (today - begin).days // DAYS[cadence] * DAYS[cadence]
        return begin + timedelta(days=whole - 1) if whole else None
    months = (today.year - begin.year) * MONTHS_OF_YEAR + today.month - begin.month
    periods = months // MONTHS[cadence]
    if _months_after(begin, periods * MONTHS[cadence]) > today:
        periods -= 1
    return _months_after(begin, periods * MONTHS[cadence]) - timedelta(days=1) if periods > 0 else None


def period_due(subscription: Periodic, today: date) -> tuple[date, date] | None:
    """The days that are to be reported on: from the first that no report was sent for to the end of the last period that is over."""
    ends_on, until = over_until(subscription, today), subscription.delivered_until
    if ends_on is None or (until is not None and ends_on <= until):
        return None
    return (subscription.starts_on if until is None else until + timedelta(days=1)), ends_on


def is_due(subscription: Periodic, today: date) -> bool:
    """Whether there is something to be reported on."""
    return period_due(subscription, today) is not None


def begins_too_late(subscription: Periodic) -> bool:
    """Whether it would begin after what was delivered of it."""
    return subscription.delivered_until is not None and subscription.starts_on > subscription.delivered_until


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is too short."""
    years, month = divmod(day.month - 1 + months, MONTHS_OF_YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
