"""Working time: a table of days with prefix sums, so that dates become positions on an axis of working minutes and back.

The *axis* of a calendar numbers its working minutes: `worked(instant)` of them lie before an instant. One position has two
instants: its *finish* (the end of the last working minute before it, Friday 17:00) and its *start* (the begin of the next
working minute, Monday 09:00). Schedules are computed in positions, where a finish is a start plus a duration.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import TypeAlias

from planning.errors import InvalidCalendar, OutsideCalendar
from planning.instant import EPOCH_ORDINAL, MINUTES_PER_DAY

Shift: TypeAlias = tuple[int, int]
"""Minutes of the day, begin and end: 09:00 to 17:00 is (540, 1020)."""

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)
DAYS_PER_WEEK = 7


class WorkCalendar:
    """An immutable calendar. Two of the same definition are equal, whoever made them.

    shifts: seven days from Monday, each a sequence of shifts in order. exceptions: days that differ; an empty one is a holiday.
    minutes_per_day: what `P1D` means. first, last: the days of the table; dates beyond them raise OutsideCalendar.
    Read back as first_day (since the epoch), days (how many), week (the shifts of seven days from the first) and exceptions (by index).
    Raises InvalidCalendar for shifts that overlap or leave their day, and for a calendar without any working time.
    """

    __slots__ = ("_before", "_definition", "_hash", "days", "exceptions", "first_day", "minutes_per_day", "week")

    def __init__(
        self,
        shifts: Sequence[Sequence[Shift]],
        exceptions: Mapping[date, Sequence[Shift]] | None = None,
        minutes_per_day: int = 480,
        first: date = FIRST_DAY,
        last: date = LAST_DAY,
    ) -> None:
        if len(shifts) != DAYS_PER_WEEK:
            raise InvalidCalendar(f"A week has seven days, not {len(shifts)}")
        if minutes_per_day <= 0:
            raise InvalidCalendar(f"A day of {minutes_per_day} working minutes")
        week = [_checked(day) for day in shifts]
        self.minutes_per_day = minutes_per_day
        self.first_day = first.toordinal() - EPOCH_ORDINAL
        self.days = count = last.toordinal() - first.toordinal() + 1
        turn = first.weekday()
        self.week = [*week[turn:], *week[:turn]]
        self.exceptions = {
            index: _checked(day)
            for on, day in (exceptions or {}).items()
            if 0 <= (index := on.toordinal() - EPOCH_ORDINAL - self.first_day) < count
        }
        self._before = array("i")
        if not self._total():
            raise InvalidCalendar("A calendar without working time")
        self._definition = (tuple(week), tuple(sorted(self.exceptions.items())), minutes_per_day, first, last)
        self._hash = hash(self._definition)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, WorkCalendar) and self._definition == other._definition)

    def __hash__(self) -> int:
        return self._hash

    def worked(self, instant: int) -> int:
        """The position of an instant: how many working minutes of the table lie before it."""
        day, minute = divmod(instant, MINUTES_PER_DAY)
        index = day - self.first_day
        before = self._before or self._tabulate()
        if not 0 <= index < self.days:
            if index == self.days and minute == 0:
                return before[-1]
            raise OutsideCalendar("A date outside the calendar's table")
        position = before[index]
        for begin, end in self._shifts(index):
            if minute <= begin:
                break
            position += min(minute, end) - begin
        return position

    def finish_of(self, position: int) -> int:
        """The first instant by which `position` minutes are worked: the end of a working minute."""
        before = self._before or self._tabulate()
        index = bisect_left(before, position) - 1
        if not 0 <= index < self.days:
            raise OutsideCalendar("A finish outside the calendar's table")
        left = position - before[index]
        for begin, end in self._shifts(index):
            if left <= end - begin:
                return (self.first_day + index) * MINUTES_PER_DAY + begin + left
            left -= end - begin
        raise AssertionError("the table and the shifts of a day disagree")

    def start_of(self, position: int) -> int:
        """The last instant before minute `position` is worked: the begin of a working minute."""
        before = self._before or self._tabulate()
        index = bisect_right(before, position) - 1
        if not 0 <= index < self.days:
            raise OutsideCalendar("A start outside the calendar's table")
        left = position - before[index]
        for begin, end in self._shifts(index):
            if left < end - begin:
                return (self.first_day + index) * MINUTES_PER_DAY + begin + left
            left -= end - begin
        raise AssertionError("the table and the shifts of a day disagree")

    def start_at_or_after(self, instant: int) -> int:
        """The begin of the next working minute: where work that may begin at `instant` does begin."""
        return self.start_of(self.worked(instant))

    def finish_at_or_before(self, instant: int) -> int:
        """The end of the last working minute: where work that must end by `instant` does end."""
        return self.finish_of(self.worked(instant))

    def add(self, instant: int, minutes: int) -> int:
        """Working minutes forward from a start (giving a finish) or, negative, back from a finish (giving a start)."""
        if minutes == 0:
            return instant
        position = self.worked(instant) + minutes
        return self.finish_of(position) if minutes > 0 else self.start_of(position)

    def between(self, begin: int, end: int) -> int:
        """Signed working minutes from one instant to another."""
        return self.worked(end) - self.worked(begin)

    def day_start(self, day: date) -> int:
        """The first working minute on or after a day: what a date means for a start."""
        return self.start_at_or_after((day.toordinal() - EPOCH_ORDINAL) * MINUTES_PER_DAY)

    def day_finish(self, day: date) -> int:
        """The last working minute's end on or before a day: what a date means for a finish."""
        return self.finish_at_or_before((day.toordinal() - EPOCH_ORDINAL + 1) * MINUTES_PER_DAY)

    def _total(self) -> int:
        """The working minutes of the whole table."""
        lengths = [_length(day) for day in self.week]
        ordinary = sum(length * ((self.days - 1 - turn) // DAYS_PER_WEEK + 1) for turn, length in enumerate(lengths))
        different = sum(_length(day) - lengths[index % DAYS_PER_WEEK] for index, day in self.exceptions.items())
        return ordinary + different

    def _tabulate(self) -> "array[int]":
        """The table, made when it is first looked at: how many minutes are worked before each day, and in all."""
        minutes = ([_length(day) for day in self.week] * (self.days // DAYS_PER_WEEK + 1))[: self.days]
        for index, day in self.exceptions.items():
            minutes[index] = _length(day)
        self._before = array("i", [0, *accumulate(minutes)])
        return self._before

    def _shifts(self, index: int) -> tuple[Shift, ...]:
        if self.exceptions and index in self.exceptions:
            return self.exceptions[index]
        return self.week[index % DAYS_PER_WEEK]


def _checked(day: Sequence[Shift]) -> tuple[Shift, ...]:
    free_from = 0
    for begin, end in day:
        if not free_from <= begin < end <= MINUTES_PER_DAY:
            raise InvalidCalendar(f"Shifts that overlap, are empty or leave their day: {list(day)}")
        free_from = end
    return tuple((begin, end) for begin, end in day)


def _length(day: Sequence[Shift]) -> int:
    return sum(end - begin for begin, end in day)


MON_TO_FRI = WorkCalendar([[(9 * 60, 17 * 60)]] * 5 + [[]] * 2)
"""Monday to Friday, 09:00 to 17:00 without a break, 480 minutes a day."""

ROUND_THE_CLOCK = WorkCalendar([[(0, MINUTES_PER_DAY)]] * 7, minutes_per_day=MINUTES_PER_DAY)
"""Every minute of every day: elapsed time."""
