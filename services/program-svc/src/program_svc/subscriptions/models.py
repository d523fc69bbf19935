"""Subscriptions: declared; and their periods, one after the other."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from contracts.program_events.subscriptions import SUBSCRIPTION, Rhythm, SubscriptionFields, SubscriptionState
from contracts.program_events.subscriptions import SubscriptionStatus as S
from program_svc.register.declared import Broken, Declared

DAYS = {Rhythm.DAILY: 1, Rhythm.WEEKLY: 7, Rhythm.FORTNIGHTLY: 14}
MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3}
MONTHS_OF_YEAR = 12


def over_until(subscription: SubscriptionState, today: date) -> date | None:
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


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is too short."""
    years, month = divmod(day.month - 1 + months, MONTHS_OF_YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _rules(subscription: SubscriptionState) -> Iterable[Broken]:
    if subscription.delivered_until is not None and subscription.starts_on > subscription.delivered_until:
        yield "/starts_on", "delivered_already", "Its first reports were sent: it began before."


SUBSCRIPTIONS = Declared(
    name="subscription",
    collection="subscriptions",
    about="a stakeholder gets a status report at the end of each period.",
    fields=SubscriptionFields,
    state=SubscriptionState,
    life=SUBSCRIPTION,
    filters=("state", "cadence", "stakeholder_id"),
    sorts=("title", "starts_on"),
    begins=S.ACTIVE,
    steps={S.ACTIVE: (S.PAUSED, S.ENDED), S.PAUSED: (S.ACTIVE, S.ENDED), S.ENDED: ()},
    rules=_rules,
)
