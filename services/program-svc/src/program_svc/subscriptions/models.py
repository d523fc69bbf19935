"""Subscriptions to a program's reports: declared."""

from collections.abc import Iterable

from contracts.program_events.subscriptions import SUBSCRIPTION, SubscriptionFields, SubscriptionState
from contracts.program_events.subscriptions import SubscriptionStatus as S
from program_svc.register.declared import Broken, Declared
from program_svc.subscriptions.periods import BEGAN, STEPS, begins_too_late


def _rules(subscription: SubscriptionState) -> Iterable[Broken]:
    if begins_too_late(subscription):
        yield BEGAN


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
    steps=STEPS,
    rules=_rules,
)
