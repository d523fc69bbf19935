"""Between dates as people write them and instants as plans are computed in. A `date` is a day, a `datetime` a floating moment.

What a day means is up to the calendar that applies: a task's own, or its project's.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.instant import to_date, to_instant, to_moment
from planning.plan import Constraint, ConstraintType, SchedulingMode

DateT = TypeVar("DateT", str, date)
"""A date, as it is or as it is kept."""
BEGINS = frozenset({ConstraintType.SNET, ConstraintType.SNLT, ConstraintType.MSO})
"""Constraints on a task's start; the others are on its finish."""


def at_start(written: date, calendar: WorkCalendar = MON_TO_FRI) -> int:
    """The instant of a date that begins something: a day means its first working minute, or the next one there is."""
    return to_instant(written) if isinstance(written, datetime) else calendar.day_start(written)


def at_finish(written: date, calendar: WorkCalendar = MON_TO_FRI) -> int:
    """The instant of a date that ends something: a day means the end of its last working minute, or the last one before it."""
    return to_instant(written) if isinstance(written, datetime) else calendar.day_finish(written)


def at_actual_start(written: date, calendar: WorkCalendar = MON_TO_FRI) -> int:
    """The instant at which work was begun, on whatever day that was: on a day without working time, its midnight."""
    if isinstance(written, datetime):
        return to_instant(written)
    begin = calendar.day_start(written)
    return begin if to_date(begin, finish=False) == written else to_instant(written)


def at_actual_finish(written: date, calendar: WorkCalendar = MON_TO_FRI) -> int:
    """The instant at which work was finished, on whatever day that was: on a day without working time, the midnight after it."""
    if isinstance(written, datetime):
        return to_instant(written)
    end = calendar.day_finish(written)
    return end if to_date(end, finish=True) == written else to_instant(written + timedelta(days=1))


def frame_start(written: date, calendars: Iterable[WorkCalendar]) -> int:
    """The instant before which nothing of a project is: its day begins when the first of its calendars begins to work."""
    return min(at_start(written, calendar) for calendar in calendars)


def frame_finish(written: date, calendars: Iterable[WorkCalendar]) -> int:
    """The instant by which a project's day is over: when the last of its calendars has ended its work."""
    return max(at_finish(written, calendar) for calendar in calendars)


def constraint(kind: ConstraintType, written: date | None, calendar: WorkCalendar = MON_TO_FRI) -> Constraint:
    """A task's constraint, its date taken as a start or a finish by its kind."""
    if written is None:
        return Constraint(kind, None)
    return Constraint(kind, at_start(written, calendar) if kind in BEGINS else at_finish(written, calendar))


def held(
    mode: str, planned_start: DateT | None, planned_finish: DateT | None, kind: str | None, written: DateT | None
) -> tuple[str | None, DateT | None]:
    """The type and date of the constraint that a task's dates are computed with: its own, unless it is planned by hand and says when."""
    if mode == SchedulingMode.MANUAL and planned_start is not None:
        return ConstraintType.MSO.value, planned_start
    if mode == SchedulingMode.MANUAL and planned_finish is not None:
        return ConstraintType.MFO.value, planned_finish
    return kind, written


def start_of(instant: int, *, by_minute: bool) -> date:
    """A start as it is shown: the first working day, or the minute."""
    return to_moment(instant) if by_minute else to_date(instant, finish=False)


def finish_of(instant: int, *, by_minute: bool) -> date:
    """A finish as it is shown: the last working day, or the minute."""
    return to_moment(instant) if by_minute else to_date(instant, finish=True)
