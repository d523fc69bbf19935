"""The shapes of a project's earned value."""

from decimal import Decimal
from typing import Self

from contracts.values import DayOrMoment, Duration, HoursPerDay, Id, Ratio, Shape
from contracts.values.money import Amount, Currency
from contracts.values.numbers import LIMIT
from planning.figure import Figure

OUT_OF_RANGE = "out_of_range"
LARGEST = Decimal(10) ** 18


class MoneyFigure(Shape):
    """An amount that may not be defined; `reason` then says why."""

    amount: Amount | None
    currency: Currency
    reason: str | None = None

    @classmethod
    def of(cls, figure: Figure, currency: str) -> Self:
        """The amount, rounded to what an amount holds; one that is too large for it is `out_of_range`."""
        if figure.value is not None and abs(figure.value) >= LARGEST:
            return cls(amount=None, currency=currency, reason=OUT_OF_RANGE)
        return cls(amount=figure.value, currency=currency, reason=figure.reason)


def ratio_of(figure: Figure) -> Ratio:
    """The ratio, unrounded; one that is too large for a JSON number is `out_of_range`."""
    if figure.value is not None and abs(figure.value) > LIMIT:
        return Ratio.undefined(OUT_OF_RANGE)
    return Ratio(value=figure.value, reason=figure.reason)


class Forecasts(Shape):
    """What the project will have cost, by three assumptions about the rest of it."""

    typical: MoneyFigure
    """The rest costs as the work so far did: BAC / CPI."""
    atypical: MoneyFigure
    """The rest costs as planned: AC + (BAC - EV)."""
    combined: MoneyFigure
    """The rest costs as the work so far did, and its delay costs too: AC + (BAC - EV) / (CPI · SPI)."""


class EarnedScheduleRead(Shape):
    """How much of the schedule is earned, in working time; in time on the clock where the budgeted work goes by several calendars."""

    hours_per_day: HoursPerDay
    """What a day of these durations is."""
    earned: Duration
    """Earned schedule, ES: after how much time what is earned by now was planned to be."""
    elapsed: Duration
    """AT: the time since the first budgeted work was to begin, until the data date, or until all work was complete."""
    variance: Duration
    """SV(t) = ES - AT: below zero is late."""


class EarnedValueRead(Shape):
    """Where the project stands, in money, at its data date."""

    project_id: Id
    revision: int
    data_date: DayOrMoment
    baseline_id: Id | None
    """The baseline that the project is measured by, before its own data date that of the time; null: the present plan, as if nothing had happened."""
    bac: MoneyFigure
    """Budget at completion, contingency included."""
    pv: MoneyFigure
    """Planned value: the budget of the work that is planned to be done by now."""
    ev: MoneyFigure
    """Earned value: the budget of the work that is done."""
    ac: MoneyFigure
    """Actual cost."""
    cv: MoneyFigure
    sv: MoneyFigure
    cpi: Ratio
    spi: Ratio
    tcpi: Ratio
    """The cost performance that the rest needs to stay within the budget."""
    eac: Forecasts
    method: str
    """How the forecast behind `etc` and `vac` was made: `typical`, `atypical` or `plan`."""
    etc: MoneyFigure
    vac: MoneyFigure
    spi_t: Ratio
    """Earned schedule over elapsed time: unlike `spi`, it still says that complete work was late."""
    earned_schedule: EarnedScheduleRead | None
    """What `spi_t` is made of; null without a budget."""
    warnings: list[str]
