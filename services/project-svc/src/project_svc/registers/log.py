"""The project's log: issues, decisions, actions and assumptions."""

from collections.abc import Iterable

from contracts.project_events.log import (
    ActionFields,
    ActionState,
    ActionStatus,
    AssumptionFields,
    AssumptionState,
    AssumptionStatus,
    DecisionFields,
    DecisionState,
    DecisionStatus,
    IssueFields,
    IssueState,
    IssueStatus,
)
from contracts.project_events.registers import ACTION, ASSUMPTION, DECISION, ISSUE
from project_svc.register.declared import Broken, Declared


def _issue_rules(issue: IssueState) -> Iterable[Broken]:
    if issue.state in {IssueStatus.RESOLVED, IssueStatus.CLOSED} and not issue.resolution:
        yield "/resolution", "resolved_how", "Say how the issue was resolved."


ISSUES = Declared(
    name="issue",
    collection="issues",
    about="something has happened and stands in the way.",
    fields=IssueFields,
    state=IssueState,
    life=ISSUE,
    filters=("state", "priority", "category", "owner", "raised_by", "task_id", "risk_id", "escalated"),
    sorts=("title",),
    days=("due_on",),
    begins=IssueStatus.OPEN,
    steps={
        IssueStatus.OPEN: (IssueStatus.IN_PROGRESS,),
        IssueStatus.IN_PROGRESS: (IssueStatus.RESOLVED,),
        IssueStatus.RESOLVED: (IssueStatus.CLOSED,),
        IssueStatus.CLOSED: (),
    },
    rules=_issue_rules,
    fixed={IssueStatus.CLOSED: frozenset({"resolution"})},
)


DECIDED = frozenset({"outcome", "decided_by", "decided_on"})
"""What a decision says."""


def _decision_rules(decision: DecisionState) -> Iterable[Broken]:
    if decision.state is not DecisionStatus.PROPOSED and not decision.outcome:
        yield "/outcome", "decided_what", "Say what was decided."
    if (decision.state is DecisionStatus.SUPERSEDED) != (decision.superseded_by_id is not None):
        message = "A decision that is superseded, and no other, names the one that took its place."
        yield "/superseded_by_id", "superseded_by", message
    if decision.superseded_by_id == decision.id:
        yield "/superseded_by_id", "superseded_by_itself", "A decision does not take its own place."


DECISIONS = Declared(
    name="decision",
    collection="decisions",
    about="a question that somebody has to answer, and the answer.",
    fields=DecisionFields,
    state=DecisionState,
    life=DECISION,
    filters=("state", "decided_by", "task_id", "issue_id", "superseded_by_id"),
    sorts=("title",),
    days=("due_on",),
    begins=DecisionStatus.PROPOSED,
    steps={
        DecisionStatus.PROPOSED: (DecisionStatus.DECIDED,),
        DecisionStatus.DECIDED: (DecisionStatus.SUPERSEDED,),
        DecisionStatus.SUPERSEDED: (),
    },
    rules=_decision_rules,
    fixed={
        DecisionStatus.DECIDED: DECIDED,
        DecisionStatus.SUPERSEDED: DECIDED | {"superseded_by_id"},
    },
)


def _action_rules(action: ActionState) -> Iterable[Broken]:
    if action.risk_id is not None and not action.owner:
        yield "/owner", "owner_missing", "Somebody has to answer a risk: say who does it."
    if action.risk_id is not None and action.due_on is None:
        yield "/due_on", "day_missing", "Say by which day the risk is to be answered."
    if action.done_on is not None and action.state is not ActionStatus.DONE:
        yield "/done_on", "not_done", "An action that is not done has no day on which it was done."


ACTIONS = Declared(
    name="action",
    collection="actions",
    about="something that somebody does by a date, beside the plan's tasks.",
    fields=ActionFields,
    state=ActionState,
    life=ACTION,
    filters=("state", "priority", "owner", "task_id", "risk_id", "issue_id", "decision_id"),
    sorts=("title",),
    days=("due_on",),
    begins=ActionStatus.OPEN,
    steps={
        ActionStatus.OPEN: (ActionStatus.DONE, ActionStatus.CANCELLED),
        ActionStatus.DONE: (),
        ActionStatus.CANCELLED: (),
    },
    rules=_action_rules,
)


def _assumption_rules(assumption: AssumptionState) -> Iterable[Broken]:
    became = assumption.risk_id or assumption.issue_id
    if assumption.state is AssumptionStatus.INVALIDATED and became is None:
        yield "/risk_id", "became_what", "An assumption that does not hold becomes a risk or an issue: name it."


ASSUMPTIONS = Declared(
    name="assumption",
    collection="assumptions",
    about="something that the plan takes for true without proof.",
    fields=AssumptionFields,
    state=AssumptionState,
    life=ASSUMPTION,
    filters=("state", "category", "owner", "task_id", "risk_id", "issue_id"),
    sorts=("title",),
    days=("validate_by",),
    begins=AssumptionStatus.OPEN,
    steps={
        AssumptionStatus.OPEN: (AssumptionStatus.VALIDATED, AssumptionStatus.INVALIDATED),
        AssumptionStatus.VALIDATED: (),
        AssumptionStatus.INVALIDATED: (),
    },
    rules=_assumption_rules,
)
