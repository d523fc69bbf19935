"""A calendar as stretches of uninterrupted work."""

from collections.abc import Iterator
from itertools import pairwise

from planning.calendar import WorkCalendar
from planning.instant import MINUTES_PER_DAY


def stretches(calendar: WorkCalendar, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The instant at which each stretch begins and the position there, and at last the end of all of them as an empty one."""
    day = begin // MINUTES_PER_DAY * MINUTES_PER_DAY
    position = calendar.worked(day)
    finish = day
    while day <= end:
        day += MINUTES_PER_DAY
        until = calendar.worked(day)
        while position < until:
            at = calendar.start_of(position)
            length = _unbroken(calendar, at, position, until)
            yield at, position
            position += length
            finish = at + length
    yield finish, position


def worked_between(calendar: WorkCalendar, first: int, last: int) -> Iterator[tuple[int, int]]:
    """From when until when the minutes from one position to another are worked. Raises OutsideCalendar."""
    if first < last:
        found = stretches(calendar, calendar.start_of(first), calendar.finish_of(last))
        for (at, position), (_, following) in pairwise(found):
            if position < last and following > first:
                yield at + max(first, position) - position, at + min(last, following) - position


def _unbroken(calendar: WorkCalendar, at: int, position: int, until: int) -> int:
    """How many minutes from `position` to at most `until` are worked without a break."""
    low, high = 1, until - position
    if calendar.finish_of(until) == at + high:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if calendar.finish_of(position + middle) == at + middle:
            low = middle
        else:
            high = middle - 1
    return low
