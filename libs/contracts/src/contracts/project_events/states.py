"""The full state of each record that belongs to one project, as project-svc's events carry it."""

from contracts.project_events.control import Tolerances
from contracts.values import (
    Currency,
    Day,
    DayOrMoment,
    Duration,
    ExternalRef,
    Id,
    Instant,
    Key,
    Label,
    Money,
    Name,
    NonNegativeDuration,
    Percent,
    Shape,
    Share,
    Text,
)
from contracts.vocabulary import (
    ConstraintType,
    Granularity,
    LagCalendar,
    LinkType,
    ProjectStatus,
    RiskKind,
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
    """Null: Monday to Friday, eight hours a day."""
    start: DayOrMoment
    """No task starts earlier."""
    deadline: DayOrMoment | None
    data_date: DayOrMoment | None
    """Progress is as of this date; no remaining work lies before it."""
    tolerances: Tolerances = Tolerances()
    revision: int
    created_at: Instant
    updated_at: Instant


class Constraint(Shape):
    """A bound on a task's dates."""

    type: ConstraintType
    date: DayOrMoment | None
    """Null for ASAP and ALAP only."""


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
    lag: Duration
    """Negative: a lead."""
    lag_calendar: LagCalendar
    revision: int
    created_at: Instant
    updated_at: Instant


class BudgetLineState(Shape):
    """An amount planned for a task, or for the project where there is no task."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    name: Name
    amount: Money
    task_id: Id | None
    contingency: bool
    """Set aside for known risks: inside the baseline, part of the budget at completion."""
    revision: int
    created_at: Instant
    updated_at: Instant


class ActualState(Shape):
    """A cost that was incurred. Entries are never changed: a correction is a new one, with a negative amount."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    on: Day
    amount: Money
    task_id: Id | None
    source: Label
    """The document behind it, for example an invoice number."""
    revision: int
    created_at: Instant


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
    revision: int
    created_at: Instant
    updated_at: Instant
