"""The full state of each record that belongs to one project, as project-svc's events carry it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.project_events.control import RiskMatrix, Tolerances
from contracts.project_events.registered import Registered
from contracts.project_events.resources import WorkMode
from contracts.values import (
    STANDARD_HOURS,
    Currency,
    Day,
    DayOrMoment,
    Duration,
    ExternalRef,
    HoursPerDay,
    Id,
    Instant,
    Key,
    Label,
    Money,
    Name,
    NonNegativeDuration,
    NonNegativeWrittenDuration,
    Percent,
    Shape,
    Share,
    Shifts,
    Text,
    Week,
    WrittenDuration,
)
from contracts.vocabulary import (
    ConstraintType,
    Granularity,
    LagCalendar,
    LinkType,
    ProgressLogic,
    ProjectStatus,
    RiskKind,
    RiskProximity,
    RiskResponse,
    RiskStatus,
    SchedulingMode,
    TaskKind,
    TaskStatus,
)


class ProjectState(Shape):
    """One temporary endeavour."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    key: Key
    name: Name
    purpose: Text
    """The goal in words."""
    scope: Text
    success_criteria: Text
    manager: Label
    sponsor: Label
    state: ProjectStatus
    granularity: Granularity
    currency: Currency
    calendar_id: Id | None
    """Null: the standard calendar, Monday to Friday from 09:00 to 17:00, eight hours a day."""
    start: DayOrMoment
    """No task starts earlier."""
    deadline: DayOrMoment | None
    data_date: DayOrMoment | None
    """Progress is as of this date; no remaining work lies before it."""
    tolerances: Tolerances = Tolerances()
    risk_matrix: RiskMatrix = RiskMatrix()
    management_reserve: Money | None = None
    """What is set aside for the unforeseen: outside the baseline, no part of the budget at completion."""
    progress_logic: ProgressLogic = ProgressLogic.RETAINED
    """Whether work that has begun out of sequence waits for its predecessors (`retained`), or goes on (`override`)."""
    critical_float: NonNegativeWrittenDuration = WrittenDuration()
    """Up to how much float a task is critical, in its own project's schedule and in its program's."""
    revision: int
    created_at: Instant
    updated_at: Instant


Year = Annotated[int, Field(ge=1900, le=2200, strict=True)]

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(examples=["DE"])]
"""ISO 3166-1, two letters."""
Subdivision = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 _-]{1,40}$"), Field(examples=["BE"])]
"""The part of ISO 3166-2 after the hyphen."""

MOST_EXCEPTIONS = 2_000
"""Exceptions of one calendar; a stretch of days counts once. As many holidays may come on top."""


class CalendarException(Shape):
    """A day, or a stretch of days, that differs from the week: without shifts it is free, with shifts it is worked so."""

    on: Day
    to: Day | None = None
    """The last day of a stretch; null for one day."""
    name: Label = ""
    shifts: Shifts = Field(default_factory=list)


class Holidays(Shape):
    """Whose public holidays are free."""

    country: Country
    subdivision: Subdivision | None
    """Null for what the whole country keeps."""
    first_year: Year
    last_year: Year
    """Beyond these years no holidays are known to the calendar."""


class DayOff(Shape):
    """A public holiday."""

    on: Day
    name: Label


class CalendarContent(Shape):
    """What a calendar says of days. It is complete: its holidays are listed, none needs to be looked up.

    Where several say something of one day, `exceptions` come before `days_off`, and these before the week.
    """

    name: Name
    hours_per_day: HoursPerDay
    """What `P1D` stands for."""
    shifts: Week
    exceptions: Annotated[list[CalendarException], Field(max_length=MOST_EXCEPTIONS)]
    """In the order of their days; no two of them are about the same day."""
    holidays: Holidays | None
    days_off: Annotated[list[DayOff], Field(max_length=MOST_EXCEPTIONS)]
    """The public holidays, in order."""


class CalendarState(CalendarContent, Registered):
    """When a project's work is done."""

    shared_calendar_id: Id | None = None
    """The organisation's calendar that it follows: what changes there, changes here. Null: the project's own."""
    version: int
    """1 when it was created; grows with each change of it."""


class Constraint(Shape):
    """A bound on a task's dates."""

    type: ConstraintType
    date: DayOrMoment | None
    """Null for ASAP and ALAP only."""


Assignees = Annotated[list[Name], Field(max_length=100)]


class TaskState(Shape):
    """A task, milestone or summary of a project's work breakdown."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    parent_id: Id | None
    """The summary that it is part of."""
    wbs_code: Label
    name: Name
    description: Text
    kind: TaskKind
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in this task's durations: the hours of a day on its calendar, when this was said."""
    duration: NonNegativeDuration
    remaining_duration: NonNegativeDuration | None
    """Null: what percent complete leaves of the duration."""
    calendar_id: Id | None
    """Null: the project's."""
    mode: SchedulingMode
    constraint: Constraint | None
    deadline: DayOrMoment | None
    percent_complete: Percent
    actual_start: DayOrMoment | None
    actual_finish: DayOrMoment | None
    state: TaskStatus
    quality_criteria: Text = ""
    """What its result is measured by."""
    assignees: Assignees = Field(default_factory=list)
    """Who does it or answers for it, by name. What it takes of whom: its assignments."""
    work_mode: WorkMode = WorkMode.FIXED_UNITS
    """Which one of duration, units and work stays when another one changes."""
    planned_start: DayOrMoment | None = None
    """When somebody plans it to start. A task by hand is held to it; any other is scheduled whatever it says."""
    planned_finish: DayOrMoment | None = None
    """When somebody plans it to be finished. A task by hand without a planned start is held to it."""
    revision: int
    created_at: Instant
    updated_at: Instant


class LinkState(Shape):
    """A link between two tasks of one project."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    predecessor_id: Id
    successor_id: Id
    type: LinkType
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in the lag: the hours of a day on its calendar, when this was said; 24 round the clock."""
    lag: Duration
    """Negative: a lead."""
    lag_calendar: LagCalendar
    revision: int
    created_at: Instant
    updated_at: Instant


class RiskState(Shape):
    """Something that may happen, for better or worse."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    title: Name
    description: Text
    """Cause, event and effect."""
    kind: RiskKind
    category: Label
    state: RiskStatus
    probability: Share
    """Between 0 and 1, both excluded while the risk is open."""
    cost_impact: Money
    """What it would cost, or save: the size alone, never negative."""
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in the impact: the hours of a day on the project's calendar, when this was said."""
    days_impact: NonNegativeDuration
    response: RiskResponse | None
    owner: Label
    trigger: Text
    contingency_plan: Text
    escalated: bool
    task_id: Id | None
    """The task whose dates it threatens."""
    review_on: Day | None
    emv: Money
    """Expected monetary value: probability times cost impact, a threat negative; zero once closed or occurred."""
    proximity: RiskProximity | None = None
    """When it may happen."""
    residual_probability: Share | None = None
    """What is expected once the response is carried out; null: as it is."""
    residual_cost_impact: Money | None = None
    residual_days_impact: NonNegativeDuration | None = None
    revision: int
    created_at: Instant
    updated_at: Instant
