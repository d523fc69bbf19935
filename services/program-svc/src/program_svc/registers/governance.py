"""How a program is steered: gates, decisions, issues of its own, changes that touch several projects."""

from collections.abc import Iterable

from contracts.program_events.governance import (
    ChangeRequestFields,
    ChangeRequestState,
    DecisionFields,
    DecisionState,
    GateFields,
    GateState,
    IssueFields,
    IssueState,
)
from contracts.program_events.registers import CHANGE_REQUEST, DECISION, GATE, ISSUE
from contracts.project_events.change_requests import ChangeRequestStatus
from contracts.project_events.control import GateDecision, GateStatus
from contracts.project_events.log import DecisionStatus, IssueStatus
from program_svc.network.queries import Unschedulable
from program_svc.register.declared import Broken, Declared
from program_svc.registers.changes import (
    DECIDED,
    ChangeRequestFixed,
    PartOpen,
    check_change_request,
    outcome_when_assessed,
)
from program_svc.registers.origins import TakenOver, takes_over
from program_svc.replica.models import ISSUES as KNOWN_ISSUES


def _gate_rules(gate: GateState) -> Iterable[Broken]:
    if gate.state is GateStatus.OPEN:
        if gate.decision is not None or gate.decided_by or gate.decided_on is not None:
            yield "/decision", "not_decided", "A gate that is open was decided by nobody, on no day."
        return
    if gate.decision is None:
        yield "/decision", "decided_what", "Say what was decided."
    if not gate.decided_by:
        yield "/decided_by", "decided_by_whom", "Say who decided it."
    if gate.decided_on is None:
        yield "/decided_on", "decided_when", "Say on which day it was decided."
    if gate.decision is GateDecision.GO and not all(criterion.met for criterion in gate.criteria):
        yield "/decision", "criteria_unmet", "Not all criteria are met: this can be a conditional go at most."
    if gate.decision is GateDecision.CONDITIONAL_GO and not gate.conditions:
        yield "/conditions", "conditions_missing", "Say what the go depends on."


GATES = Declared(
    name="gate",
    collection="gates",
    about="a point at which somebody decides whether, and how, it goes on.",
    fields=GateFields,
    state=GateState,
    life=GATE,
    filters=("state", "decision"),
    sorts=("name",),
    begins=GateStatus.OPEN,
    steps={GateStatus.OPEN: (GateStatus.DECIDED,), GateStatus.DECIDED: (GateStatus.OPEN,)},
    rules=_gate_rules,
)


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
    filters=("state", "decided_by", "issue_id"),
    sorts=("title",),
    begins=DecisionStatus.PROPOSED,
    steps={
        DecisionStatus.PROPOSED: (DecisionStatus.DECIDED,),
        DecisionStatus.DECIDED: (DecisionStatus.SUPERSEDED,),
        DecisionStatus.SUPERSEDED: (),
    },
    rules=_decision_rules,
)


def _issue_rules(issue: IssueState) -> Iterable[Broken]:
    if issue.state in {IssueStatus.RESOLVED, IssueStatus.CLOSED} and not issue.resolution:
        yield "/resolution", "resolved_how", "Say how the issue was resolved."


ISSUES = Declared(
    name="issue",
    collection="issues",
    about="something has happened and stands in its way.",
    fields=IssueFields,
    state=IssueState,
    life=ISSUE,
    filters=("state", "priority", "category", "owner", "raised_by"),
    sorts=("title",),
    begins=IssueStatus.OPEN,
    steps={
        IssueStatus.OPEN: (IssueStatus.IN_PROGRESS,),
        IssueStatus.IN_PROGRESS: (IssueStatus.RESOLVED,),
        IssueStatus.RESOLVED: (IssueStatus.CLOSED,),
        IssueStatus.CLOSED: (),
    },
    rules=_issue_rules,
    check=takes_over(KNOWN_ISSUES, "issues"),
    refuses=(TakenOver,),
)


def _change_request_rules(request: ChangeRequestState) -> Iterable[Broken]:
    status = ChangeRequestStatus
    if request.state not in {status.DRAFT, status.SUBMITTED} and not request.impact and request.outcome is None:
        yield "/impact", "impact_missing", "Say what it would do before it is assessed."
    if request.state in {status.APPROVED, status.REJECTED} and not request.decided_by:
        yield "/decided_by", "decided_by_whom", "Say who decided it."
    if len(set(request.project_ids)) < len(request.project_ids):
        yield "/project_ids", "project_twice", "A project is named once."
    if not set(request.done_by) <= set(request.project_ids):
        yield "/done_by", "not_touched", "Only a project that it touches makes a part of it."


CHANGE_REQUESTS = Declared(
    name="change_request",
    collection="change_requests",
    about="a change that several projects have to make together.",
    fields=ChangeRequestFields,
    state=ChangeRequestState,
    life=CHANGE_REQUEST,
    filters=("state", "priority", "requested_by", "scenario_id"),
    sorts=("title",),
    begins=ChangeRequestStatus.DRAFT,
    steps={
        ChangeRequestStatus.DRAFT: (ChangeRequestStatus.SUBMITTED,),
        ChangeRequestStatus.SUBMITTED: (ChangeRequestStatus.ASSESSED,),
        ChangeRequestStatus.ASSESSED: (
            ChangeRequestStatus.APPROVED,
            ChangeRequestStatus.REJECTED,
            ChangeRequestStatus.DEFERRED,
        ),
        ChangeRequestStatus.APPROVED: (ChangeRequestStatus.IMPLEMENTED, ChangeRequestStatus.DEFERRED),
        ChangeRequestStatus.DEFERRED: (ChangeRequestStatus.SUBMITTED,),
        ChangeRequestStatus.REJECTED: (ChangeRequestStatus.CLOSED,),
        ChangeRequestStatus.IMPLEMENTED: (ChangeRequestStatus.CLOSED,),
        ChangeRequestStatus.CLOSED: (),
    },
    rules=_change_request_rules,
    check=check_change_request,
    refuses=(ChangeRequestFixed, PartOpen, Unschedulable),
    derives=outcome_when_assessed,
    decided=DECIDED,
)
