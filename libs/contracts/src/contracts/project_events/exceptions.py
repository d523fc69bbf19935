"""Exceptions: a tolerance is forecast to be exceeded, and somebody above the manager decides what follows."""

from enum import StrEnum

from contracts.project_events.control import Count
from contracts.project_events.registered import Registered
from contracts.values import (
    STANDARD_HOURS,
    Day,
    DayOrMoment,
    Duration,
    HoursPerDay,
    Id,
    Label,
    Money,
    Name,
    Shape,
    Text,
)


class Dimension(StrEnum):
    """What a project is held to."""

    SCHEDULE = "schedule"
    COST = "cost"
    SCOPE = "scope"
    RISK = "risk"
    BENEFITS = "benefits"
    QUALITY = "quality"


class ExceptionStatus(StrEnum):
    """`open → decided → closed`."""

    OPEN = "open"
    DECIDED = "decided"
    CLOSED = "closed"


class ExceptionFields(Shape):
    """What people write of an exception."""

    title: Name
    cause: Text = ""
    consequences: Text = ""
    options: Text = ""
    recommendation: Text = ""
    owner: Label = ""
    decision: Text = ""
    decided_by: Label = ""
    decided_on: Day | None = None


class ControlFigures(Shape):
    """Where the project stands against its approved baseline."""

    revision: int
    """The project's revision that they were computed from."""
    data_date: DayOrMoment
    baseline_id: Id | None
    baseline_finish: DayOrMoment | None
    finish: DayOrMoment
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in the variance: the hours of a day on the project's calendar, as they were then."""
    finish_variance: Duration | None
    """Positive is late; null without an approved baseline."""
    bac: Money
    pv: Money
    ev: Money
    ac: Money
    eac: Money | None
    """The headline forecast; null where there is none."""
    tasks_added: Count
    tasks_removed: Count
    threats: Money
    """What the open threats may cost together, by their expected monetary value."""
    deliverables_rejected: Count


class ExceptionState(ExceptionFields, Registered):
    """An exception, with the figures as they stood when it was raised."""

    state: ExceptionStatus
    dimension: Dimension
    is_drafted: bool
    """The system raised it; else somebody did."""
    tolerance: Label
    """What was agreed on: a duration, an amount or a number."""
    forecast: Label
    """What was forecast, in the same form."""
    figures: ControlFigures
