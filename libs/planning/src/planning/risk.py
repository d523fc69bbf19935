"""Sums over risks: expected monetary value, exposure of the schedule, three-point estimates."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from planning.figure import ARITHMETIC


class RiskKind(StrEnum):
    """A threat costs, an opportunity saves."""

    THREAT = "threat"
    OPPORTUNITY = "opportunity"


@dataclass(frozen=True, slots=True)
class ThreePoint:
    """Optimistic, most likely, pessimistic. Raises ValueError unless a ≤ m ≤ b."""

    optimistic: Decimal
    likely: Decimal
    pessimistic: Decimal

    def __post_init__(self) -> None:
        if not self.optimistic <= self.likely <= self.pessimistic:
            raise ValueError("A three-point estimate needs optimistic ≤ most likely ≤ pessimistic")

    @property
    def pert_mean(self) -> Decimal:
        with localcontext(ARITHMETIC):
            return (self.optimistic + 4 * self.likely + self.pessimistic) / 6

    @property
    def pert_deviation(self) -> Decimal:
        with localcontext(ARITHMETIC):
            return (self.pessimistic - self.optimistic) / 6


def emv(kind: RiskKind, probability: Decimal, cost_impact: Decimal) -> Decimal:
    """Probability times impact; a threat's is negative. cost_impact: an amount ≥ 0. Raises ValueError unless 0 < probability < 1:
    what is certain is an issue, what is impossible is closed.
    """
    _check_probability(probability)
    if cost_impact < 0:
        raise ValueError("An impact has no sign; the kind of the risk gives it one")
    with localcontext(ARITHMETIC):
        expected = probability * cost_impact
        return -expected if kind is RiskKind.THREAT else expected


def total(expected: Iterable[Decimal]) -> Decimal:
    """The sum over risks; those closed or occurred are not to be among them."""
    with localcontext(ARITHMETIC):
        return sum(expected, Decimal(0))


def schedule_exposure(probability: Decimal, days_impact: int, total_float: int) -> Decimal:
    """Expected delay in working minutes: probability times what of the impact exceeds the task's float. days_impact: working minutes."""
    _check_probability(probability)
    with localcontext(ARITHMETIC):
        return probability * max(0, days_impact - max(0, total_float))


def _check_probability(probability: Decimal) -> None:
    if not 0 < probability < 1:
        raise ValueError("An open risk has a probability between 0 and 1, both excluded")
