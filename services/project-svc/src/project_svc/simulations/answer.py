"""What comes back from the process that simulates: figures, not the runs."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What so many of the runs did not exceed."""

    p50: float
    p80: float
    p90: float
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Answer:
    """finish: instants; duration: working minutes; cost: amounts, without what belongs to no task. chance_of_…: shares of the runs."""

    planned_finish: int
    finish: Percentiles
    duration: Percentiles
    cost: Percentiles | None
    chance_of_planned: float
    chance_of_deadline: float | None
    chance_of_budget: float
    criticality: dict[UUID, float]
    sensitivity: dict[UUID, float | None]
