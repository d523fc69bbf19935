"""Calendars as arrays: the stretches of uninterrupted work between two days."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from planning.calendar import WorkCalendar
from planning.instant import MINUTES_PER_DAY
from planning.simulation.arrays import Axes


def axes_of(calendars: Sequence[WorkCalendar], begin: int, end: int) -> Axes:
    """The calendars from the day of one instant to that of another. Instants are counted from `begin`, positions from those worked by then.

    Raises OutsideCalendar.
    """
    first, begins, before = [0], [], []
    for calendar in calendars:
        done = calendar.worked(begin)
        for at, position in stretches(calendar, begin, end):
            begins.append(at - begin)
            before.append(position - done)
        first.append(len(begins))
    return Axes(np.array(first), np.array(begins, np.float64), np.array(before, np.float64))


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


def distinct(calendars: Iterable[WorkCalendar]) -> dict[WorkCalendar, int]:
    """Each calendar once, with its number."""
    return {calendar: number for number, calendar in enumerate(dict.fromkeys(calendars))}
