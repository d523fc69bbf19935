"""Where a risk lies in the matrix, before and after its response."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from contracts.project_events.control import RiskMatrix


class Band(StrEnum):
    """How much a risk matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Scored:
    """Levels count from 1. The impact is the higher one of what it costs and what it delays."""

    probability_level: int
    impact_level: int
    score: int
    band: Band


@dataclass(frozen=True, slots=True)
class Scale:
    """What risks are measured by. budget: what shares of it are meant by, 0 where there is none, and then any cost at all has the highest
    level; minutes_per_day: a working day of the project.
    """

    matrix: RiskMatrix
    budget: Decimal
    minutes_per_day: int


def scored(scale: Scale, probability: Decimal, cost: Decimal, delay: int) -> Scored:
    """The place of a risk. cost: an amount; delay: working minutes."""
    matrix, day = scale.matrix, scale.minutes_per_day
    likely = _level(matrix.probability_limits, probability)
    late = _level(sorted(limit.on(day).minutes for limit in matrix.delay_limits), delay)
    impact = max(late, _cost_level(matrix, cost, scale.budget))
    score = likely * impact
    return Scored(likely, impact, score, band_of(matrix, score))


def band_of(matrix: RiskMatrix, score: int) -> Band:
    """How much a risk with this score matters."""
    return Band.HIGH if score >= matrix.high_from else Band.MEDIUM if score >= matrix.medium_from else Band.LOW


def _cost_level(matrix: RiskMatrix, cost: Decimal, budget: Decimal) -> int:
    if budget > 0:
        return _level(matrix.cost_limits, cost / budget)
    return len(matrix.cost_limits) + 1 if cost > 0 else 1


def _level(limits: Sequence[Decimal] | Sequence[int], value: Decimal | int) -> int:
    return bisect_right(limits, value) + 1
