"""`/projects/{project_id}/snapshot`: everything in a project, as of one revision."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlmodel import col, select

from chassis.etag import stamp
from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.project_events import (
    ActualState,
    BudgetLineState,
    CalendarState,
    LinkState,
    ProjectState,
    RiskState,
    TaskState,
)
from contracts.project_events.log import ActionState, AssumptionState, DecisionState, IssueState
from contracts.project_events.people import DeliverableState, StakeholderState
from contracts.values import Shape
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.calendars.models import Calendar
from project_svc.links.models import Link
from project_svc.projects.reading import ReadingWhole, ReadProject
from project_svc.records import RecordT
from project_svc.register.actions import all_of
from project_svc.registers import ACTIONS, ASSUMPTIONS, DECISIONS, DELIVERABLES, ISSUES, STAKEHOLDERS
from project_svc.risks.models import Risk
from project_svc.tasks.models import Task

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"], route_class=TransactionRoute)


class Snapshot(Shape):
    """A project with all its records, each in the shape in which its events carry it."""

    revision: int
    """Follow the project's events from the next revision on."""
    project: ProjectState
    calendars: list[CalendarState]
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


@router.get("/snapshot", responses=responses(NotFound))
async def read_snapshot(project: ReadingWhole, response: Response) -> Snapshot:
    """What a follower of the project's events starts from, when it comes late."""
    stamp(response, project.row)
    return Snapshot(
        revision=project.row.revision,
        project=project.row.wire(),
        calendars=[each.wire() for each in await _all(project, Calendar)],
        tasks=[each.wire() for each in await _all(project, Task)],
        links=[each.wire() for each in await _all(project, Link)],
        budget_lines=[each.wire() for each in await _all(project, BudgetLine)],
        actuals=[each.wire() for each in await _all(project, Actual)],
        risks=[each.wire() for each in await _all(project, Risk)],
        issues=await all_of(project, ISSUES),
        decisions=await all_of(project, DECISIONS),
        actions=await all_of(project, ACTIONS),
        assumptions=await all_of(project, ASSUMPTIONS),
        stakeholders=await all_of(project, STAKEHOLDERS),
        deliverables=await all_of(project, DELIVERABLES),
    )


async def _all(project: ReadProject, kind: type[RecordT]) -> Sequence[RecordT]:
    found = select(kind).where(col(kind.project_id) == project.id).order_by(col(kind.id))
    return (await project.session.scalars(found)).all()
