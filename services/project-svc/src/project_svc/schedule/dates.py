"""Between dates as they are written and instants (minutes since 1970-01-01T00:00, floating) as plans are computed in."""

from datetime import date, datetime, timedelta

from contracts.vocabulary import ConstraintType, Granularity
from planning import MON_TO_FRI, to_date, to_instant, to_moment

BEGINS = frozenset({ConstraintType.SNET, ConstraintType.SNLT, ConstraintType.MSO})
"""Constraints on a task's start; the others are on its finish."""


def at_start(written: date) -> int:
    """The instant of a date that begins something: a day means its first working minute, or the next one there is."""
    return to_instant(written) if isinstance(written, datetime) else MON_TO_FRI.day_start(written)


def at_finish(written: date) -> int:
    """The instant of a date that ends something: a day means the end of its last working minute, or the last one before it."""
    return to_instant(written) if isinstance(written, datetime) else MON_TO_FRI.day_finish(written)


def at_actual_start(written: date) -> int:
    """The instant at which work was begun, on whatever day that was: on a day without working time, its midnight."""
    if isinstance(written, datetime):
        return to_instant(written)
    begin = MON_TO_FRI.day_start(written)
    return begin if to_date(begin, finish=False) == written else to_instant(written)


def at_actual_finish(written: date) -> int:
    """The instant at which work was finished, on whatever day that was: on a day without working time, the midnight after it."""
    if isinstance(written, datetime):
        return to_instant(written)
    end = MON_TO_FRI.day_finish(written)
    return end if to_date(end, finish=True) == written else to_instant(written + timedelta(days=1))


def at_constraint(kind: ConstraintType, written: date) -> int:
    """The instant of a constraint's date."""
    return at_start(written) if kind in BEGINS else at_finish(written)


def start_of(instant: int, granularity: Granularity) -> date:
    """A start as it is shown: the first working day, or the minute."""
    return to_moment(instant) if granularity is Granularity.MINUTE else to_date(instant, finish=False)


def finish_of(instant: int, granularity: Granularity) -> date:
    """A finish as it is shown: the last working day, or the minute."""
    return to_moment(instant) if granularity is Granularity.MINUTE else to_date(instant, finish=True)
