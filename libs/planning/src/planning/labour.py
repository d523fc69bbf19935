"""What work costs, by rates that change from a day on. Work is spread evenly over the time in which it is done."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple, Protocol

from planning.figure import ARITHMETIC

MINUTES_PER_HOUR = 60
NOTHING = Decimal(0)


class WorkingTime(Protocol):
    """The time in which work is done: a calendar, or what one shares with another (planning.attendance)."""

    def between(self, begin: int, end: int) -> int:
        """Working minutes from one instant to a later one."""

    def add(self, instant: int, minutes: int) -> int:
        """The instant by which so many minutes, 0 or more, are worked from a start on."""


class HourlyRate(NamedTuple):
    """since: the instant from which it holds; None for the first one. standard: of an hour, or of a unit. per_use: due once, at the start."""

    since: int | None
    standard: Decimal
    per_use: Decimal = NOTHING


class Cost(NamedTuple):
    """Of all the work, and of that part of it which is done."""

    whole: Decimal
    done: Decimal


def cost_of_work(work: int, done: int, span: tuple[int, int], time: WorkingTime, rates: Sequence[HourlyRate]) -> Cost:
    """What so many minutes of work cost in a span (start and finish, instants), and the first `done` minutes of them.

    rates: in the order of their instants. Without rates, and before the first of them, work costs nothing.
    """
    if not rates:
        return Cost(NOTHING, NOTHING)
    with localcontext(ARITHMETIC):
        per_use = _rate_at(span[0], rates).per_use
        whole = _spread(work, span, time, rates) + per_use
        if not done:
            return Cost(whole, NOTHING)
        so_far = time.add(span[0], time.between(*span) * done // work) if work else span[0]
        return Cost(whole, _spread(done, (span[0], so_far), time, rates) + per_use)


def cost_of_material(quantity: Decimal, start: int, rates: Sequence[HourlyRate]) -> Decimal:
    """What a quantity costs that is used from an instant on, at the rate of that day."""
    if not rates:
        return NOTHING
    with localcontext(ARITHMETIC):
        rate = _rate_at(start, rates)
        return quantity * rate.standard + rate.per_use


def _spread(work: int, span: tuple[int, int], time: WorkingTime, rates: Sequence[HourlyRate]) -> Decimal:
    hours = Decimal(work) / MINUTES_PER_HOUR
    start, finish = span
    minutes = time.between(start, finish)
    if not minutes:
        return hours * _rate_at(start, rates).standard
    changes = [rate.since for rate in rates if rate.since is not None and start < rate.since < finish]
    pieces = ((begin, time.between(begin, end)) for begin, end in pairwise([start, *changes, finish]))
    return sum((hours * part / minutes * _rate_at(begin, rates).standard for begin, part in pieces), NOTHING)


def _rate_at(instant: int, rates: Sequence[HourlyRate]) -> HourlyRate:
    held = [rate for rate in rates if rate.since is None or rate.since <= instant]
    return held[-1] if held else HourlyRate(None, NOTHING)
