"""Single values as JSON shows them. Records of one kind are much alike in these: a page of a hundred has a handful of each."""

from decimal import Decimal
from functools import lru_cache

from contracts.values import Duration
from contracts.values.money import shown_amount

MINUTES_PER_HOUR = 60


@lru_cache(maxsize=4096)
def shown_number(value: Decimal) -> int | float:
    """A number, whole where it is."""
    whole = int(value)
    return whole if whole == value else float(value)


@lru_cache(maxsize=4096)
def shown_duration(minutes: int, day: int) -> str:
    """Working time as it is written, in days of so many minutes."""
    return str(Duration(minutes, day))


@lru_cache(maxsize=4096)
def shown_hours(day: int) -> int | float:
    """The hours of a day of so many minutes."""
    return shown_number(Decimal(day) / MINUTES_PER_HOUR)


@lru_cache(maxsize=4096)
def shown_rate(value: Decimal) -> str:
    """A factor, without what it does not need of zeros."""
    return f"{value.normalize():f}"


def shown_money(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount as it is written."""
    return {"amount": _amount(amount), "currency": currency}


@lru_cache(maxsize=4096)
def _amount(amount: Decimal) -> str:
    return shown_amount(amount)
