"""A link between calendars: how a position on one axis bounds a position on another, and back.

Forward, the predecessor's end is an instant, the lag is worked on the lag's calendar, and the result is read on the
successor's axis. Backward is the exact inverse bound: the latest position whose forward image is not too late. Both agree
to the minute with plain addition when all three calendars are one, which is why a link inside one calendar needs none of this.
"""

from dataclasses import dataclass

from planning.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Crossing:
    """source, target: the calendars of predecessor and successor; lag: signed working minutes on `lag_calendar`."""

    source: WorkCalendar
    target: WorkCalendar
    lag_calendar: WorkCalendar
    lag: int

    def earliest(self, instant: int) -> int:
        """The least position on the target's axis for a predecessor's end at `instant`."""
        return self.target.worked(self.after_lag(instant))

    def after_lag(self, instant: int) -> int:
        """The instant when the lag is worked off; a lead ends where the working minute before it begins."""
        return self.lag_calendar.add(instant, self.lag)

    def latest(self, position: int, *, from_start: bool) -> int:
        """The greatest position of the predecessor's end for which `earliest` is not after `position`."""
        instant = self._before_lag(self.target.start_of(position))
        return self.source.worked(instant + 1) - 1 if from_start else self.source.worked(instant)

    def _before_lag(self, instant: int) -> int:
        """The latest instant that `after_lag` does not take beyond `instant`."""
        if self.lag == 0:
            return instant
        axis = self.lag_calendar
        reached = axis.worked(instant) if self.lag > 0 else axis.worked(instant + 1) - 1
        return axis.start_of(reached - self.lag)
