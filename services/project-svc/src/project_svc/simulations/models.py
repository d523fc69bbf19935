"""A simulation of a project's finish and cost: what is asked for, and what comes of it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from contracts.values import DayOrMoment, Duration, Id, Money, NonNegativeWrittenDuration, Shape

MOST_RUNS = 100_000
Factor = Annotated[Decimal, Field(ge=0, le=10, description="of the likely value", examples=[0.9])]


class EstimateShape(StrEnum):
    """How probability lies between the three points."""

    PERT = "pert"
    TRIANGULAR = "triangular"


class TaskEstimate(Shape):
    """Three points for the work that is left of a task."""

    task_id: Id
    optimistic: NonNegativeWrittenDuration
    likely: NonNegativeWrittenDuration
    pessimistic: NonNegativeWrittenDuration
    shape: EstimateShape = EstimateShape.PERT


class Spread(Shape):
    """How far the outcome may lie from what is planned, where nothing better is known."""

    optimistic: Factor = Decimal(1)
    pessimistic: Factor = Decimal(1)
    shape: EstimateShape = EstimateShape.PERT

    @model_validator(mode="after")
    def _is_about_one(self) -> Self:
        if not self.optimistic <= 1 <= self.pessimistic:
            raise PydanticCustomError("spread", "Optimistic is at most 1, pessimistic at least 1")
        return self


class SimulationAsk(Shape):
    """What to simulate. Without estimates and spreads, the project's risks alone make the difference."""

    runs: Annotated[StrictInt, Field(ge=1, le=MOST_RUNS)] = 10_000
    seed: Annotated[StrictInt, Field(ge=0, le=2**53 - 1)] = 0
    """The same seed gives the same answer."""
    estimates: Annotated[tuple[TaskEstimate, ...], Field(max_length=10_000)] = ()
    duration_spread: Spread = Spread()
    """Of open tasks without an estimate."""
    cost_spread: Spread = Spread()
    """Of budget lines, for the work that is left."""
    with_risks: StrictBool = True


class FinishOutcome(Shape):
    """When the project ends: dates that came up, by which so many of the runs had ended."""

    planned: DayOrMoment
    p50: DayOrMoment
    p80: DayOrMoment
    p90: DayOrMoment
    chance_of_planned: float
    chance_of_deadline: float | None
    """null without a deadline."""


class DurationOutcome(Shape):
    """How long it takes, in working time of the project's calendar."""

    p50: Duration
    p80: Duration
    p90: Duration
    mean: Duration
    deviation: Duration


class CostOutcome(Shape):
    """What it costs: what was spent, the budget of the work that is left, without contingency, and what the risks add."""

    planned: Money
    """The budget, without contingency."""
    p50: Money
    p80: Money
    p90: Money
    mean: Money
    chance_of_budget: float
    """Of staying within the budget, contingency included."""


class Criticality(Shape):
    """In which share of the runs a delay of the task would have delayed the finish."""

    task_id: Id
    share: float


class Sensitivity(Shape):
    """Rank correlation with the finish, -1 to 1; null where one of them does not vary."""

    record: Literal["task", "risk"]
    id: Id
    correlation: float | None


class SimulationRead(Shape):
    """What came of the runs: the job's `result`."""

    project_id: Id
    revision: int
    """The project's, as it was simulated."""
    seed: int
    runs: int
    finish: FinishOutcome
    duration: DurationOutcome
    cost: CostOutcome
    criticality: list[Criticality]
    """Of every task, the most critical first."""
    sensitivity: list[Sensitivity]
    """Of every estimate and risk, the strongest first."""
