"""The serial scheme and its justification where activities work by several calendars, or people are away.

Positions are working minutes of each activity's own calendar, exact to the minute; resources are counted per step of a clock, in which
an activity takes part while its calendar works. The links follow planning.passes, readings of starts and finishes included.
"""

import numpy as np

from planning.kernel import kernel
from planning.levelling.course import FREE, UNSCHEDULED, Course, Ints, arrange
from planning.timeline.arrays import FINISHES, STARTS, Flags
from planning.timeline.kernels import instant, place, reached, worked


@kernel
def minute(course: Course, activity: int, position: int, reading: int) -> int:
    """The minute of the clock that a position of an activity's axis stands for."""
    at = instant(course.clock.axes, course.clock.axis[activity], position, reading)
    return int(max(at, 0.0))


@kernel
def arrival(course: Course, start: Ints, opens: Flags, edge: int) -> float:
    """The instant to which an edge leads from where its predecessor stands."""
    clock, source = course.clock, course.before[edge]
    length, from_finish = course.duration[source], clock.from_finish[edge]
    begins = opens[source] if length == 0 else not from_finish
    position = start[source] + (length if from_finish else 0)
    return reached(clock.axes, clock.links, edge, position, STARTS if begins else FINISHES)


@kernel
def bound(course: Course, start: Ints, opens: Flags, edge: int) -> int:
    """The position before which an edge does not let its successor start."""
    gap = int(course.gap[edge])
    if not course.clock.crosses[edge]:
        return int(start[course.before[edge]]) + gap
    at = arrival(course, start, opens, edge)
    return int(worked(course.clock.axes, course.clock.links.target[edge], at)) + gap


@kernel
def is_open(course: Course, start: Ints, opens: Flags, activity: int) -> bool:
    """Whether one without work stands where the next work begins, not where the last has ended: see planning.passes."""
    clock, position = course.clock, start[activity]
    finish = instant(clock.axes, clock.axis[activity], position, FINISHES)
    if course.floor[activity] == position and clock.floor_at[activity] > finish:
        return True
    for edge in range(course.first[activity], course.first[activity + 1]):
        if bound(course, start, opens, edge) == position and arrival(course, start, opens, edge) > finish:
            return True
    return False


@kernel
def attended(course: Course, activity: int, begin: int) -> int:
    """The first position from `begin` on from which on nobody whom the activity needs is away while it lasts."""
    clock, crew = course.clock, course.clock.crew[activity]
    last = clock.away_first[crew + 1]
    away = place(clock.away_until, clock.away_first[crew], last, begin, True)
    while away < last and clock.away_from[away] < begin + course.duration[activity]:
        begin = int(clock.away_until[away])
        away += 1
    return begin


@kernel
def pass_over(course: Course, room: Ints, activity: int, begin: int, takes: bool) -> int:
    """Go through the steps that an activity works in, from the last to the first. takes: subtract its demand from them.

    Otherwise return the first one met in which there is too little for it, or -1.
    """
    clock, axes, demand, guard = course.clock, course.clock.axes, course.demand, course.guard
    first = axes.first[clock.axis[activity]]
    end = begin + course.duration[activity]
    stretch = place(axes.before, first, axes.first[clock.axis[activity] + 1], end, False) - 1
    above = room.shape[0]
    while end > begin and stretch >= first and axes.before[stretch + 1] > begin:
        offset = int(axes.begin[stretch] - axes.before[stretch])
        low = max(begin, int(axes.before[stretch])) + offset
        high = min(end, int(axes.before[stretch + 1])) + offset
        # Two stretches may meet in one step of a coarse clock: it is taken once.
        for step in range(min((high - 1) // clock.unit, above - 1), low // clock.unit - 1, -1):
            for word in range(guard.size):
                if takes:
                    room[step, word] -= demand[activity, word]
                elif ((room[step, word] | guard[word]) - demand[activity, word]) & guard[word] != guard[word]:
                    return step
        above = low // clock.unit
        stretch -= 1
    return -1


@kernel
def fitting(course: Course, room: Ints, activity: int, begin: int) -> int:
    """The first position from `begin` on where people are there and resources suffice; UNSCHEDULED where time ends before."""
    clock, axes, axis = course.clock, course.clock.axes, course.clock.axis[activity]
    total = axes.before[axes.first[axis + 1] - 1]
    while True:
        begin = attended(course, activity, begin)
        if begin + course.duration[activity] >= total:
            return UNSCHEDULED
        clash = pass_over(course, room, activity, begin, False)
        if clash < 0:
            return begin
        begin = int(worked(axes, axis, float((clash + 1) * clock.unit)))


@kernel
def generate_clocked(course: Course, order: Ints, room: Ints, start: Ints) -> int:
    """As planning.levelling.kernels.generate, with the minute of the last finish as makespan; UNSCHEDULED where time ends before."""
    opens = np.zeros(start.size, np.bool_)
    makespan = 0
    for at in range(order.size):
        activity = order[at]
        begin = course.fixed[activity]
        if begin == FREE:
            begin = course.floor[activity]
            for edge in range(course.first[activity], course.first[activity + 1]):
                begin = max(begin, bound(course, start, opens, edge))
            begin = fitting(course, room, activity, begin)
            if begin == UNSCHEDULED:
                return UNSCHEDULED
            pass_over(course, room, activity, begin, True)
        start[activity] = begin
        opens[activity] = course.duration[activity] == 0 and is_open(course, start, opens, activity)
        reading = STARTS if opens[activity] else FINISHES
        makespan = max(makespan, minute(course, activity, begin + course.duration[activity], reading))
    return makespan


@kernel
def justify_clocked(forward: Course, backward: Course, makespan: int, start: Ints, order: Ints, room: Ints) -> int:
    """As planning.levelling.kernels.justify; what did not fit stays as it is."""
    if makespan == UNSCHEDULED:
        return makespan
    width, duration = forward.clock.width, forward.duration
    count = start.size
    key, mirrored = np.empty(count, np.int64), np.empty(count, np.int64)
    for activity in range(count):
        key[activity] = width - minute(forward, activity, start[activity] + duration[activity], FINISHES)
        latest = worked(backward.clock.axes, backward.clock.axis[activity], float(width - makespan))
        backward.floor[activity] = int(latest)
    arrange(backward, key, order)
    room[:] = backward.room
    if generate_clocked(backward, order, room, mirrored) != UNSCHEDULED:
        for activity in range(count):
            key[activity] = width - minute(backward, activity, mirrored[activity] + duration[activity], FINISHES)
        arrange(forward, key, order)
        room[:] = forward.room
        again = generate_clocked(forward, order, room, mirrored)
        if again <= makespan:
            makespan = again
            start[:] = mirrored
    for activity in range(count):
        key[activity] = minute(forward, activity, start[activity], STARTS)
    arrange(forward, key, order)
    return makespan
