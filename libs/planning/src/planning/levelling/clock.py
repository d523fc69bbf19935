"""A levelling problem of activities that work by several calendars, or whose people are away, in minutes of a clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning.levelling.course import Course, Ints
from planning.levelling.kernels import generate
from planning.timeline.arrays import STARTS
from planning.timeline.kernels import instant, worked


@dataclass(frozen=True, slots=True)
class ClockProblem:
    """soonest: the minute before which no schedule ends, by what resources can do. Made by planning.levelling.clockwork."""

    forward: Course
    backward: Course
    soonest: int

    @property
    def size(self) -> int:
        """How many activities."""
        return self.forward.duration.size

    def courses(self) -> tuple[Course, Course]:
        """Forward and backward in time."""
        return self.forward, self.backward

    def bound(self) -> int:
        """No schedule ends before this minute: neither the longest path of attended work, nor all that is asked of a resource."""
        makespan, _ = with_plenty(self.forward)
        return max(makespan, self.soonest)

    def latest_finishes(self, makespan: int) -> Sequence[int]:
        """The minutes by which each activity has to end for this makespan, were there enough of every resource."""
        clock = self.backward.clock
        floors = [int(worked(clock.axes, axis, float(clock.width - makespan))) for axis in clock.axis]
        _, begins = with_plenty(self.backward._replace(floor=np.array(floors, np.int64)))
        finishes = zip(clock.axis, begins, strict=True)
        return [clock.width - int(instant(clock.axes, axis, begin, STARTS)) for axis, begin in finishes]


def with_plenty(course: Course) -> tuple[int, Ints]:
    """The makespan and the starts, were there enough of every resource; 0 for those that do not fit into the time."""
    plenty = course._replace(demand=np.zeros_like(course.demand))
    start = np.zeros_like(course.duration)
    return int(generate(plenty, plenty.sequence, plenty.room, start)), start
