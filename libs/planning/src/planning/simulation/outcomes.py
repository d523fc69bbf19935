"""What came out of the runs: sorted values, asked for percentiles and chances."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planning.plan import Id


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """values: [runs], ascending, one per run. Percentiles are values that came up: the least that so many runs do not exceed."""

    values: NDArray[np.float64]

    def at(self, share: float) -> float:
        """The value that this share of the runs (0 to 1) does not exceed. Raises ValueError for a share outside."""
        if not 0 <= share <= 1:
            raise ValueError(f"A share of runs lies between 0 and 1, not at {share}")
        # Rounded before it is rounded up, for 0.9 * 10 can be a little more than 9 in binary.
        rank = int(np.ceil(round(share * self.values.size, 6)))
        return float(self.values[max(rank, 1) - 1])

    def chance_of(self, value: float) -> float:
        """The share of runs that did not exceed the value."""
        return float(np.searchsorted(self.values, value, side="right")) / self.values.size

    @property
    def p50(self) -> float:
        return self.at(0.5)

    @property
    def p80(self) -> float:
        return self.at(0.8)

    @property
    def p90(self) -> float:
        return self.at(0.9)

    @property
    def mean(self) -> float:
        return float(self.values.mean())

    @property
    def deviation(self) -> float:
        """The standard deviation of the runs, 0 for a single one."""
        return float(self.values.std(ddof=1)) if self.values.size > 1 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """finish: instants at which the whole is finished. duration: working minutes from its start to there, on the first project's
    calendar. cost: None where nothing was said about costs. planned_finish: the instant without uncertainty.

    criticality: for each task, the share of runs in which a delay of it would have delayed the finish; a complete one has 0.
    sensitivity: for each estimate of a duration and each risk event, its rank correlation with the finish, -1 to 1; None where
    one of them does not vary. The same plan, uncertainty, runs and seed give the same bits, and fewer runs the first of more.
    """

    seed: int
    runs: int
    planned_finish: int
    finish: Outcomes
    duration: Outcomes
    cost: Outcomes | None
    criticality: dict[Id, float]
    sensitivity: dict[Id, float | None]
    dates: dict[Id, NDArray[np.float64]] = field(default_factory=dict)
    """[runs] instants in the order of the runs, of what was watched and is in the plan."""


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """[runs] ranks from 1, equal values sharing the mean of theirs."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: NDArray[np.float64] = (last - (counts - 1) / 2)[group]
    return shared
