"""How a program is steered: gates, decisions, issues, risks of its own, and changes that touch several projects."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.program_events.control import Positions
from contracts.program_events.registered import Registered
from contracts.program_events.states import DependencyTask
from contracts.project_events.change_requests import ChangeRequestStatus
from contracts.project_events.control import Count, GateCriterion, GateDecision, GateStatus
from contracts.project_events.log import DecisionStatus, IssueStatus, Priority
from contracts.values import (
    Day,
    DayOrMoment,
    Duration,
    Id,
    Label,
    Money,
    Name,
    NonNegativeDuration,
    Number,
    Probability,
    Shape,
    Text,
)
from contracts.vocabulary import RiskKind, RiskResponse, RiskStatus


class GateFields(Shape):
    """A point at which somebody decides whether, and how, the program goes on."""

    name: Name
    planned_on: Day | None = None
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


class DecisionFields(Shape):
    """A question that somebody has to answer, and the answer."""

    title: Name
    context: Text = ""
    options: Text = ""
    outcome: Text = ""
    """What was decided; a decision that is decided says so."""
    rationale: Text = ""
    decided_by: Label = ""
    decided_on: Day | None = None
    due_on: Day | None = None
    issue_id: Id | None = None
    """The program's issue that it settles."""
    superseded_by_id: Id | None = None
    """The decision that took its place; one that is superseded names it."""


class DecisionState(DecisionFields, Registered):
    """A decision."""

    state: DecisionStatus


class Origin(Shape):
    """The record of a project that was escalated: from then on it counts here and not there."""

    project_id: Id
    record_id: Id


class IssueFields(Shape):
    """Something that has happened and stands in the program's way."""

    title: Name
    description: Text = ""
    category: Label = ""
    priority: Priority = Priority.MEDIUM
    owner: Label = ""
    raised_by: Label = ""
    raised_on: Day | None = None
    due_on: Day | None = None
    resolution: Text = ""
    """How it was solved; an issue that is resolved says so."""
    origin: Origin | None = None
    """The project's issue that it was escalated from."""
    risk_id: Id | None = None
    """The program's risk that occurred."""


class IssueState(IssueFields, Registered):
    """An issue of the program."""

    state: IssueStatus


class RiskFields(Shape):
    """Something that may happen to the program as a whole, or was escalated to it."""

    title: Name
    description: Text = ""
    kind: RiskKind = RiskKind.THREAT
    category: Label = ""
    probability: Probability
    cost_impact: Money
    days_impact: NonNegativeDuration = Duration(0)
    response: RiskResponse | None = None
    owner: Label = ""
    trigger: Text = ""
    contingency_plan: Text = ""
    review_on: Day | None = None
    origin: Origin | None = None
    """The project's risk that it was escalated from; then it meets what that one does, unless it names a task itself."""
    task: DependencyTask | None = None
    """The task, of one of the program's projects, whose work it would delay or shorten."""
    goal_id: Id | None = None
    """The goal that it threatens, whichever projects serve it."""


class RiskState(RiskFields, Registered):
    """A risk of the program."""

    state: RiskStatus


class ChangeRequestFields(Shape):
    """A change that several projects have to make together."""

    title: Name
    description: Text = ""
    reason: Text = ""
    priority: Priority = Priority.MEDIUM
    requested_by: Label = ""
    project_ids: list[Id] = Field(default_factory=list, max_length=1_000)
    """The projects that it touches; each makes its part by a change request of its own."""
    done_by: list[Id] = Field(default_factory=list, max_length=1_000)
    """Those of them that have made their part. One that has accepted the scenario's proposal has, too."""
    scenario_id: Id | None = None
    """The scenario that says what it would do."""
    impact: Text = ""
    """What it would do, in words; one that is assessed says so, unless its scenario does."""
    decided_by: Label = ""
    decided_on: Day | None = None


class ChangeRequestOutcome(Shape):
    """What the scenario of a change request would do, as it was computed when the request was assessed."""

    finish_from: DayOrMoment | None
    finish_to: DayOrMoment | None
    """When the program would be done, without it and with it."""
    moved: Count
    """Tasks whose dates would move."""
    breached: Count
    """Dependencies whose forecast would be later than the agreed date."""
    goals_threatened: Count
    positions: Positions


class ChangeRequestState(ChangeRequestFields, Registered):
    """A change request of the program."""

    outcome: ChangeRequestOutcome | None = None
    """Null until it is assessed, and without a scenario."""
    state: ChangeRequestStatus


class FundingKind(StrEnum):
    """Where the money comes from."""

    GRANT = "grant"
    BUDGET = "budget"
    LOAN = "loan"
    OTHER = "other"


class FundingFields(Shape):
    """Money that the program may spend in a period."""

    source: Name
    kind: FundingKind = FundingKind.BUDGET
    starts_on: Day
    ends_on: Day
    amount: Money
    note: Text = ""


class FundingState(FundingFields, Registered):
    """A part of the program's funding."""


class ExchangeRateFields(Shape):
    """What one unit of a currency is in the program's own from a day on. A correction is a new rate of the same day."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["CHF"])]
    rate: Number
    """Units of the program's currency for one unit of this one; above zero."""
    valid_from: Day
    source: Label = ""


class ExchangeRateState(ExchangeRateFields, Registered):
    """A stored rate."""
