"""Calendars as arrays: the stretches of uninterrupted work between two days."""

from collections.abc import Iterable, Sequence

import numpy as np

from planning.calendar import WorkCalendar
from planning.stretches import stretches
from planning.timeline.arrays import Axes


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


def distinct(calendars: Iterable[WorkCalendar]) -> dict[WorkCalendar, int]:
    """Each calendar once, with its number."""
    return {calendar: number for number, calendar in enumerate(dict.fromkeys(calendars))}
