"""Calendars, written."""

from datetime import date

from planning.exchange.calendars import filled
from planning.exchange.document import Calendar, CalendarException, Shifts, Week
from planning.exchange.mspdi.numbers import FIRST_WEEKDAY, NO_CALENDAR
from planning.exchange.mspdi.recurrence import DAILY
from planning.exchange.mspdi.writer import Numbering, Writer, clock, day_begin, day_end

SUNDAY_FIRST = (6, 0, 1, 2, 3, 4, 5)


def write_calendar(writer: Writer, calendar: Calendar, numbers: Numbering) -> None:
    """One calendar. Raises NotWritable for an unknown base."""
    writer.put("UID", numbers.of(calendar.source_id, "A calendar"))
    writer.put("GUID", calendar.guid)
    writer.put("Name", calendar.name)
    writer.put("IsBaseCalendar", calendar.base_id is None)
    base = numbers.optional(calendar.base_id, f"The calendar {calendar.source_id}")
    writer.put("BaseCalendarUID", NO_CALENDAR if base is None else base)
    week = calendar.week
    if base is None and None in week:
        writer.converted("week", "days that a calendar without a base says nothing of are written as standard days")
        week = filled(week)
    _week(writer, week)
    if calendar.exceptions:
        group = writer.within("Exceptions")
        for exception in calendar.exceptions:
            _exception(group.within("Exception"), exception)
    if calendar.work_weeks:
        group = writer.within("WorkWeeks")
        for work_week in calendar.work_weeks:
            inside = group.within("WorkWeek")
            _period(inside, work_week.first, work_week.last)
            inside.put("Name", work_week.name)
            _week(inside, work_week.week)


def _week(writer: Writer, week: Week) -> None:
    if all(shifts is None for shifts in week):
        return
    group = writer.within("WeekDays")
    for number, day in enumerate(SUNDAY_FIRST, start=FIRST_WEEKDAY):
        shifts = week[day]
        if shifts is not None:
            inside = group.within("WeekDay")
            inside.put("DayType", number)
            _shifts(inside, shifts)


def _exception(writer: Writer, exception: CalendarException) -> None:
    writer.put("EnteredByOccurrences", value=False)
    _period(writer, exception.first, exception.last)
    writer.put("Occurrences", (exception.last - exception.first).days + 1)
    writer.put("Name", exception.name)
    writer.put("Type", DAILY)
    _shifts(writer, exception.shifts)


def _period(writer: Writer, first: date, last: date) -> None:
    inside = writer.within("TimePeriod")
    inside.put("FromDate", day_begin(first))
    inside.put("ToDate", day_end(last))


def _shifts(writer: Writer, shifts: Shifts) -> None:
    writer.put("DayWorking", bool(shifts))
    if shifts:
        group = writer.within("WorkingTimes")
        for begin, end in shifts:
            inside = group.within("WorkingTime")
            inside.put("FromTime", clock(begin))
            inside.put("ToTime", clock(end))
