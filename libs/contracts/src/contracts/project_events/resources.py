"""Who and what does the work: resources with their rates, and their assignments to tasks."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.project_events.registered import Registered
from contracts.values import (
    STANDARD_HOURS,
    Day,
    HoursPerDay,
    Id,
    Label,
    Money,
    Name,
    NonNegativeDuration,
    Shape,
    Text,
    Units,
)

MOST_RATES = 100


class ResourceKind(StrEnum):
    """People and machines work, material is used up, a cost is an amount and nothing else."""

    WORK = "work"
    MATERIAL = "material"
    COST = "cost"


class WorkMode(StrEnum):
    """Which one of duration, units and work stays when another one of a task changes: work = duration x units."""

    FIXED_DURATION = "fixed_duration"
    FIXED_UNITS = "fixed_units"
    FIXED_WORK = "fixed_work"


class Rate(Shape):
    """What a resource costs from a day on."""

    effective_on: Day | None = None
    """The first day on which it holds; null for the first rate, which holds from the beginning."""
    standard: Money
    """An hour of work; of material, a unit."""
    per_use: Money | None = None
    """Due once for each assignment, when it begins."""


Rates = Annotated[list[Rate], Field(max_length=MOST_RATES)]


class ResourceState(Registered):
    """Somebody or something that a project's work takes."""

    name: Name
    kind: ResourceKind
    description: Text
    email: Label
    group: Label
    """The team, company or trade that it belongs to."""
    calendar_id: Id | None
    """When it is there; null: whenever its tasks are worked on. Dates are those of the tasks' calendars: levelling goes round its days off,
    costs fall on the other days, and schedule quality names the assignments that fall on days off.
    """
    units: Units
    """How many there are at a time: 1 is one person all day, 0.5 half of their time. Nothing is limited by it until the plan is levelled."""
    unit: Label
    """What a unit of material is: `t`, `m³`."""
    rates: Rates
    """In the order of their days."""


class AssignmentState(Registered):
    """A resource at work on a task."""

    task_id: Id
    resource_id: Id
    units: Units
    """How many of it; of material, the quantity."""
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in the work: the hours of a day on the task's calendar, when this was said."""
    work: NonNegativeDuration
    """All of it, done and left; none for material and costs."""
    actual_work: NonNegativeDuration
    remaining_work: NonNegativeDuration
    amount: Money | None
    """Of a cost: how much. Null for work and material, whose cost follows from their rates."""
