"""Changes that somebody has to agree to before they are made, and what they would do to the plan."""

from enum import StrEnum

from pydantic import Field, JsonValue

from contracts.project_events.control import Count
from contracts.project_events.log import Priority
from contracts.project_events.operations import PlanOperation, RequestedOperation
from contracts.project_events.registered import Registered
from contracts.values import (
    STANDARD_HOURS,
    DayOrMoment,
    Duration,
    HoursPerDay,
    Id,
    Instant,
    Label,
    Money,
    Name,
    Shape,
    Text,
)

MOST_OPERATIONS = 200
MOST_MOVES = 500


class ChangeRequestStatus(StrEnum):
    """`draft → submitted → assessed → approved | rejected | deferred`, `approved → implemented → closed`, `deferred → submitted`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ASSESSED = "assessed"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    IMPLEMENTED = "implemented"
    CLOSED = "closed"


class Asked(Shape):
    """What somebody asks for, in words."""

    title: Name
    description: Text = ""
    reason: Text = ""
    priority: Priority = Priority.MEDIUM
    requested_by: Label = ""
    takes_over: list[Id] = Field(default_factory=list, max_length=MOST_OPERATIONS)
    """Records that were made, changed or removed without a request, to be agreed on as they are now."""


class ChangeRequestFields(Asked):
    """What somebody asks for."""

    operations: list[RequestedOperation] = Field(default_factory=list, max_length=MOST_OPERATIONS)
    """What would be done to the plan, in this order."""


class DateImpact(Shape):
    """A date without and with the change."""

    before: DayOrMoment | None
    after: DayOrMoment | None
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for below: the hours of a day on the calendar that applies, as they were then."""
    variance: Duration | None
    """Working time from the one to the other: positive is late."""


class CostImpact(Shape):
    """The budget at completion without and with the change."""

    before: Money
    after: Money
    variance: Money


class TaskImpact(Shape):
    """A task whose dates the change moves."""

    task_id: Id
    name: Name
    start: DateImpact
    finish: DateImpact


class RiskImpact(Shape):
    """An open threat whose expected delay changes, because its task gets other float: only what exceeds the float counts."""

    risk_id: Id
    title: Name
    hours_per_day: HoursPerDay = STANDARD_HOURS
    """What `P1D` stands for below: the hours of a day on the calendar that applies, as they were then."""
    before: Duration
    after: Duration


class Premise(Shape):
    """What an operation found: the fields that it changes, as they were."""

    operation: Count
    values: dict[str, JsonValue]


class ReserveImpact(Shape):
    """The management reserve without and with the change; null where there is none."""

    before: Money | None
    after: Money | None


class ScopeImpact(Shape):
    """How many records the change adds, removes and changes."""

    added: Count
    removed: Count
    changed: Count


class ChangeImpact(Shape):
    """What a change request would do, computed by carrying it out on trial."""

    of_revision: int
    """The project's revision on which it was tried."""
    finish: DateImpact
    cost: CostImpact
    added: Count
    """How many tasks."""
    removed: Count
    moved: Count
    moves: list[TaskImpact] = Field(max_length=MOST_MOVES)
    """The tasks that move, the largest shift of a finish first; at most 500 of them."""
    becomes_critical: list[Id] = Field(max_length=MOST_MOVES)
    no_longer_critical: list[Id] = Field(max_length=MOST_MOVES)
    risks: list[RiskImpact] = Field(max_length=MOST_MOVES)
    premises: list[Premise]
    start: DateImpact | None = None
    """Of the project's planned start; null where the change does not touch it, as all below."""
    deadline: DateImpact | None = None
    management_reserve: ReserveImpact | None = None
    assigned_cost: CostImpact | None = None
    """What all assignments cost by the rates of their resources."""
    deliverables: ScopeImpact | None = None
    """How many deliverables are added, removed, or are to be others."""


class Course(Registered):
    """What has become of a change request."""

    state: ChangeRequestStatus
    impact: ChangeImpact | None
    """Null until it is assessed."""
    assessed_at: Instant | None
    decided_by: Label
    decided_at: Instant | None
    decision_note: Text
    implemented_revision: int | None
    """The project's revision that it made."""
    touched: list[Id] = Field(default_factory=list, max_length=MOST_OPERATIONS)
    """The records that it created, changed or removed, or took over as they were, once it is implemented."""


class ChangeRequestState(ChangeRequestFields, Course):
    """A change request."""


class ChangeRequestStateV1(Asked, Course):
    """A change request as the first version of its events tells it: without what is asked of other records than tasks, links and budget lines."""

    operations: list[PlanOperation] = Field(default_factory=list, max_length=MOST_OPERATIONS)
    """What would be done to them, in this order."""
