"""What a program may spend in which period, and the rates that its figures are converted by."""

from collections.abc import Iterable

from contracts.program_events.governance import ExchangeRateFields, ExchangeRateState, FundingFields, FundingState
from contracts.program_events.registers import EXCHANGE_RATE, FUNDING
from program_svc.register.declared import Broken, Declared


def _funding_rules(funding: FundingState) -> Iterable[Broken]:
    if funding.ends_on < funding.starts_on:
        yield "/ends_on", "ends_before_it_starts", "The period would end before it begins."
    if funding.amount.amount < 0:
        yield "/amount", "negative_amount", "Funding is not negative."


FUNDINGS = Declared(
    name="funding",
    collection="funding",
    about="money that may be spent in a period.",
    fields=FundingFields,
    state=FundingState,
    life=FUNDING,
    filters=("kind", "source"),
    sorts=("starts_on", "source"),
    rules=_funding_rules,
)


def _rate_rules(rate: ExchangeRateState) -> Iterable[Broken]:
    if rate.rate <= 0:
        yield "/rate", "rate_not_positive", "A rate is above zero."


EXCHANGE_RATES = Declared(
    name="exchange_rate",
    collection="exchange_rates",
    about="what one unit of a currency is in the program's own from a day on.",
    fields=ExchangeRateFields,
    state=ExchangeRateState,
    life=EXCHANGE_RATE,
    filters=("currency",),
    sorts=("valid_from", "currency"),
    rules=_rate_rules,
)
