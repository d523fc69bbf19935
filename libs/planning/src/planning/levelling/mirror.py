"""A problem on a clock, seen backward in time: what ended begins, and every link leads the other way."""

from itertools import pairwise

import numpy as np

from planning.levelling.course import FREE, Clock, Course
from planning.levelling.problem import grouped
from planning.timeline.arrays import Axes, Crossings


def mirrored(course: Course) -> Course:
    """The same activities from the last minute of the clock to the first. The floors are left to planning.levelling.clocked."""
    clock, duration = course.clock, course.duration
    after = np.repeat(np.arange(duration.size), np.diff(course.first))
    first, edges = grouped(course.before.tolist(), duration.size)
    order = np.array(edges, np.int64)
    turned = course.gap + duration[after] - duration[course.before]
    tail = np.where(clock.from_finish, 0, duration[course.before])
    links = clock.links
    total = clock.axes.before[clock.axes.first[1:] - 1]
    return course._replace(
        first=np.array(first, np.int64),
        before=after[order],
        gap=np.where(clock.crosses, -tail, turned)[order],
        floor=np.zeros_like(duration),
        fixed=np.where(course.fixed == FREE, FREE, total[clock.axis].astype(np.int64) - course.fixed - duration),
        sequence=np.ascontiguousarray(course.sequence[::-1]),
        room=np.ascontiguousarray(course.room[::-1]),
        clock=_with_absences_turned(clock, total)._replace(
            axes=_turned(clock.axes, clock.width),
            links=Crossings(links.target[order], links.source[order], links.lag_axis[order], links.lag[order]),
            crosses=clock.crosses[order],
            from_finish=~clock.to_finish[order],
            to_finish=~clock.from_finish[order],
            floor_at=np.full_like(clock.floor_at, -np.inf),
        ),
    )


def _turned(axes: Axes, width: int) -> Axes:
    begin, before = np.empty_like(axes.begin), np.empty_like(axes.before)
    for first, last in pairwise(axes.first):
        own, total = slice(first, last), axes.before[last - 1]
        ends = axes.begin[first : last - 1] + np.diff(axes.before[own])
        begin[own] = width - np.append(ends[::-1], axes.begin[first])
        before[own] = total - axes.before[own][::-1]
    return Axes(axes.first, begin, before)


def _with_absences_turned(clock: Clock, total: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Clock:
    left, back = np.empty_like(clock.away_from), np.empty_like(clock.away_until)
    for crew, (first, last) in enumerate(pairwise(clock.away_first)):
        # All of a crew's activities work by one calendar.
        members = np.flatnonzero(clock.crew == crew)
        if members.size:
            whole = total[clock.axis[members[0]]]
            left[first:last] = whole - clock.away_until[first:last][::-1]
            back[first:last] = whole - clock.away_from[first:last][::-1]
    return clock._replace(away_from=left, away_until=back)
