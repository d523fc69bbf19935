"""What must hold of a calendar, and what follows from it: its days in order, its public holidays looked up."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from chassis.problem import invalid
from contracts.project_events import MOST_EXCEPTIONS, CalendarException, DayOff, Holidays
from planning import InvalidCalendar, UnknownCountry
from planning.defined import defined_by
from planning.holidays import public_holidays
from project_svc.calendars.models import CalendarDays, HolidaysCreate

MOST_DAYS = 20_000
"""Days that the exceptions of one calendar cover in all."""
YEARS_BEFORE = 1
YEARS_AFTER = 20
LAST_YEAR = 2200
FIRST_YEAR = 1900


def check_calendar(calendar: CalendarDays) -> None:
    """Raise InvalidRequest for a calendar without working time."""
    try:
        defined_by(calendar.shifts, calendar.exceptions, calendar.days_off, calendar.minutes_per_day)
    except InvalidCalendar as error:
        raise invalid("/shifts", "no_working_time", f"{error}.") from error


def in_order(exceptions: Sequence[CalendarException]) -> list[CalendarException]:
    """The exceptions by their days. Raises InvalidRequest where two are about one day, one is turned round, or they cover too many days."""
    for index, each in enumerate(exceptions):
        if each.to is not None and each.to < each.on:
            raise invalid(f"/exceptions/{index}/to", "ends_before_it_begins", "A stretch of days ends after it begins.")
    places = sorted(range(len(exceptions)), key=lambda place: exceptions[place].on)
    covered, free_from = 0, date.min
    for place in places:
        each = exceptions[place]
        if each.on < free_from:
            message = f"Another exception is about {each.on} as well."
            raise invalid(f"/exceptions/{place}/on", "overlapping_exceptions", message)
        last = last_day(each)
        covered += (last - each.on).days + 1
        free_from = last + timedelta(days=1)
    if covered > MOST_DAYS or len(exceptions) > MOST_EXCEPTIONS:
        message = f"A calendar has at most {MOST_EXCEPTIONS} exceptions of {MOST_DAYS} days in all."
        raise invalid("/exceptions", "too_many_exceptions", message)
    return [exceptions[place] for place in places]


def last_day(exception: CalendarException) -> date:
    """The last day that an exception is about."""
    return exception.on if exception.to is None else exception.to


def without_days(exceptions: Iterable[CalendarException], days: Iterable[date]) -> list[CalendarException]:
    """The exceptions as far as they are about other days: a stretch with one of the days in it is cut in two."""
    left = list(exceptions)
    for day in days:
        left = [part for each in left for part in _cut(each, day)]
    return left


def _cut(exception: CalendarException, day: date) -> list[CalendarException]:
    first, last = exception.on, last_day(exception)
    if not first <= day <= last:
        return [exception]
    parts = ((first, day - timedelta(days=1)), (day + timedelta(days=1), last))
    return [
        exception.model_copy(update={"on": begin, "to": None if begin == end else end})
        for begin, end in parts
        if begin <= end
    ]


def years_around(start: int) -> tuple[int, int]:
    """The years that a calendar knows holidays of, unless it is told others: those around a project's first, or this one."""
    return max(FIRST_YEAR, start - YEARS_BEFORE), min(LAST_YEAR, start + YEARS_AFTER)


def expanded(asked: HolidaysCreate, years: tuple[int, int]) -> tuple[Holidays, list[DayOff]]:
    """Holidays with their years (`years`, unless they are asked for), and their days. Raises InvalidRequest for an unknown place, years turned round, and too many days."""
    first_year, last_year = years
    holidays = Holidays(
        country=asked.country,
        subdivision=asked.subdivision,
        first_year=first_year if asked.first_year is None else asked.first_year,
        last_year=last_year if asked.last_year is None else asked.last_year,
    )
    if holidays.last_year < holidays.first_year:
        raise invalid("/holidays/last_year", "ends_before_it_begins", "The last year comes after the first.")
    try:
        found = public_holidays(holidays.country, holidays.subdivision, holidays.first_year, holidays.last_year)
    except UnknownCountry as error:
        field = "country" if error.subdivision is None else "subdivision"
        raise invalid(f"/holidays/{field}", f"unknown_{field}", f"{error}.") from error
    if len(found) > MOST_EXCEPTIONS:
        raise invalid("/holidays/last_year", "too_many_holidays", f"These are more than {MOST_EXCEPTIONS} holidays.")
    return holidays, [DayOff(on=each.on, name=each.name[:200]) for each in found]
