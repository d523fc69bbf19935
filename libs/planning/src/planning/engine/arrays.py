"""The arrays that the kernels of the engine run over, by what they say. Nodes are tasks of all kinds, numbered in storage order.

Positions, durations and lags are int32: none is beyond `LIMIT`, so that no sum of three of them overflows. Instants are int64.
An *end* is 2·node for a start and 2·node+1 for a finish.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Instants: TypeAlias = NDArray[np.int64]
Ints: TypeAlias = NDArray[np.int32]
Codes: TypeAlias = NDArray[np.int8]
Flags: TypeAlias = NDArray[np.uint8]

LIMIT = 1 << 28
"""No position, duration or lag is beyond it: 500 years of minutes."""

NO_BOUND = 1 << 30
"""As a ceiling or a reach: later than every position. Negative, as an offset: earlier than every position."""

NEVER = -1
"""No such position, link or imposed date."""

DIRECT = -1
"""As the lag's axis of a link: predecessor, lag and successor are on one axis, and the link is an addition."""

ABSENT = -(1 << 62)
"""No such instant."""

OUTSIDE = -(1 << 62) + 1
"""Beyond the table of a calendar, as an instant or as a position."""

HELD = 1
"""Flag of a node: no link bounds its early dates."""
DONE = 2
"""Flag of a node: it is its actual dates."""
LATE = 4
"""Flag of a node: scheduled as late as its free float allows."""
SPANS = 8
"""Flag of a node: a level of effort or a summary; its dates come from others and bound nothing."""
BEGUN = 32
"""Flag of a node: its start has happened."""
PINNED = 64
"""Flag of a node: no link bounds its late dates."""
EMPTY = 16
"""Flag of a node: a summary, or no task at all."""


class Axes(NamedTuple):
    """Calendars as tables. A segment is a stretch of working minutes without a gap; each calendar's end with a sentinel.

    meta: [calendar, 6], see OPENS … below. begin: the instant of each segment's first minute; before: the position it stands for.
    by_day: per day of the table the first segment that ends after the day begins. by_minute: per 2^shift minutes of working
    time the segment in which they begin. Both hold indices into begin and before.
    """

    meta: Instants
    begin: Instants
    before: Ints
    by_day: Ints
    by_minute: Ints


OPENS, CLOSES, TOTAL, BY_DAY, BY_MINUTE, SHIFT = range(6)
"""Columns of Axes.meta: first and last instant, working minutes in all, where its part of by_day and by_minute begins, log2 of a step."""

EARLY_START, EARLY_FINISH, LATE_START, LATE_FINISH, TOTAL_FLOAT, FREE_FLOAT, SCHEDULED_START, SCHEDULED_FINISH = range(
    8
)
"""Columns of the dates of a node: instants, floats in working minutes."""
COLUMNS = 8


class Facts(NamedTuple):
    """What each node was given; codes as in planning.engine.codes. resume: instant before which no remaining work of its project is.

    remaining: working minutes left if it has started. imposed_begin, imposed_end: its part of imposed_at and imposed_side.
    """

    kind: Codes
    mode: Codes
    constraint: Codes
    project: Ints
    axis: Ints
    project_axis: Ints
    duration: Ints
    remaining: Ints
    resume: Instants
    constraint_at: Instants
    deadline: Instants
    actual_start: Instants
    actual_finish: Instants
    imposed_begin: Ints
    imposed_end: Ints
    imposed_at: Instants
    imposed_side: Codes


class Limits(NamedTuple):
    """What follows from that for each node, on its axis; see planning.limits.Limit. imposed: the imposed date that set the floor, or NEVER.

    actual: per end, the instant that has happened, or ABSENT.
    """

    remaining: Ints
    floor: Ints
    floor_at: Instants
    ceiling: Ints
    pinned: Ints
    begun: Ints
    imposed: Ints
    flags: Flags
    actual: Instants


class Ties(NamedTuple):
    """The links as they were given, by number. via: the axis its lag is worked on, or DIRECT."""

    before: Ints
    after: Ints
    kind: Codes
    lag: Ints
    lag_calendar: Codes
    via: Ints


class Into(NamedTuple):
    """Links by successor: begin[node] … end[node]-1 of the others, in the order of the plan. source: the end it leaves from.

    ends[source] + offset bounds the successor's start, unless via says otherwise.
    """

    begin: Ints
    end: Ints
    source: Ints
    offset: Ints
    link: Ints


class Out(NamedTuple):
    """Links by predecessor. The late start of the target + reach bounds the predecessor's finish, unless via says otherwise."""

    begin: Ints
    end: Ints
    target: Ints
    reach: Ints
    link: Ints


class Early(NamedTuple):
    """start: where remaining work starts. ends: 2 per node. driver: the driving link or NEVER. opens: see planning.passes.Early."""

    start: Ints
    ends: Ints
    driver: Ints
    opens: Flags


class Late(NamedTuple):
    """Positions. start: the latest of remaining work. room: the latest finish that moves no successor; delayed: the same where those as
    late as possible give way, worked out where there are such.
    """

    start: Ints
    room: Ints
    delayed: Ints


class Log(NamedTuple):
    """Early dates that nodes had before a change, by number; the first `written[0]` are there. ends: two by two."""

    written: Ints
    node: Ints
    start: Ints
    ends: Ints
    opens: Flags


class Network(NamedTuple):
    """All of it. order: the nodes, predecessors first."""

    axes: Axes
    facts: Facts
    limits: Limits
    ties: Ties
    into: Into
    out: Out
    order: Ints


def empty_early(count: int) -> Early:
    """Room for the early dates of so many nodes."""
    start, ends, driver = (np.zeros(size, np.int32) for size in (count, 2 * count, count))
    return Early(start, ends, driver, np.zeros(count, np.uint8))


def empty_late(count: int) -> Late:
    """Room for the late dates of so many nodes."""
    start, room, delayed = (np.zeros(count, np.int32) for _ in range(3))
    return Late(start, room, delayed)


def empty_log(count: int) -> Log:
    """Room for the earlier dates of so many nodes."""
    node, start, ends = (np.zeros(size, np.int32) for size in (count, count, 2 * count))
    return Log(np.zeros(1, np.int32), node, start, ends, np.zeros(count, np.uint8))
