"""Words of a plan as small integers, in the order of their enums."""

from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from planning.plan import ConstraintType, LagCalendar, LinkType, SchedulingMode, TaskKind

Word = TypeVar("Word", bound=Enum)


def codes_of(words: type[Word]) -> dict[Word, int]:
    """The number of each word."""
    return {word: number for number, word in enumerate(words)}


KIND = codes_of(TaskKind)
MODE = codes_of(SchedulingMode)
CONSTRAINT = codes_of(ConstraintType)
LINK = codes_of(LinkType)
LAG_CALENDAR = codes_of(LagCalendar)
SIDE = {"start": 0, "finish": 1}

# The kernels compare with these; numba takes globals for constants, but looks into no dictionaries.
TASK, MILESTONE, SUMMARY, LEVEL_OF_EFFORT = range(4)
ASAP, ALAP, SNET, SNLT, FNET, FNLT, MSO, MFO = range(8)
AUTO_ASAP, AUTO_ALAP, MANUAL = range(3)
FS, SS, FF, SF = range(4)
OF_PROJECT, OF_PREDECESSOR, OF_SUCCESSOR, ROUND_THE_CLOCK = range(4)


def counting(kinds: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which tasks say when a plan starts and finishes, of these kinds: `planning.reference.counting`."""
    own = kinds != SUMMARY
    work = own & (kinds != LEVEL_OF_EFFORT)
    return work if work.any() else own if own.any() else np.ones_like(own)
