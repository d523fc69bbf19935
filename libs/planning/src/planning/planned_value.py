"""How a budget lies over time: planned value by working time, earned value by percent complete, and earned schedule."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from planning.calendar import WorkCalendar
from planning.figure import ARITHMETIC, Figure

NO_TIME_ELAPSED = "no_time_elapsed"
NO_PLAN_YET = "no_plan_yet"
MOST_PERIODS = 250
"""Points at which a plan's curve is looked at: the ends of working days, or of more of them at a time in a long plan."""


@dataclass(frozen=True, slots=True)
class Spread:
    """An amount spread evenly over the working time from start to finish (instants); without working time between, due at the finish."""

    amount: Decimal
    start: int
    finish: int
    calendar: WorkCalendar


def curve_of(start: int, points: Iterable[tuple[int, Decimal]], calendar: WorkCalendar) -> Iterator[Spread]:
    """A cumulative curve as spreads: what comes between two of its points (instant, amount so far) is spread evenly between them."""
    before, so_far = start, Decimal(0)
    for at, amount in points:
        yield Spread(amount - so_far, before, at, calendar)
        before, so_far = at, amount


def planned_value(spreads: Iterable[Spread], at: int) -> Decimal:
    """What is planned to be done by an instant."""
    with localcontext(ARITHMETIC):
        return sum((_planned(spread, at) for spread in spreads), Decimal(0))


def periods_of(spreads: Sequence[Spread], calendar: WorkCalendar) -> tuple[int, list[int]]:
    """Equal periods that cover the spreads: working minutes of one, and their ends (instants). Working days, or in a long plan several."""
    start, finish = min(spread.start for spread in spreads), max(spread.finish for spread in spreads)
    day = calendar.minutes_per_day
    days = -(-calendar.between(start, finish) // day)
    period = max(1, -(-days // MOST_PERIODS)) * day
    return period, [calendar.add(start, end) for end in range(period, days * day + period, period)]


def _planned(spread: Spread, at: int) -> Decimal:
    if at >= spread.finish:
        return spread.amount
    if at <= spread.start:
        return Decimal(0)
    whole = spread.calendar.between(spread.start, spread.finish)
    if whole == 0:
        return Decimal(0)
    return spread.amount * spread.calendar.between(spread.start, at) / whole


def earned(amount: Decimal, percent_complete: float | Decimal) -> Decimal:
    """What a line with a task has earned. percent_complete: 0 to 100."""
    with localcontext(ARITHMETIC):
        return amount * Decimal(str(percent_complete)) / 100


@dataclass(frozen=True, slots=True)
class EarnedSchedule:
    """Periods. earned: when what is earned by now was planned to be. sv_t: earned - elapsed, negative is late. spi_t: earned / elapsed."""

    earned: Decimal
    sv_t: Decimal
    spi_t: Figure


def earned_schedule(planned: Sequence[Decimal], ev: Decimal, elapsed: Decimal) -> EarnedSchedule:
    """Earned schedule from cumulative planned value at the end of periods 1, 2, … and the periods elapsed at the data date.

    On a flat stretch of the plan it is the first period that reaches EV, as it is at the end for an EV beyond the whole plan.
    Unlike SPI, SPI(t) stays below 1 for work that is complete and was late (elapsed: until it was complete).
    Raises ValueError when planned value falls from one period to the next.
    """
    if any(later < sooner for sooner, later in pairwise(planned)):
        raise ValueError("Cumulative planned value cannot fall")
    with localcontext(ARITHMETIC):
        periods = _periods_earned(planned, ev)
        if not planned or planned[-1] <= 0:
            spi_t = Figure.undefined(NO_PLAN_YET)
        elif elapsed <= 0:
            spi_t = Figure.undefined(NO_TIME_ELAPSED)
        else:
            spi_t = Figure.of(periods / elapsed)
        return EarnedSchedule(periods, periods - elapsed, spi_t)


def _periods_earned(planned: Sequence[Decimal], ev: Decimal) -> Decimal:
    if ev <= 0 or not planned:
        return Decimal(0)
    reached = min(ev, planned[-1])
    before = Decimal(0)
    for period, value in enumerate(planned):
        if value >= reached:
            return period + (reached - before) / (value - before) if value > before else Decimal(period)
        before = value
    raise AssertionError("the last period reaches what is capped by it")
