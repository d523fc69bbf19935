"""The events of the declared records, which differ in fields and states alone."""

from contracts.events import Event
from contracts.project_events.baselines import BaselineState
from contracts.project_events.change_requests import ChangeRequestState, ChangeRequestStateV1
from contracts.project_events.comments import CommentState
from contracts.project_events.control import GateState, PhaseState
from contracts.project_events.exceptions import ExceptionState
from contracts.project_events.log import ActionState, AssumptionState, DecisionState, IssueState
from contracts.project_events.outside_links import OutsideLinkState
from contracts.project_events.people import DeliverableState, StakeholderState
from contracts.project_events.registered import life_of
from contracts.project_events.reports import StatusReportState

ISSUE = life_of("issue", "issues", IssueState)
DECISION = life_of("decision", "decisions", DecisionState)
ACTION = life_of("action", "actions", ActionState)
ASSUMPTION = life_of("assumption", "assumptions", AssumptionState)
STAKEHOLDER = life_of("stakeholder", "stakeholders", StakeholderState)
DELIVERABLE = life_of("deliverable", "deliverables", DeliverableState)
PHASE = life_of("phase", "phases", PhaseState)
GATE = life_of("gate", "gates", GateState)
BASELINE = life_of("baseline", "baselines", BaselineState)
CHANGE_REQUEST_V1 = life_of("change_request", "change-requests", ChangeRequestStateV1, beside=2)
CHANGE_REQUEST = life_of("change_request", "change-requests", ChangeRequestState, version=2, beside=1)
EXCEPTION = life_of("exception", "exceptions", ExceptionState)
COMMENT = life_of("comment", "comments", CommentState)
STATUS_REPORT = life_of("status_report", "status-reports", StatusReportState)
OUTSIDE_LINK = life_of("outside_link", "outside-links", OutsideLinkState)

EVENTS: tuple[type[Event], ...] = (
    *ISSUE,
    *DECISION,
    *ACTION,
    *ASSUMPTION,
    *STAKEHOLDER,
    *DELIVERABLE,
    *PHASE,
    *GATE,
    *BASELINE,
    *CHANGE_REQUEST_V1,
    *CHANGE_REQUEST,
    EXCEPTION.created,
    EXCEPTION.updated,
    *COMMENT,
    STATUS_REPORT.created,
    *OUTSIDE_LINK,
)
"""Every event version of the declared records."""
