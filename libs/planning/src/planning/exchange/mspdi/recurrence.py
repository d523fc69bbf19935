"""Recurring exceptions as the days that they fall on, within their range: Exception/Type and the elements that go with it."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from planning.exchange.mspdi.values import Record

DAILY, YEARLY_DAY, YEARLY_PLACE, MONTHLY_DAY, MONTHLY_PLACE, WEEKLY, DAY_COUNT, WEEKDAY_COUNT, ONCE = range(1, 10)
TYPES = {kind: kind for kind in range(DAILY, ONCE + 1)}
LONGEST = 366 * 200
"""Days in the longest range that is looked at."""

ANY_DAY, WEEKDAY, WEEKEND_DAY = 0, 1, 2
FIRST_DAY_NAME = 3
"""MonthItem 3 is Sunday, 9 is Saturday."""
LAST_PLACE = 4
SATURDAY = 5


def occurrences(record: Record, first: date, last: date) -> list[date] | None:
    """The days of a recurring exception from its first to its last; None for one that is every day of its range."""
    kind = record.known("Type", TYPES)
    period = record.integer("Period", 1, LONGEST) or 1
    limit = record.integer("Occurrences", 0, LONGEST)
    by_count = record.flag("EnteredByOccurrences")
    if kind is None or kind == ONCE or (kind in (DAILY, DAY_COUNT) and period == 1):
        return None
    if (last - first).days > LONGEST:
        raise record.bad("TimePeriod", "a range of at most two hundred years")
    days = (day for day in _days(record, kind, period, first, last) if first <= day <= last)
    return list(islice(days, limit if by_count and limit else None))


def _days(record: Record, kind: int, period: int, first: date, last: date) -> Iterator[date]:
    match kind:
        case 1 | 7:
            yield from _every(first, last, period)
        case 8:
            yield from islice((day for day in _every(first, last, 1) if day.weekday() < SATURDAY), 0, None, period)
        case 6:
            yield from _weekly(record, period, first, last)
        case 2 | 4:
            number = record.integer("MonthDay", 1, 31) or first.day
            for year, month in _months(record, kind, period, first, last):
                if number <= monthrange(year, month)[1]:
                    yield date(year, month, number)
        case _:
            item, place = record.integer("MonthItem", 0, 9) or 0, record.integer("MonthPosition", 0, LAST_PLACE) or 0
            for year, month in _months(record, kind, period, first, last):
                of_item = [day for day in _every_of(year, month) if _is_item(day, item)]
                if place == LAST_PLACE or place < len(of_item):
                    yield of_item[-1 if place == LAST_PLACE else place]


def _every(first: date, last: date, step: int) -> Iterator[date]:
    for offset in range(0, (last - first).days + 1, step):
        yield first + timedelta(days=offset)


def _weekly(record: Record, period: int, first: date, last: date) -> Iterator[date]:
    """DaysOfWeek is a sum: 1 is Sunday, 64 is Saturday; weeks begin on Sunday."""
    chosen = record.integer("DaysOfWeek", 0, 127) or 0
    sunday = first - timedelta(days=(first.weekday() + 1) % 7)
    for day in _every(first, last, 1):
        week = (day - sunday).days // 7
        if week % period == 0 and chosen >> (day.weekday() + 1) % 7 & 1:
            yield day


def _months(record: Record, kind: int, period: int, first: date, last: date) -> Iterator[tuple[int, int]]:
    """Of yearly ones the month that is named (0 is January), of monthly ones each `period`-th from the first."""
    yearly = kind in (YEARLY_DAY, YEARLY_PLACE)
    named = record.integer("Month", 0, 11) if yearly else None
    begin = first.year * 12 + (first.month - 1 if named is None else named)
    for month in range(begin, last.year * 12 + 12, 12 if yearly else period):
        yield month // 12, month % 12 + 1


def _every_of(year: int, month: int) -> Iterator[date]:
    for number in range(1, monthrange(year, month)[1] + 1):
        yield date(year, month, number)


def _is_item(day: date, item: int) -> bool:
    if item == ANY_DAY:
        return True
    if item in (WEEKDAY, WEEKEND_DAY):
        return (day.weekday() < SATURDAY) == (item == WEEKDAY)
    return (day.weekday() + 1) % 7 == item - FIRST_DAY_NAME
