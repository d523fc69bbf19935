"""Changes that somebody has to agree to before they are made, and what they would do to the plan."""

from enum import StrEnum

from pydantic import Field, JsonValue

from contracts.project_events.control import Count
from contracts.project_events.log import Priority
from contracts.project_events.operations import PlanOperation
from contracts.project_events.registered import Registered
from contracts.values import DayOrMoment, Duration, Id, Instant, Label, Money, Name, Shape, Text

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


class ChangeRequestFields(Shape):
    """What somebody asks for."""

    title: Name
    description: Text = ""
    reason: Text = ""
    priority: Priority = Priority.MEDIUM
    requested_by: Label = ""
    operations: list[PlanOperation] = Field(default_factory=list, max_length=MOST_OPERATIONS)
    """What would be done to the plan, in this order."""


class DateImpact(Shape):
    """A date without and with the change."""

    before: DayOrMoment | None
    after: DayOrMoment | None
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
    before: Duration
    after: Duration


class Premise(Shape):
    """What an operation found: the fields that it changes, as they were."""

    operation: Count
    values: dict[str, JsonValue]


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


class ChangeRequestState(ChangeRequestFields, Registered):
    """A change request."""

    state: ChangeRequestStatus
    impact: ChangeImpact | None
    """Null until it is assessed."""
    assessed_at: Instant | None
    decided_by: Label
    decided_at: Instant | None
    decision_note: Text
    implemented_revision: int | None
    """The project's revision that it made."""
