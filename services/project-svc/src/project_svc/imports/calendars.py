"""A file's calendars as a project keeps them: the week, and every other day that differs from it. Bases and work weeks are laid into it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from contracts.project_events import MOST_EXCEPTIONS, CalendarException
from contracts.values import Shift, Week
from planning.calendar import FIRST_DAY, WorkCalendar
from planning.calendar import Shift as Stretch
from planning.defined import defined_by
from planning.exchange import Calendar, Document, work_calendar
from project_svc.calendars.models import Calendar as ProjectCalendar
from project_svc.calendars.models import CalendarCreate, CalendarUpdate, WeekUpdate
from project_svc.imports.fitting import Fitting

MINUTES_PER_HOUR = 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def calendar_bodies(document: Document, fitting: Fitting) -> dict[str, CalendarCreate]:
    """Each calendar that the project, a task or a resource works by, by source id. Raises what `work_calendar` raises."""
    used = {document.project.calendar_id, *(task.calendar_id for task in document.tasks)}
    used |= {resource.calendar_id for resource in document.resources}
    for calendar in document.calendars:
        if calendar.source_id not in used and not _is_base(document, calendar, used):
            fitting.dropped("calendar", calendar.name, calendar.source_id, "nothing works by it")
    return {
        calendar.source_id: _body(document, calendar, fitting)
        for calendar in document.calendars
        if calendar.source_id in used
    }


def calendar_change(calendar: ProjectCalendar, body: CalendarCreate, *, are_hours_told: bool) -> CalendarUpdate:
    """What a file changes of one of ours. Days that are the same stay written as they are: free by its exceptions or as public holidays.

    are_hours_told: whether the file says how long a day is on it, or on the project's calendar alone.
    """
    told: dict[str, Any] = {"name": body.name}
    if are_hours_told:
        told["hours_per_day"] = body.hours_per_day
    exceptions = [each.model_dump(mode="json") for each in body.exceptions]
    new = defined_by(body.shifts.model_dump(mode="json"), exceptions, [], calendar.minutes_per_day)
    old = defined_by(calendar.shifts, calendar.exceptions, calendar.days_off, calendar.minutes_per_day)
    if (_week(new), _different(new)) != (_week(old), _different(old)):
        told |= {"shifts": WeekUpdate(**dict(body.shifts)), "exceptions": body.exceptions}
    return CalendarUpdate(**told)


def _week(worked: WorkCalendar) -> tuple[tuple[Stretch, ...], ...]:
    return tuple(tuple(day) for day in worked.week)


def _is_base(document: Document, calendar: Calendar, used: set[str | None]) -> bool:
    return any(each.base_id == calendar.source_id and each.source_id in used for each in document.calendars)


def _body(document: Document, calendar: Calendar, fitting: Fitting) -> CalendarCreate:
    worked = work_calendar(document, calendar.source_id)
    if calendar.base_id is not None:
        fitting.converted("base_id", calendar.source_id, "the base calendar's days are written into it")
    if calendar.work_weeks:
        fitting.converted("work_weeks", calendar.source_id, "written as exceptions, day by day")
    exceptions = list(_joined(_different(worked), dict(_named(document, calendar))))
    if len(exceptions) > MOST_EXCEPTIONS:
        reason = f"only the last {MOST_EXCEPTIONS} stretches of exceptions are kept"
        fitting.report.dropped("calendar", "exceptions", calendar.source_id, reason)
    return CalendarCreate(
        name=fitting.name(calendar.name, calendar.source_id),
        hours_per_day=Decimal(document.project.minutes_per_day) / MINUTES_PER_HOUR,
        shifts=Week.model_validate({name: _shifts(day) for name, day in zip(WEEKDAYS, worked.week, strict=True)}),
        exceptions=exceptions[-MOST_EXCEPTIONS:],
    )


def _different(worked: WorkCalendar) -> list[tuple[date, tuple[Stretch, ...]]]:
    """The days that differ from the week, in order."""
    days = ((FIRST_DAY + timedelta(days=index), tuple(shifts)) for index, shifts in worked.exceptions.items())
    return sorted((day, shifts) for day, shifts in days if shifts != tuple(worked.week[day.weekday()]))


def _named(document: Document, calendar: Calendar) -> Iterator[tuple[date, str]]:
    """The names of days; a calendar's own go before those of its base."""
    by_id = {each.source_id: each for each in document.calendars}
    if calendar.base_id is not None:
        yield from _named(document, by_id[calendar.base_id])
    for exception in calendar.exceptions:
        for offset in range((exception.last - exception.first).days + 1):
            yield exception.first + timedelta(days=offset), exception.name


def _joined(days: list[tuple[date, tuple[Stretch, ...]]], names: Mapping[date, str]) -> Iterator[CalendarException]:
    """Neighbouring days with the same shifts and name as one stretch."""
    begin = 0
    for place, (day, shifts) in enumerate(days):
        following = days[place + 1] if place + 1 < len(days) else None
        same = following is not None and following == (day + timedelta(days=1), shifts)
        if same and following is not None and names.get(following[0], "") == names.get(day, ""):
            continue
        first = days[begin][0]
        yield CalendarException(
            on=first, to=None if first == day else day, name=names.get(first, "")[:200], shifts=_shifts(shifts)
        )
        begin = place + 1


def _shifts(shifts: Sequence[Stretch]) -> list[Shift]:
    return [Shift.of(first, last) for first, last in shifts]
