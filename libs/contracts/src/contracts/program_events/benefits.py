"""What a program is for: measurable improvements that last after its projects are done."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.program_events.registered import Registered
from contracts.program_events.states import DependencyTask
from contracts.values import Day, Id, Instant, Label, Name, Number, Shape, Text, Weight

Days = Annotated[int, Field(ge=-36_500, le=36_500, strict=True)]
"""Calendar days, back or forth."""


class BenefitStatus(StrEnum):
    """`identified → planned → delivering → transitioned → sustained → closed`."""

    IDENTIFIED = "identified"
    PLANNED = "planned"
    DELIVERING = "delivering"
    TRANSITIONED = "transitioned"
    SUSTAINED = "sustained"
    CLOSED = "closed"


class ProfilePoint(Shape):
    """From so many days after the realisation on, the measure stands at this value."""

    after_days: Annotated[int, Field(ge=0, le=36_500, strict=True)]
    value: Number


class Contributor(Shape):
    """A project without which the benefit would not come."""

    project_id: Id
    share: Weight


class BenefitFields(Shape):
    """A measurable improvement."""

    name: Name
    description: Text = ""
    measure: Label = ""
    """What is measured, and how."""
    unit: Label = ""
    baseline: Number
    """The measure before anything was done."""
    target: Number
    owner: Label = ""
    goal_id: Id | None = None
    """The goal that it serves."""
    weight: Weight = Decimal(1)
    contribution: Text = ""
    """The kind of its contribution to the goal, in words."""
    contributors: list[Contributor] = Field(default_factory=list, max_length=1_000)
    milestone: DependencyTask | None = None
    """The task in one of the program's projects with whose finish it begins: when that slips, so does the benefit."""
    offset_days: Days = 0
    """From the milestone's finish to the realisation."""
    planned_on: Day | None = None
    """The realisation as it was planned; what the forecast is measured against."""
    profile: list[ProfilePoint] = Field(default_factory=list, max_length=200)
    """How the measure goes from the realisation on; empty: at once to the target."""


class BenefitState(BenefitFields, Registered):
    """A benefit."""

    state: BenefitStatus


class MeasurementState(Registered):
    """A measured value of a benefit. Never changed: a correction is a new one, and on one day the last recorded counts."""

    benefit_id: Id
    value: Number
    on: Day
    note: Text
    by: Label
    created_at: Instant
