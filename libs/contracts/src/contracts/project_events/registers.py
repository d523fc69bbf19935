"""The events of the declared records, which differ in fields and states alone."""

from contracts.events import Event
from contracts.project_events.log import ActionState, AssumptionState, DecisionState, IssueState
from contracts.project_events.people import DeliverableState, StakeholderState
from contracts.project_events.registered import life_of

ISSUE = life_of("issue", "issues", IssueState)
DECISION = life_of("decision", "decisions", DecisionState)
ACTION = life_of("action", "actions", ActionState)
ASSUMPTION = life_of("assumption", "assumptions", AssumptionState)
STAKEHOLDER = life_of("stakeholder", "stakeholders", StakeholderState)
DELIVERABLE = life_of("deliverable", "deliverables", DeliverableState)

EVENTS: tuple[type[Event], ...] = (*ISSUE, *DECISION, *ACTION, *ASSUMPTION, *STAKEHOLDER, *DELIVERABLE)
"""Every event version of the declared records."""
