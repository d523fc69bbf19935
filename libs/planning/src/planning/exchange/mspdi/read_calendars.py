"""Calendars: base calendars, weeks, exceptions and work weeks."""

from datetime import date

from planning.exchange.calendars import filled
from planning.exchange.document import Calendar, CalendarException, Shifts, Week, WorkWeek
from planning.exchange.elements import Element
from planning.exchange.errors import BadValue, UnknownReference
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import EXCEPTION_DAY, LAST_WEEKDAY, NO_CALENDAR
from planning.exchange.mspdi.recurrence import occurrences
from planning.exchange.mspdi.values import Record

LONGEST_EXCEPTION = 366 * 200


def read_calendars(root: Element, report: FidelityReport) -> tuple[Calendar, ...]:
    """Every calendar of the file. Raises BadValue, UnknownReference."""
    calendars: dict[str, Calendar] = {}
    lines: dict[str, int] = {}
    for element in root.within("Calendars", "Calendar"):
        calendar = _calendar(element, report)
        if calendar.source_id in calendars:
            raise BadValue("Calendar/UID", element.line, calendar.source_id, "of one calendar alone")
        calendars[calendar.source_id] = calendar
        lines[calendar.source_id] = element.line
    for calendar in calendars.values():
        if calendar.base_id is not None and calendar.base_id not in calendars:
            raise UnknownReference("Calendar/BaseCalendarUID", lines[calendar.source_id], calendar.base_id)
        _check_lineage(calendar, calendars, lines[calendar.source_id])
    return tuple(calendars.values())


def reference(record: Record, name: str) -> str | None:
    """The id of a calendar, or None for none."""
    value = record.text(name)
    return None if value in (None, NO_CALENDAR) else value


def _check_lineage(calendar: Calendar, calendars: dict[str, Calendar], line: int) -> None:
    seen = {calendar.source_id}
    base = calendar.base_id
    while base is not None:
        if base in seen:
            raise BadValue(
                "Calendar/BaseCalendarUID", line, base, "another calendar than one that is based on this one"
            )
        seen.add(base)
        base = calendars[base].base_id if base in calendars else None


def _calendar(element: Element, report: FidelityReport) -> Calendar:
    record = Record(element, "calendar", report)
    source_id = record.text("UID")
    if source_id is None:
        raise record.bad("UID", "there")
    record.source_id = source_id
    week_days = [Record(each, "calendar", report, source_id) for each in element.within("WeekDays", "WeekDay")]
    exceptions = _exceptions(element, report, source_id)
    if element.child("Exceptions") is None:
        # Before Project 2007 exceptions were days of type 0; later versions write both, and both say the same.
        exceptions = [found for each in week_days if each.integer("DayType") == EXCEPTION_DAY for found in _dated(each)]
    week = _week([each for each in week_days if each.integer("DayType") != EXCEPTION_DAY])
    base_id = reference(record, "BaseCalendarUID")
    if base_id is None and None in week:
        record.converted("WeekDays", "days that a calendar without a base says nothing of are standard days")
        week = filled(week)
    calendar = Calendar(
        source_id=source_id,
        name=record.text("Name") or "",
        week=week,
        base_id=base_id,
        exceptions=tuple(exceptions),
        work_weeks=tuple(_work_week(each, report, source_id) for each in element.within("WorkWeeks", "WorkWeek")),
        guid=record.text("GUID"),
    )
    record.close(ignored=["IsBaseCalendar", "IsBaselineCalendar"])
    return calendar


def _week(week_days: list[Record]) -> Week:
    week: list[Shifts | None] = [None] * 7
    for record in week_days:
        day = record.integer("DayType", 0, LAST_WEEKDAY)
        if day is None:
            raise record.bad("DayType", "there")
        week[(day + 5) % 7] = _shifts(record)
    return tuple(week)


def _shifts(record: Record) -> Shifts:
    """The working times of a day. A working day without times is one by default: 08:00 to 12:00 and 13:00 to 17:00."""
    is_working = record.flag("DayWorking")
    times = [Record(each, record.record, record.report, record.source_id) for each in _times(record)]
    if is_working is False:
        return ()
    shifts: list[tuple[int, int]] = []
    for each in times:
        begin, end = each.time("FromTime", is_end=False), each.time("ToTime", is_end=True)
        if begin is None or end is None:
            continue
        if end <= begin or (shifts and begin < shifts[-1][1]):
            raise each.bad("ToTime", "later than FromTime, and the times of a day in order without overlap")
        shifts.append((begin, end))
    if not shifts and is_working:
        record.converted("WorkingTimes", "a working day without times is read as 08:00 to 12:00 and 13:00 to 17:00")
        return (480, 720), (780, 1020)
    return tuple(shifts)


def _times(record: Record) -> list[Element]:
    return record.element.within("WorkingTimes", "WorkingTime")


def _exceptions(element: Element, report: FidelityReport, source_id: str) -> list[CalendarException]:
    exceptions: list[CalendarException] = []
    for each in element.within("Exceptions", "Exception"):
        record = Record(each, "calendar exception", report, source_id)
        exceptions += _dated(record)
        record.close()
    return exceptions


def _dated(record: Record) -> list[CalendarException]:
    first, last = _period(record)
    shifts, name = _shifts(record), record.text("Name") or ""
    days = occurrences(record, first, last)
    if days is None:
        return [CalendarException(first, last, shifts, name)]
    record.converted("Type", "a recurring exception is kept as the days that it falls on")
    return [CalendarException(day, day, shifts, name) for day in days]


def _period(record: Record) -> tuple[date, date]:
    period = record.element.child("TimePeriod")
    if period is None:
        raise record.bad("TimePeriod", "there")
    inside = Record(period, record.record, record.report, record.source_id)
    first, last = inside.day("FromDate"), inside.moment("ToDate")
    if first is None or last is None:
        raise record.bad("TimePeriod", "a range with FromDate and ToDate")
    if last.date() < first or (last.date() - first).days > LONGEST_EXCEPTION:
        raise inside.bad("ToDate", "after FromDate, by at most two hundred years")
    return first, last.date()


def _work_week(element: Element, report: FidelityReport, source_id: str) -> WorkWeek:
    record = Record(element, "work week", report, source_id)
    first, last = _period(record)
    week = _week([Record(each, "work week", report, source_id) for each in element.within("WeekDays", "WeekDay")])
    name = record.text("Name") or ""
    record.close()
    return WorkWeek(first, last, week, name)
