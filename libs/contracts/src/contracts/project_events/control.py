"""How a project is steered: its phases and gates, its tolerances, and the exceptions from them."""

from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from contracts.project_events.registered import Registered
from contracts.values import (
    MINUTES_PER_DAY,
    Day,
    Id,
    Label,
    Money,
    Name,
    NonNegativeWrittenDuration,
    Percent,
    Probability,
    Shape,
    Text,
    WrittenDuration,
)

Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
"""How many of something."""


class Tolerances(Shape):
    """How far each dimension may drift from the approved baseline before it is no longer the manager's own to decide.

    Null: no tolerance was agreed on, and nothing is watched.
    """

    schedule: NonNegativeWrittenDuration | None = None
    """By how much working time of the project's calendar the finish may be later."""
    cost: Money | None = None
    """By how much the forecast of the cost may be above the budget."""
    cost_percent: Percent | None = None
    """The same in percent of the budget; where both are given, the smaller one counts."""
    scope: Count | None = None
    """How many tasks may have been added or removed."""
    risk: Money | None = None
    """What the open threats may cost together, by their expected monetary value."""
    quality: Count | None = None
    """How many deliverables may stand rejected."""
    benefits: Text = ""
    """What the benefits may fall short by, in words: they are measured in the program."""


Score = Annotated[int, Field(ge=1, le=100, strict=True)]
"""Level of probability times level of impact."""
MOST_LIMITS = 9


def _ascending(limits: tuple[Any, ...]) -> tuple[Any, ...]:
    sizes = [limit.on(MINUTES_PER_DAY) if isinstance(limit, WrittenDuration) else limit for limit in limits]
    if any(following <= limit for limit, following in pairwise(sizes)):
        raise PydanticCustomError("limits_order", "Limits ascend")
    return limits


def _limits() -> Any:
    return Field(min_length=1, max_length=MOST_LIMITS)


ShareLimits = Annotated[tuple[Probability, ...], _limits(), AfterValidator(_ascending)]
DelayLimits = Annotated[tuple[NonNegativeWrittenDuration, ...], _limits(), AfterValidator(_ascending)]


class RiskMatrix(Shape):
    """How risks are scored. Limits lie between levels: what reaches the first one has level 2, what stays below it level 1."""

    probability_limits: ShareLimits = (
        *(Decimal("0.1"), Decimal("0.3")),
        *(Decimal("0.5"), Decimal("0.7")),
    )
    cost_limits: ShareLimits = (
        *(Decimal("0.01"), Decimal("0.02")),
        *(Decimal("0.05"), Decimal("0.1")),
    )
    """Shares of the budget."""
    delay_limits: DelayLimits = (
        *(WrittenDuration(5), WrittenDuration(10)),
        *(WrittenDuration(20), WrittenDuration(40)),
    )
    """Working time of the project's calendar."""
    medium_from: Score = 5
    """From this score on a risk is medium,"""
    high_from: Score = 12
    """from this one on high."""

    @model_validator(mode="after")
    def _bands_ascend(self) -> Self:
        if self.high_from <= self.medium_from:
            raise PydanticCustomError("bands_order", "A high score is above a medium one")
        return self


class PhaseStatus(StrEnum):
    """`planned → active → complete`."""

    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETE = "complete"


class PhaseFields(Shape):
    """A part of the project's life that ends with a decision."""

    name: Name
    order: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 0
    """Which comes first."""
    objective: Text = ""
    owner: Label = ""
    planned_start: Day | None = None
    planned_finish: Day | None = None
    task_id: Id | None = None
    """The summary that it stands for."""


class PhaseState(PhaseFields, Registered):
    """A phase."""

    state: PhaseStatus


class GateStatus(StrEnum):
    """`open → decided`; one that was put on hold or sent back is opened again."""

    OPEN = "open"
    DECIDED = "decided"


class GateDecision(StrEnum):
    """What was decided at a gate."""

    GO = "go"
    CONDITIONAL_GO = "conditional_go"
    HOLD = "hold"
    RECYCLE = "recycle"
    KILL = "kill"


class GateCriterion(Shape):
    """Something that has to be so before the project goes on."""

    text: Name
    met: StrictBool = False
    evidence: Text = ""


class GateFields(Shape):
    """A point at which somebody decides whether, and how, the project goes on."""

    name: Name
    phase_id: Id | None = None
    """The phase that it closes."""
    task_id: Id | None = None
    """The milestone at which it is held."""
    planned_on: Day | None = None
    owner: Label = ""
    """Who is to see that it is decided; empty: the project's manager."""
    criteria: list[GateCriterion] = Field(default_factory=list, max_length=100)
    evidence: Text = ""
    decision: GateDecision | None = None
    conditions: Text = ""
    """What a conditional go depends on."""
    decided_by: Label = ""
    decided_on: Day | None = None


class GateState(GateFields, Registered):
    """A gate."""

    state: GateStatus
