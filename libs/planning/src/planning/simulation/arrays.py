"""The arrays that a simulation runs over.

work, start, critical: [rows, runs]. Everything counted in working minutes is a whole number in float32, which holds them exactly up
to 2**24, so that "does this link drive" is a comparison for equality.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from planning.timeline.arrays import Flags, Whole

Single: TypeAlias = NDArray[np.float32]


class Rows(NamedTuple):
    """Open and complete tasks in topological order. Links into row i are first[i] … first[i+1]-1.

    floor: where remaining work may start, finish_floor: where it may end (-inf: anywhere); held: links do not move it.
    is_open: counts for criticality. axis: the calendar it works by. source, from_finish, to_finish: which ends a link ties;
    lag: working minutes; crossing: a row of `planning.timeline.arrays.Crossings`, or SAME_AXIS.
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
