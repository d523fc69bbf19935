"""Resource levelling: genetic search over a serial schedule-generation scheme with double justification.

Imported on its own, for it brings numba (planning.kernel): `from planning.levelling import level`.
"""

from planning.levelling.demand import Demand, Resource
from planning.levelling.errors import InvalidCapacity, InvalidDemand, Overcommitted, UnknownResource
from planning.levelling.genetic import Found, Watch, rule, search
from planning.levelling.levelled import EVALUATIONS, Levelled, LevelledTask, level
from planning.levelling.problem import Edge, Problem

__all__ = [
    "EVALUATIONS",
    "Demand",
    "Edge",
    "Found",
    "InvalidCapacity",
    "InvalidDemand",
    "Levelled",
    "LevelledTask",
    "Overcommitted",
    "Problem",
    "Resource",
    "UnknownResource",
    "Watch",
    "level",
    "rule",
    "search",
]
