"""What each dimension is held to, and what is forecast: one number each, so that they can be compared, and one text, so that they can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.project_events.control import Tolerances
from contracts.project_events.exceptions import ControlFigures, Dimension
from contracts.values import Duration, Money
from project_svc.calendars.models import minutes_of
from project_svc.tolerances.models import Standing

MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Measure:
    """One dimension. Working minutes for the schedule, amounts for cost and risk, counts else; None where there is no such number."""

    dimension: Dimension
    tolerance: Decimal | None
    forecast: Decimal | None
    currency: str
    day: int
    """Working minutes."""
    words: str = ""
    """In place of a number, where only people can judge."""

    @property
    def is_exceeded(self) -> bool:
        """Whether more is forecast than is tolerated."""
        return self.tolerance is not None and self.forecast is not None and self.forecast > self.tolerance

    def shown(self) -> Standing:
        """As answers show it."""
        return Standing(
            dimension=self.dimension,
            tolerance=self.words[:MOST_LETTERS] or self._text(self.tolerance),
            forecast=self._text(self.forecast),
            is_exceeded=self.is_exceeded,
        )

    def _text(self, number: Decimal | None) -> str | None:
        if number is None:
            return None
        match self.dimension:
            case Dimension.SCHEDULE:
                return str(Duration(int(number), self.day))
            case Dimension.COST | Dimension.RISK:
                money = Money.of(number, self.currency).model_dump(mode="json")
                return f"{money['amount']} {money['currency']}"
            case _:
                return str(number)


def measures(tolerances: Tolerances, figures: ControlFigures) -> Iterator[Measure]:
    """Each dimension, in the order of the words."""
    currency, is_baselined = figures.bac.currency, figures.baseline_id is not None
    day = minutes_of(figures.hours_per_day)

    def measure(dimension: Dimension, tolerance: Decimal | int | None, forecast: Decimal | int | None) -> Measure:
        return Measure(dimension, _number(tolerance), _number(forecast), currency, day)

    late, tolerated = figures.finish_variance, tolerances.schedule
    agreed = None if tolerated is None else tolerated.on(day).minutes
    yield measure(Dimension.SCHEDULE, agreed, None if late is None else late.minutes)
    over = None if figures.eac is None or not is_baselined else figures.eac.amount - figures.bac.amount
    yield measure(Dimension.COST, _cost(tolerances, figures.bac), over)
    changed = figures.tasks_added + figures.tasks_removed if is_baselined else None
    yield measure(Dimension.SCOPE, tolerances.scope, changed)
    threats = None if tolerances.risk is None else tolerances.risk.amount
    yield measure(Dimension.RISK, threats, figures.threats.amount)
    yield Measure(Dimension.BENEFITS, None, None, currency, day, tolerances.benefits)
    yield measure(Dimension.QUALITY, tolerances.quality, figures.deliverables_rejected)


def _number(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _cost(tolerances: Tolerances, bac: Money) -> Decimal | None:
    """The smaller one of an amount and a share of the budget."""
    limits = []
    if tolerances.cost is not None:
        limits.append(tolerances.cost.amount)
    if tolerances.cost_percent is not None:
        limits.append(bac.amount * tolerances.cost_percent / 100)
    return min(limits, default=None)
