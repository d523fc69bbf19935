"""Everything in one boundary as of one revision: what a follower of its events starts from when it comes late, or missed something.

Each record has the shape in which its events carry it. Like events, snapshots only grow; readers ignore what they do not know.
"""

from pydantic import Field

from contracts.program_events import DependencyState
from contracts.project_events import (
    ActualState,
    BudgetLineState,
    CalendarState,
    CommitmentState,
    LinkState,
    ProjectState,
    RiskState,
    TaskState,
)
from contracts.project_events.baselines import BaselineState
from contracts.project_events.change_requests import ChangeRequestState, ChangeRequestStateV1
from contracts.project_events.comments import CommentState
from contracts.project_events.control import GateState, PhaseState
from contracts.project_events.exceptions import ExceptionState
from contracts.project_events.log import ActionState, AssumptionState, DecisionState, IssueState
from contracts.project_events.outside_links import OutsideLinkState
from contracts.project_events.people import DeliverableState, StakeholderState
from contracts.project_events.reports import StatusReportState
from contracts.project_events.resources import AssignmentState, ResourceState
from contracts.values import Id, Shape


class ProjectSnapshot(Shape):
    """A project with all its records, each in the shape in which its events carry it."""

    revision: int
    """Follow the project's events from the next revision on."""
    project: ProjectState
    calendars: list[CalendarState] = Field(default_factory=list)
    tasks: list[TaskState]
    links: list[LinkState]
    budget_lines: list[BudgetLineState]
    actuals: list[ActualState]
    risks: list[RiskState]
    issues: list[IssueState]
    decisions: list[DecisionState]
    actions: list[ActionState]
    assumptions: list[AssumptionState]
    stakeholders: list[StakeholderState]
    deliverables: list[DeliverableState]
    phases: list[PhaseState] = Field(default_factory=list)
    gates: list[GateState] = Field(default_factory=list)
    baselines: list[BaselineState] = Field(default_factory=list)
    """Without their tasks and budget lines."""
    change_requests: list[ChangeRequestStateV1] = Field(default_factory=list)
    change_requests_v2: list[ChangeRequestState] = Field(default_factory=list)
    """The same, as the second version of their events tells them."""
    exceptions: list[ExceptionState] = Field(default_factory=list)
    resources: list[ResourceState] = Field(default_factory=list)
    assignments: list[AssignmentState] = Field(default_factory=list)
    commitments: list[CommitmentState] = Field(default_factory=list)
    comments: list[CommentState] = Field(default_factory=list)
    outside_links: list[OutsideLinkState] = Field(default_factory=list)
    status_reports: list[StatusReportState] = Field(default_factory=list)
    """Without the figures that are frozen into them."""


class ProgramSnapshot(Shape):
    """A program's dependencies and components, each dependency in the shape in which its events carry it."""

    revision: int
    """Follow the program's events from the next revision on."""
    program_id: Id
    project_ids: list[Id]
    """Its components."""
    dependencies: list[DependencyState]
