"""The project's log: issues, decisions, actions and assumptions. What people write of each (`…Fields`) and its full state."""

from enum import StrEnum

from pydantic import StrictBool

from contracts.project_events.registered import Registered
from contracts.values import Day, Id, Label, Name, Shape, Text


class Priority(StrEnum):
    """How much it matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class IssueStatus(StrEnum):
    """`open → in_progress → resolved → closed`."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class IssueFields(Shape):
    """Something that has happened and stands in the way."""

    title: Name
    description: Text = ""
    category: Label = ""
    priority: Priority = Priority.MEDIUM
    owner: Label = ""
    raised_by: Label = ""
    raised_on: Day | None = None
    due_on: Day | None = None
    task_id: Id | None = None
    """The task that it holds up."""
    risk_id: Id | None = None
    """The risk that occurred."""
    resolution: Text = ""
    """How it was solved; an issue that is resolved says so."""
    escalated: StrictBool = False


class IssueState(IssueFields, Registered):
    """An issue."""

    state: IssueStatus


class DecisionStatus(StrEnum):
    """`proposed → decided → superseded`."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    SUPERSEDED = "superseded"


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
    task_id: Id | None = None
    issue_id: Id | None = None
    """The issue that it settles."""
    superseded_by_id: Id | None = None
    """The decision that took its place; one that is superseded names it."""


class DecisionState(DecisionFields, Registered):
    """A decision."""

    state: DecisionStatus


class ActionStatus(StrEnum):
    """`open → done | cancelled`."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class ActionFields(Shape):
    """Something that somebody does by a date, beside the plan's tasks."""

    title: Name
    description: Text = ""
    priority: Priority = Priority.MEDIUM
    owner: Label = ""
    due_on: Day | None = None
    done_on: Day | None = None
    """When it was done; an action that is not done has no such day."""
    task_id: Id | None = None
    risk_id: Id | None = None
    """The risk whose response it is part of."""
    issue_id: Id | None = None
    decision_id: Id | None = None


class ActionState(ActionFields, Registered):
    """An action."""

    state: ActionStatus


class AssumptionStatus(StrEnum):
    """`open → validated | invalidated`."""

    OPEN = "open"
    VALIDATED = "validated"
    INVALIDATED = "invalidated"


class AssumptionFields(Shape):
    """Something that the plan takes for true without proof."""

    title: Name
    description: Text = ""
    category: Label = ""
    owner: Label = ""
    impact: Text = ""
    """What follows if it is not true."""
    validate_by: Day | None = None
    finding: Text = ""
    task_id: Id | None = None
    risk_id: Id | None = None
    """The risk that it became; an assumption that is invalidated names a risk or an issue."""
    issue_id: Id | None = None


class AssumptionState(AssumptionFields, Registered):
    """An assumption."""

    state: AssumptionStatus
