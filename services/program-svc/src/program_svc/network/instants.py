"""Between plan dates as the replica keeps them (text, as they were written) and instants as plans are computed in."""

from datetime import date, datetime

import planning
from contracts.values import Duration
from contracts.vocabulary import Granularity, TaskSide
from planning import WorkCalendar
from planning.written import constraint, finish_of, start_of


def read(text: str) -> date:
    """The day (`date`) or moment (`datetime`) that a text says."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def constraint_of(kind: str | None, text: str | None, calendar: WorkCalendar) -> planning.Constraint | None:
    """The constraint that a task on this calendar carries, if any."""
    if kind is None:
        return None
    return constraint(planning.ConstraintType(kind), None if text is None else read(text), calendar)


def written(instant: int, side: TaskSide, granularity: str) -> date:
    """The instant as the plan writes it: a day (``date``) or, in a minute project, a moment (``datetime``)."""
    shown = finish_of if side is TaskSide.FINISH else start_of
    return shown(instant, by_minute=granularity == Granularity.MINUTE)


def worked(calendar: WorkCalendar, before: int, after: int) -> Duration:
    """Working time from one instant to another, in days of the calendar; negative where the other is earlier."""
    return Duration(calendar.between(before, after), calendar.minutes_per_day)


def written_or_none(instant: int | None, side: TaskSide, granularity: str) -> date | None:
    """The same for an instant that may not be known."""
    return None if instant is None else written(instant, side, granularity)
