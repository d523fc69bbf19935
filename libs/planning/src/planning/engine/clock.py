"""Calendar arithmetic on tables: the methods of planning.calendar.WorkCalendar, each in a step or two. OUTSIDE instead of an error."""

from planning.engine.arrays import BY_DAY, BY_MINUTE, CLOSES, OPENS, OUTSIDE, SHIFT, TOTAL, Axes
from planning.instant import MINUTES_PER_DAY
from planning.kernel import step


@step
def worked(axes: Axes, axis: int, instant: int) -> int:
    """The position of an instant: how many working minutes of the table lie before it."""
    opens = axes.meta[axis, OPENS]
    if instant < opens or instant > axes.meta[axis, CLOSES]:
        return OUTSIDE
    segment = axes.by_day[axes.meta[axis, BY_DAY] + (instant - opens) // MINUTES_PER_DAY]
    position = axes.before[segment]
    while axes.begin[segment] < instant:
        position = min(axes.before[segment] + (instant - axes.begin[segment]), axes.before[segment + 1])
        segment += 1
    return int(position)


@step
def start_of(axes: Axes, axis: int, position: int) -> int:
    """The instant at which minute `position` begins."""
    if position < 0 or position >= axes.meta[axis, TOTAL]:
        return OUTSIDE
    segment = axes.by_minute[axes.meta[axis, BY_MINUTE] + (position >> axes.meta[axis, SHIFT])]
    while axes.before[segment + 1] <= position:
        segment += 1
    return int(axes.begin[segment] + (position - axes.before[segment]))


@step
def finish_of(axes: Axes, axis: int, position: int) -> int:
    """The instant at which the minute before `position` ends."""
    instant = start_of(axes, axis, position - 1)
    return instant + 1 if instant != OUTSIDE else OUTSIDE


@step
def add(axes: Axes, axis: int, instant: int, minutes: int) -> int:
    """Working minutes forward to a finish or, negative, back to a start."""
    if minutes == 0:
        return instant
    position = worked(axes, axis, instant)
    if position == OUTSIDE:
        return OUTSIDE
    return finish_of(axes, axis, position + minutes) if minutes > 0 else start_of(axes, axis, position + minutes)


@step
def latest(axes: Axes, source: int, target: int, via: int, lag: int, position: int, from_start: bool) -> int:
    """The greatest position on `source` from which a lag on `via` does not lead beyond `position` on `target`.

    See planning.crossing.Crossing.latest.
    """
    instant = start_of(axes, target, position)
    if instant == OUTSIDE:
        return OUTSIDE
    if lag != 0:
        reached = worked(axes, via, instant) if lag > 0 else worked(axes, via, instant + 1)
        if reached == OUTSIDE:
            return OUTSIDE
        instant = start_of(axes, via, reached - lag - (lag < 0))
        if instant == OUTSIDE:
            return OUTSIDE
    if not from_start:
        return worked(axes, source, instant)
    after = worked(axes, source, instant + 1)
    return after - 1 if after != OUTSIDE else OUTSIDE
