"""The arrays that a simulation runs over.

work, start, critical: [rows, runs]. Everything counted in working minutes is a whole number in float32, which holds them exactly up
to 2**24, so that "does this link drive" is a comparison for equality.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Single: TypeAlias = NDArray[np.float32]
Double: TypeAlias = NDArray[np.float64]

SAME_AXIS = -1
"""In `crossing`: both ends and the lag count on one calendar."""

FINISHES, STARTS = 0, 1
"""How a position becomes an instant: the end of the working minute before it, or the begin of the one after."""


class Rows(NamedTuple):
    """Open and complete tasks in topological order. Links into row i are first[i] … first[i+1]-1.

    floor: where remaining work may start, finish_floor: where it may end (-inf: anywhere); held: links do not move it.
    is_open: counts for criticality. axis: the calendar it works by. source, from_finish, to_finish: which ends a link ties;
    lag: working minutes; crossing: a row of `Crossings`, or SAME_AXIS.
    """

    first: Whole
    floor: Single
    finish_floor: Single
    held: Flags
    is_open: Flags
    axis: Whole
    source: Whole
    from_finish: Flags
    to_finish: Flags
    lag: Single
    crossing: Whole


class Crossings(NamedTuple):
    """Links between calendars: the axes of their ends and of their lag, in working minutes of that."""

    source: Whole
    target: Whole
    lag_axis: Whole
    lag: Double


class Axes(NamedTuple):
    """Calendars as stretches of work, those of axis a in first[a] … first[a+1]-1, the last one empty.

    begin: the instant at which a stretch begins; before: the position there. Both are counted from an origin.
    """

    first: Whole
    begin: Double
    before: Double
