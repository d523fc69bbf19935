"""What is uncertain: three-point estimates of durations and costs, and risk events that happen or not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite, sqrt

from planning.errors import PlanError, UnknownTask
from planning.plan import Id, Plan, TaskKind
from planning.risk import RiskKind


class Shape(StrEnum):
    """How probability lies between the three points. PERT: the beta distribution with mean (a + 4m + b) / 6."""

    PERT = "pert"
    TRIANGULAR = "triangular"

    @property
    def weight(self) -> int:
        """How often the likely value counts in the mean; the two others count once."""
        return 4 if self is Shape.PERT else 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """Optimistic ≤ likely ≤ pessimistic; all three equal is certainty. Working minutes, or an amount of money."""

    optimistic: float
    likely: float
    pessimistic: float
    shape: Shape = Shape.PERT

    @property
    def is_ordered(self) -> bool:
        """Whether a ≤ m ≤ b, all of them finite and none below zero."""
        return 0 <= self.optimistic <= self.likely <= self.pessimistic and isfinite(self.pessimistic)

    @property
    def mode(self) -> float:
        """Where the likely value lies between the others, 0 to 1; in the middle where there is nothing between."""
        width = self.pessimistic - self.optimistic
        return (self.likely - self.optimistic) / width if width else 0.5

    @property
    def mean(self) -> float:
        weight = self.shape.weight
        return (self.optimistic + weight * self.likely + self.pessimistic) / (weight + 2)

    @property
    def deviation(self) -> float:
        """The standard deviation of the distribution itself; PERT's (b - a) / 6 is the beta's only where it is symmetric and flatter."""
        a, m, b = self.optimistic, self.likely, self.pessimistic
        if self.shape is Shape.PERT:
            return sqrt((self.mean - a) * (b - self.mean) / 7)
        return sqrt((a * a + m * m + b * b - a * m - a * b - m * b) / 18)


@dataclass(frozen=True, slots=True)
class RiskEvent:
    """Happens with `probability` (0 to 1) in a run. A threat adds its impacts to the task's duration and to the cost, an opportunity
    takes them away, from a duration down to nothing. task_id: None where it only costs. cause: risks of one cause share their luck,
    the less probable happens only in runs in which the more probable does.
    """

    id: Id
    probability: float
    kind: RiskKind = RiskKind.THREAT
    task_id: Id | None = None
    duration: Estimate | None = None
    cost: Estimate | None = None
    cause: Id | None = None


@dataclass(frozen=True, slots=True)
class Correlation:
    """How durations go together, as a one-factor Gaussian copula in two levels: the correlation of the normal scores behind two of them.

    within: of two tasks of one group, such as a project; across: of any two others. 0 ≤ across ≤ within ≤ 1. group_of: by task;
    a task without a group has only `across` in common with the others.
    """

    within: float = 0
    across: float = 0
    group_of: Mapping[Id, Id] = field(default_factory=dict)

    @property
    def is_ordered(self) -> bool:
        """Whether 0 ≤ across ≤ within ≤ 1."""
        return 0 <= self.across <= self.within <= 1


INDEPENDENT = Correlation()


class InvalidCorrelation(PlanError):
    """Correlations that are not 0 ≤ across ≤ within ≤ 1."""

    def __init__(self, correlation: Correlation) -> None:
        super().__init__(f"Correlations need 0 ≤ across ({correlation.across}) ≤ within ({correlation.within}) ≤ 1")


class InvalidEstimate(PlanError):
    """Estimates that are not 0 ≤ optimistic ≤ likely ≤ pessimistic, by the ids of their tasks and risks."""

    def __init__(self, ids: Sequence[Id]) -> None:
        self.ids = list(ids)
        super().__init__(f"Estimates need 0 ≤ optimistic ≤ most likely ≤ pessimistic: {', '.join(map(str, ids))}")


class InvalidRisk(PlanError):
    """Risk events with a probability outside 0 to 1, or with an impact on a duration and no task, or a task that has no work."""

    def __init__(self, ids: Sequence[Id]) -> None:
        self.ids = list(ids)
        super().__init__(f"Risk events with an impossible probability or no task to delay: {', '.join(map(str, ids))}")


class CannotVary(PlanError):
    """Estimates of durations for summaries and milestones, which have none."""

    def __init__(self, task_ids: Sequence[Id]) -> None:
        self.task_ids = list(task_ids)
        super().__init__(f"Summaries and milestones have no duration to estimate: {', '.join(map(str, task_ids))}")


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """durations: of the work that is left of a task, by task; the others take what the plan says. costs: by task, of any kind."""

    durations: Mapping[Id, Estimate]
    costs: Mapping[Id, Estimate]
    risks: Sequence[RiskEvent] = ()
    correlation: Correlation = INDEPENDENT

    def check(self, plan: Plan) -> None:
        """Raises InvalidEstimate, InvalidRisk, CannotVary, UnknownTask, each naming every id that it is about; InvalidCorrelation."""
        if not self.correlation.is_ordered:
            raise InvalidCorrelation(self.correlation)
        estimates = [*self.durations.items(), *self.costs.items()]
        estimates += [(risk.id, impact) for risk in self.risks for impact in (risk.duration, risk.cost) if impact]
        _refuse(InvalidEstimate, (key for key, estimate in estimates if not estimate.is_ordered))
        _refuse(InvalidRisk, (risk.id for risk in self.risks if not _is_possible(risk)))
        works = {task.id: task.kind not in (TaskKind.SUMMARY, TaskKind.MILESTONE) for task in plan.tasks}
        for task_id in (*self.durations, *self.costs):
            if task_id not in works:
                raise UnknownTask(task_id, task_id)
        for risk in self.risks:
            if risk.task_id is not None and risk.task_id not in works:
                raise UnknownTask(risk.task_id, risk.id)
        _refuse(CannotVary, (task_id for task_id in self.durations if not works[task_id]))
        _refuse(
            InvalidRisk, (risk.id for risk in self.risks if risk.duration and risk.task_id and not works[risk.task_id])
        )


def _is_possible(risk: RiskEvent) -> bool:
    return 0 <= risk.probability <= 1 and (risk.duration is None or risk.task_id is not None)


def _refuse(error: type[InvalidEstimate] | type[InvalidRisk] | type[CannotVary], ids: Iterable[Id]) -> None:
    named = list(dict.fromkeys(ids))
    if named:
        raise error(named)
