"""The events of the declared records of programs, which differ in fields and states alone."""

from contracts.events import Event, RecordEvent
from contracts.program_events.benefits import BenefitState, MeasurementState
from contracts.program_events.control import BaselineState, ExceptionState, StatusReportState
from contracts.program_events.governance import (
    ChangeRequestState,
    DecisionState,
    ExchangeRateState,
    FundingState,
    GateState,
    IssueState,
    RiskState,
)
from contracts.program_events.people import StakeholderState
from contracts.program_events.registered import life_of
from contracts.program_events.scenarios import ProposalState, ScenarioState
from contracts.program_events.subscriptions import SUBSCRIPTION, SubscriptionDelivered
from contracts.subjects import BoundaryKind

STAKEHOLDER = life_of("stakeholder", "stakeholders", StakeholderState)
GATE = life_of("gate", "gates", GateState)
DECISION = life_of("decision", "decisions", DecisionState)
ISSUE = life_of("issue", "issues", IssueState)
RISK = life_of("risk", "risks", RiskState)
CHANGE_REQUEST = life_of("change_request", "change-requests", ChangeRequestState)
FUNDING = life_of("funding", "funding", FundingState)
EXCHANGE_RATE = life_of("exchange_rate", "exchange-rates", ExchangeRateState)
BENEFIT = life_of("benefit", "benefits", BenefitState)
SCENARIO = life_of("scenario", "scenarios", ScenarioState)
PROPOSAL = life_of("proposal", "proposals", ProposalState)


BASELINE = life_of("baseline", "baselines", BaselineState)
EXCEPTION = life_of("exception", "exceptions", ExceptionState)
STATUS_REPORT = life_of("status_report", "status-reports", StatusReportState)


class MeasurementRecorded(RecordEvent[MeasurementState]):
    """A benefit was measured."""

    boundary = BoundaryKind.PROGRAM
    record = "measurement"
    happened = "recorded"
    path = "programs/{program_id}/benefits/{benefit_id}/measurements/{id}"


EVENTS: tuple[type[Event], ...] = (
    *STAKEHOLDER,
    *GATE,
    *DECISION,
    *ISSUE,
    *RISK,
    *CHANGE_REQUEST,
    *FUNDING,
    *EXCHANGE_RATE,
    *BENEFIT,
    MeasurementRecorded,
    *SCENARIO,
    PROPOSAL.created,
    PROPOSAL.updated,
    *BASELINE,
    EXCEPTION.created,
    EXCEPTION.updated,
    STATUS_REPORT.created,
    *SUBSCRIPTION,
    SubscriptionDelivered,
)
"""Every event version of the declared records of programs."""
