"""Amounts in several currencies stand beside each other; they are never added."""

from collections.abc import Collection
from decimal import Decimal

from contracts.values import Money, Ratio, Shape
from contracts.values.money import Amount, Currency
from contracts.values.numbers import LIMIT
from planning.figure import Figure

MIXED_CURRENCIES = "mixed_currencies"
NO_MONEY = "no_budget"
NO_RATE = "no_exchange_rate"
OUT_OF_RANGE = "out_of_range"
LARGEST = Decimal(10) ** 18


class MoneyFigure(Shape):
    """An amount that may not be defined; ``reason`` then says why, and ``currency`` may be missing."""

    amount: Amount | None
    currency: Currency | None
    reason: str | None = None


def figure_in(figure: Figure, currency: str) -> MoneyFigure:
    """The figure in its currency; one that is too large for an amount is `out_of_range`."""
    if figure.value is not None and abs(figure.value) >= LARGEST:
        return MoneyFigure(amount=None, currency=currency, reason=OUT_OF_RANGE)
    return MoneyFigure(amount=figure.value, currency=currency, reason=figure.reason)


def undefined(reason: str) -> MoneyFigure:
    """No amount, because of ``reason``."""
    return MoneyFigure(amount=None, currency=None, reason=reason)


def ratio_of(figure: Figure) -> Ratio:
    """The ratio, unrounded; one that is too large for a JSON number is `out_of_range`."""
    if figure.value is not None and abs(figure.value) > LIMIT:
        return Ratio.undefined(OUT_OF_RANGE)
    return Ratio(value=figure.value, reason=figure.reason)


def the_only(amounts: Collection[Money]) -> Money | None:
    """The total of per-currency sums: the only one there is, none where there are several or none."""
    return next(iter(amounts)) if len(amounts) == 1 else None
