"""The arrays of a timeline: calendars, and the links that lead from one to another."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Double: TypeAlias = NDArray[np.float64]

SAME_AXIS = -1
"""In `crossing`: both ends and the lag count on one calendar."""

FINISHES, STARTS = 0, 1
"""How a position becomes an instant: the end of the working minute before it, or the begin of the one after."""


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
