"""A calendar's axis with a memory: the few thousand positions that a plan uses, turned into instants once each."""

from planning.calendar import WorkCalendar


class Finishes(dict[int, int]):
    """finish_of by position; a missing one is worked out. Raises OutsideCalendar."""

    __slots__ = ("_calendar",)

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar

    def __missing__(self, position: int) -> int:
        instant = self[position] = self._calendar.finish_of(position)
        return instant


class Starts(dict[int, int]):
    """start_of by position; a missing one is worked out. Raises OutsideCalendar."""

    __slots__ = ("_calendar",)

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar

    def __missing__(self, position: int) -> int:
        instant = self[position] = self._calendar.start_of(position)
        return instant


class Axis:
    """One calendar during one run. Compared by identity: a network has one axis for all its equal calendars."""

    __slots__ = ("calendar", "finish", "start")

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self.start = Starts(calendar)
        self.finish = Finishes(calendar)
