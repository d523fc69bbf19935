"""From calendars to the tables that planning.engine.clock reads."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from planning.calendar import DAYS_PER_WEEK, WorkCalendar
from planning.engine.arrays import LIMIT, Axes, Instants
from planning.errors import InvalidCalendar
from planning.instant import MINUTES_PER_DAY

NEVER_BEGINS = np.iinfo(np.int64).max


@lru_cache(maxsize=8)
def axes_of(calendars: tuple[WorkCalendar, ...]) -> Axes:
    """The tables of several calendars, one behind the other: about 1.5 MB for three centuries of Monday to Friday.

    Raises InvalidCalendar for one with more working time than positions can hold (500 years round the clock).
    """
    parts = [_table(calendar) for calendar in calendars]
    meta = np.concatenate([part.meta for part in parts])
    segments = np.cumsum([0, *(part.begin.size for part in parts)])
    days = np.cumsum([0, *(part.by_day.size for part in parts)])
    steps = np.cumsum([0, *(part.by_minute.size for part in parts)])
    meta[:, 3] = days[:-1]
    meta[:, 4] = steps[:-1]
    return Axes(
        meta,
        np.concatenate([part.begin for part in parts]),
        np.concatenate([part.before for part in parts]),
        np.concatenate([part.by_day + at for part, at in zip(parts, segments, strict=False)]).astype(np.int32),
        np.concatenate([part.by_minute + at for part, at in zip(parts, segments, strict=False)]).astype(np.int32),
    )


@lru_cache(maxsize=16)
def _table(calendar: WorkCalendar) -> Axes:
    opens = calendar.first_day * MINUTES_PER_DAY
    begin, end = _segments(calendar)
    before = np.concatenate([[0], np.cumsum(end - begin)])
    total = int(before[-1])
    if total > LIMIT:
        raise InvalidCalendar(f"A calendar of {total} working minutes; {LIMIT} is the most")
    shift = max(total // begin.size, 1).bit_length() - 1
    midnights = opens + np.arange(calendar.days + 1) * MINUTES_PER_DAY
    by_day = np.searchsorted(end, midnights, side="right")
    by_minute = np.searchsorted(before, np.arange(0, total, 1 << shift), side="right") - 1
    meta = np.array([[opens, midnights[-1], total, 0, 0, shift]], np.int64)
    sentinel = np.concatenate([begin, [NEVER_BEGINS]])
    return Axes(meta, sentinel, before.astype(np.int32), by_day.astype(np.int32), by_minute.astype(np.int32))


def _segments(calendar: WorkCalendar) -> tuple[Instants, Instants]:
    """Begin and end of all stretches of work, in order; shifts that touch are one stretch."""
    ordinary = np.ones(calendar.days, bool)
    ordinary[list(calendar.exceptions)] = False
    begins: list[Instants] = []
    ends: list[Instants] = []

    def work(days: Instants, shifts: Sequence[tuple[int, int]]) -> None:
        for begin, end in shifts:
            begins.append(days * MINUTES_PER_DAY + begin)
            ends.append(days * MINUTES_PER_DAY + end)

    for turn, shifts in enumerate(calendar.week):
        days = np.arange(turn, calendar.days, DAYS_PER_WEEK, dtype=np.int64)
        work(calendar.first_day + days[ordinary[days]], shifts)
    for index, shifts in calendar.exceptions.items():
        work(np.array([calendar.first_day + index]), shifts)
    begin, end = np.sort(np.concatenate(begins)), np.sort(np.concatenate(ends))
    apart = begin[1:] != end[:-1]
    return begin[np.concatenate([[True], apart])], end[np.concatenate([apart, [True]])]
