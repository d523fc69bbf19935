"""From a document's calendars to the engine's: base calendars, work weeks and exceptions laid over each other, day by day."""

from collections.abc import Mapping
from datetime import date, timedelta

from planning.calendar import DAYS_PER_WEEK, WorkCalendar
from planning.exchange.document import Calendar, Document, Shifts, Week
from planning.exchange.errors import NotWritable

STANDARD: tuple[Shifts, ...] = (((480, 720), (780, 1020)),) * 5 + ((), ())
"""What a day is that neither a calendar nor its base says anything of: Monday to Friday, 08:00 to 12:00 and 13:00 to 17:00."""


def work_calendar(document: Document, calendar_id: str) -> WorkCalendar:
    """The engine's calendar. Raises NotWritable for unknown or circular bases, InvalidCalendar for one without working time."""
    lineage = _lineage({calendar.source_id: calendar for calendar in document.calendars}, calendar_id)
    week = list(STANDARD)
    days: dict[date, Shifts] = {}
    for calendar in reversed(lineage):
        for day, shifts in enumerate(calendar.week):
            if shifts is not None:
                week[day] = shifts
        _lay_over(days, calendar)
    return WorkCalendar(week, days, document.project.minutes_per_day)


def filled(week: Week) -> Week:
    """A week with the standard days where it has none of its own."""
    return tuple(standard if day is None else day for day, standard in zip(week, STANDARD, strict=True))


def _lineage(calendars: Mapping[str, Calendar], calendar_id: str) -> list[Calendar]:
    """The calendar, its base, the base of that, and so on."""
    lineage: list[Calendar] = []
    following: str | None = calendar_id
    while following is not None:
        calendar = calendars.get(following)
        if calendar is None:
            raise NotWritable(f"The calendar {following} is not in the document")
        if calendar in lineage:
            raise NotWritable(f"The calendar {following} is its own base")
        lineage.append(calendar)
        following = calendar.base_id
    return lineage


def _lay_over(days: dict[date, Shifts], calendar: Calendar) -> None:
    """Work weeks first, exceptions over them; of several on one day, the last one stands."""
    for work_week in calendar.work_weeks:
        for day in _days(work_week.first, work_week.last):
            shifts = work_week.week[day.weekday() % DAYS_PER_WEEK]
            if shifts is not None:
                days[day] = shifts
    for exception in calendar.exceptions:
        for day in _days(exception.first, exception.last):
            days[day] = exception.shifts


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
