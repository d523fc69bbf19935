"""Amounts in several currencies stand beside each other; they are added in the program's own, by its stored rates, and else never."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.values import Money, Ratio, Shape
from contracts.values.money import Amount, Currency
from contracts.values.numbers import LIMIT
from planning.figure import Figure
from program_svc.programs.models import Program
from program_svc.register.actions import all_of
from program_svc.registers.money import EXCHANGE_RATES

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


@dataclass(frozen=True, slots=True)
class OneCurrency:
    """How a program's sums by currency become one: by what a unit of each is in ``currency``, as far as rates are stored."""

    currency: str | None
    rates: Mapping[str, Decimal]

    @classmethod
    async def of(cls, session: AsyncSession, program: Program, on: date | None = None) -> "OneCurrency":
        """By the rates of a day, today without one."""
        day = on or datetime.now(UTC).date()
        return cls(program.currency, await rates_of(session, program, day))

    def total(self, amounts: Collection[Money]) -> Money | None:
        """The sum of per-currency sums in the program's currency, or the only one there is; null where a rate is missing, or nothing there."""
        if self.currency is None or not amounts:
            return the_only(amounts)
        if self.missing(amounts):
            return None
        return Money.of(sum((each.amount * self.rates[each.currency] for each in amounts), Decimal(0)), self.currency)

    def factor(self, given: str, asked: str) -> Decimal | None:
        """What one unit of a currency is in another one; none without rates of both."""
        if given == asked:
            return Decimal(1)
        known = self.rates.keys() >= {given, asked}
        return self.rates[given] / self.rates[asked] if known else None

    def missing(self, amounts: Collection[Money]) -> bool:
        """Whether an amount is of a currency without a rate."""
        return self.currency is not None and any(each.currency not in self.rates for each in amounts)

    def warnings(self, amounts: Collection[Money]) -> list[str]:
        """Why there is no total."""
        if self.missing(amounts):
            return [NO_RATE]
        return [MIXED_CURRENCIES] if self.currency is None and len(amounts) > 1 else []


async def rates_of(session: AsyncSession, program: Program, on: date) -> dict[str, Decimal]:
    """What one unit of each currency is in the program's own on a day, as far as rates are stored; empty without a currency."""
    if program.currency is None:
        return {}
    known = sorted(await all_of(session, program.id, EXCHANGE_RATES), key=lambda rate: (rate.valid_from, rate.revision))
    day = on.date() if isinstance(on, datetime) else on
    return {rate.currency: rate.rate for rate in known if rate.valid_from <= day} | {program.currency: Decimal(1)}


def the_only(amounts: Collection[Money]) -> Money | None:
    """The total of per-currency sums: the only one there is, none where there are several or none."""
    return next(iter(amounts)) if len(amounts) == 1 else None
