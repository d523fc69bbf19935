"""The full state of each record that lies between projects, as program-svc's events carry it."""

from typing import Annotated

from pydantic import Field

from contracts.schedules import is_none
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
    Moment,
    Money,
    Name,
    NonNegativeDuration,
    Number,
    Shape,
    Share,
    Text,
    Weight,
)
from contracts.vocabulary import (
    DependencyPolicy,
    DependencyStatus,
    GoalStatus,
    KeyResultKind,
    LinkType,
    ProgramStatus,
    SlipDecision,
    SuspensionReason,
    TaskSide,
)


class ProgramTolerances(Shape):
    """How far each dimension may drift. Null: nothing was agreed on, and nothing is watched."""

    schedule: NonNegativeDuration | None = None
    """By how much working time the forecast finish may lie after the program's deadline or, without one, its approved baseline."""
    cost: Money | None = None
    """By how much the forecast of the cost may be above the budget."""
    risk: Money | None = None
    """What the open threats may cost together, by their expected monetary value."""
    breached_dependencies: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None
    """How many dependencies may be broken at once."""


class ProgramState(Shape):
    """Several related projects that together reach goals that none reaches alone."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    key: Key
    name: Name
    purpose: Text
    manager: Label
    sponsor: Label
    state: ProgramStatus
    deadline: DayOrMoment | None
    margin_threshold: Duration
    """A committed dependency with less margin than this is at risk."""
    portfolio_id: Annotated[Id | None, Field(exclude_if=is_none)] = None
    """The portfolio that it is part of; left out where there is none."""
    currency: Annotated[Currency | None, Field(exclude_if=is_none)] = None
    """What its money is reported in, by the rates that are stored with it; left out where nothing is converted."""
    tolerances: Annotated[ProgramTolerances | None, Field(exclude_if=is_none)] = None
    """How far it may drift before somebody above it decides; left out where nothing was agreed on."""
    revision: int
    created_at: Instant
    updated_at: Instant


class ComponentState(Shape):
    """A project's membership in a program; a project is in at most one."""

    organization_id: Id
    program_id: Id
    project_id: Id
    revision: int
    created_at: Instant


class DependencyTask(Shape):
    """One end of a dependency."""

    project_id: Id
    task_id: Id


class Commitment(Shape):
    """Who agreed for one end, and when."""

    by: Label
    at: Instant


class Commitments(Shape):
    """Who agreed for which end; null while that end has not."""

    provider: Commitment | None
    receiver: Commitment | None


class ImposedDate(Shape):
    """What the receiving task must respect now: it does not start, or finish, before."""

    side: TaskSide
    at: DayOrMoment
    """As the receiving project writes dates."""
    moment: Annotated[Moment | None, Field(exclude_if=is_none)] = None
    """The very minute, where the project writes days and `at` does not say it on the receiving task's calendar; else left out."""


class Suspension(Shape):
    """Why a committed dependency is left out of the network for now."""

    reason: SuspensionReason
    path: list[Id]
    """For a cycle, its task ids in order, the first one again at the end."""


class SlipAnswer(Shape):
    """What the receiver of a soft dependency last said to a later forecast."""

    decision: SlipDecision
    forecast: DayOrMoment
    by: Label
    at: Instant


class Delivery(Shape):
    """What was handed over: by whom, when, and what shows it."""

    by: Label
    at: Instant
    evidence: Text


class DependencyState(Shape):
    """A contract between two projects: what one gives and the other needs, with dates, float and an owner on both sides."""

    id: Id
    organization_id: Id
    program_id: Id
    external_ref: ExternalRef | None
    provider: DependencyTask
    receiver: DependencyTask
    type: LinkType
    lag_hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in the lag: the hours of a day on the calendar of the receiver's project."""
    lag: Duration
    policy: DependencyPolicy
    needed_by: DayOrMoment | None
    promised_by: DayOrMoment | None
    acceptance_criterion: Text
    provider_owner: Label
    receiver_owner: Label
    state: DependencyStatus
    committed_by: Commitments
    provider_forecast: DayOrMoment | None
    """When the provider's end will happen, by the program's network; null while it cannot be computed."""
    receiver_need: DayOrMoment | None
    """What the margin is measured to: the agreed date `needed_by` or, without one, the receiver's late date."""
    receiver_late: Annotated[DayOrMoment | None, Field(exclude_if=is_none)] = None
    """The receiver's late date, whatever was agreed: later than this, and the program's end moves; left out while it is not known."""
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for in the margin: the hours of a day on the receiving task's calendar."""
    margin: Duration | None
    """Working time on the receiving task's calendar between forecast and need, negative when too late; null while either is unknown."""
    driving: bool
    """Whether it decides the receiver's early dates."""
    imposed: ImposedDate | None
    """Null unless the dependency shapes the receiver's dates."""
    suspended: Suspension | None
    accepted_forecast: DayOrMoment | None
    """Of a soft dependency: dates flow up to this forecast and no further."""
    slip_answer: SlipAnswer | None
    margin_threshold: Annotated[Duration | None, Field(exclude_if=is_none)] = None
    """Below this margin it is at risk; left out where the program's own threshold counts."""
    delivery: Annotated[Delivery | None, Field(exclude_if=is_none)] = None
    """The last time that it was handed over; left out before the first."""
    revision: int
    created_at: Instant
    updated_at: Instant


class GoalState(Shape):
    """A strategic goal or a program's objective."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    parent_id: Id | None
    name: Name
    description: Text
    owner: Label
    weight: Weight
    due: Day | None
    state: GoalStatus
    program_id: Annotated[Id | None, Field(exclude_if=is_none)] = None
    """Of a program's objective, the program; left out for goals of the organisation as a whole."""
    starts: Annotated[Day | None, Field(exclude_if=is_none)] = None
    """When its period begins, which ends when it is due; left out where it has none."""
    revision: int
    created_at: Instant
    updated_at: Instant


class KeyResultState(Shape):
    """What shows that a goal is reached."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    goal_id: Id
    name: Name
    kind: KeyResultKind
    base: Number
    target: Number
    actual: Number | None
    """The value of the latest check-in by date; null before the first."""
    confidence: Annotated[Share | None, Field(exclude_if=is_none)] = None
    """How sure the latest check-in is that the target will be reached; left out where it does not say."""
    unit: Label
    weight: Weight
    owner: Label
    revision: int
    created_at: Instant
    updated_at: Instant


class CheckInState(Shape):
    """A measured value of a key result. Never changed: a correction is a new one."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    goal_id: Id
    key_result_id: Id
    value: Number
    on: Day
    note: Text
    by: Label
    confidence: Annotated[Share | None, Field(exclude_if=is_none)] = None
    """How sure whoever measured is that the target will be reached."""
    revision: int
    created_at: Instant


class AlignmentState(Shape):
    """What a project, or a benefit through it, contributes to a goal; or how a risk threatens it."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    goal_id: Id
    project_id: Id
    weight: Weight
    contribution: Text
    """The kind of contribution, in words."""
    milestone_task_id: Id | None
    """The milestone whose date the goal waits for."""
    risk_id: Annotated[Id | None, Field(exclude_if=is_none)] = None
    """The risk of that project that threatens the goal; left out where the project itself serves it."""
    benefit_id: Annotated[Id | None, Field(exclude_if=is_none)] = None
    """The benefit that serves the goal; left out where the project itself does."""
    revision: int
    created_at: Instant
    updated_at: Instant
