"""When people are there: the working time of a task that its people's calendars share, and what of it they miss."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

from planning.calendar import WorkCalendar
from planning.stretches import stretches


def pauses(calendar: WorkCalendar, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """From when until when nobody works by the calendar, of the time between two instants."""
    free_from = begin
    for (at, position), (_, following) in pairwise(stretches(calendar, begin, end)):
        if min(at, end) > free_from:
            yield free_from, min(at, end)
        free_from = max(free_from, at + following - position)
    if end > free_from:
        yield free_from, end


def absences(work: WorkCalendar, people: Iterable[WorkCalendar], begin: int, end: int) -> list[tuple[int, int]]:
    """From which to which position of `work`, of those between two instants, one of the people or more is away. Ascending, apart."""
    missed = sorted(
        (work.worked(left), work.worked(back)) for calendar in people for left, back in pauses(calendar, begin, end)
    )
    apart: list[tuple[int, int]] = []
    for first, last in missed:
        if apart and first <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(last, apart[-1][1])
        elif first < last:
            apart.append((first, last))
    return apart


class SharedTime:
    """The working minutes of a calendar in which somebody is there, between two instants; it measures no others.

    Raises OutsideCalendar where the two are beyond a calendar's table.
    """

    __slots__ = ("_absences", "_begins", "_missed", "_shared", "_work")

    def __init__(self, work: WorkCalendar, person: WorkCalendar, begin: int, end: int) -> None:
        self._work = work
        self._absences = absences(work, [person], begin, end)
        self._begins = [first for first, _ in self._absences]
        self._missed = [0, *accumulate(last - first for first, last in self._absences)]
        self._shared = [first - missed for first, missed in zip(self._begins, self._missed, strict=False)]

    def between(self, begin: int, end: int) -> int:
        """Shared working minutes from one instant to a later one."""
        return self._position(end) - self._position(begin)

    def add(self, instant: int, minutes: int) -> int:
        """The instant by which so many shared minutes, 0 or more, are worked from a start on."""
        if not minutes:
            return instant
        position = self._position(instant) + minutes
        return self._work.finish_of(position + self._missed[bisect_left(self._shared, position)])

    def missed(self, begin: int, end: int) -> int:
        """The minutes that the calendar works and the person does not, from one instant to a later one."""
        return self._work.between(begin, end) - self.between(begin, end)

    def _position(self, instant: int) -> int:
        """How many shared minutes lie before an instant, and all those before the first absence that the calendar works."""
        position = self._work.worked(instant)
        before = bisect_right(self._begins, position) - 1
        if before < 0:
            return position
        first, last = self._absences[before]
        return position - self._missed[before] - (min(position, last) - first)
