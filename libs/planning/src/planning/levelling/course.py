"""What the loops of levelling run over: the activities in one direction of time, and the clock where they work by several calendars."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from planning.kernel import kernel
from planning.timeline.arrays import Axes, Crossings, Double, Flags, Whole

Ints: TypeAlias = Whole
Reals: TypeAlias = NDArray[np.float64]

FREE = -1
"""In `fixed`: the activity may be placed."""

UNSCHEDULED = 1 << 60
"""Longer than every makespan: what did not fit into the time that there is."""

NO_CLOCK = 0
"""The `unit` of a clock where there is none: all work by one calendar, and nobody is away."""


class Clock(NamedTuple):
    """Time as the minutes of a clock from a midnight on, for activities that work by several calendars.

    unit: minutes of a step of `room`, or NO_CLOCK. width: how many there are in all. axes: the calendars; axis: that of each activity.
    links: how each edge, by its number, leads from one calendar to another; crosses: whether it does, or just adds its gap;
    from_finish, to_finish: which ends it ties. floor_at: the instants that the floors stand for.
    crew: [activities] who has to be there, as a number k; positions from away_from[i] to away_until[i] are those in which somebody
    of crew k is not, for i in away_first[k] … away_first[k+1]-1. They count on the axis of the activities that the crew works at.
    """

    unit: int
    width: int
    axes: Axes
    axis: Whole
    links: Crossings
    crosses: Flags
    from_finish: Flags
    to_finish: Flags
    floor_at: Double
    crew: Whole
    away_first: Whole
    away_from: Double
    away_until: Double


class Course(NamedTuple):
    """The activities in one direction of time. Edges into v are first[v] … first[v+1]-1 of before and gap.

    duration, floor, fixed: steps per activity, with a clock minutes; fixed: where it stands, or FREE. demand: [activities, words],
    guard: [words]. sequence: a topological order. room: [steps, words], what is left beside the fixed ones.
    """

    duration: Ints
    demand: Ints
    guard: Ints
    first: Ints
    before: Ints
    gap: Ints
    floor: Ints
    fixed: Ints
    sequence: Ints
    room: Ints
    clock: Clock


def no_clock() -> Clock:
    """That of a plan with one calendar, whose positions are the steps themselves."""
    none, nothing, never = np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.bool_)
    axes, links = Axes(none, nothing, nothing), Crossings(none, none, none, nothing)
    return Clock(NO_CLOCK, 0, axes, none, links, never, never, never, nothing, none, none, nothing, nothing)


@kernel
def arrange(course: Course, key: Ints, order: Ints) -> None:
    """Write into `order` the activities by ascending key, predecessors first whatever their keys; overwrites `key`.

    A key below a predecessor's is lifted to it; equal keys keep the course's sequence.
    """
    sequence, first, before = course.sequence, course.first, course.before
    count = sequence.size
    for place in range(count):
        activity = sequence[place]
        for edge in range(first[activity], first[activity + 1]):
            key[activity] = max(key[activity], key[before[edge]])
    ranked = np.empty(count, np.int64)
    for place in range(count):
        ranked[place] = key[sequence[place]] * count + place
    ranked.sort()
    for place in range(count):
        order[place] = sequence[ranked[place] % count]
