"""`/projects/{project_id}/assignments`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.statements import Record
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events.resources import AssignmentState, ResourceKind
from contracts.values import Id
from project_svc.assignments import actions
from project_svc.assignments.effort import TooMuchWork
from project_svc.assignments.models import Assignment, AssignmentCreate, AssignmentUpdate
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import OutsideTime, Unschedulable
from project_svc.shown import shown_duration
from project_svc.tasks.rules import OtherProject
from project_svc.written import Form, RecordQuery, duration, hours_per_day, money

router = APIRouter(prefix="/projects/{project_id}/assignments", tags=["resources"], route_class=TransactionRoute)

WRITES = responses(
    *(NotFound, Forbidden, Conflict, AlreadyExists, ProjectClosed, OtherProject, TooMuchWork),
    *(OutsideTime, Unschedulable),
)
ORDER = Order(columns={"created_at": col(Assignment.created_at)}, default="created_at", identity=col(Assignment.id))


def _left(record: Record) -> str:
    return shown_duration(record["work"] - record["actual_work"], record["minutes_per_day"])


FORM = Form(
    table_of(Assignment),
    AssignmentState,
    ORDER,
    filters={"task_id": '"task_id"', "resource_id": '"resource_id"', "kind": '"kind"'},
    own={
        "hours_per_day": hours_per_day,
        "work": duration("work"),
        "actual_work": duration("actual_work"),
        "remaining_work": _left,
        "amount": money("amount"),
    },
)


class AssignmentQuery(RecordQuery):
    """Which assignments."""

    task_id: Id | None = None
    resource_id: Id | None = None
    kind: ResourceKind | None = None
    """The resource's."""


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_assignment(project: Writing, body: AssignmentCreate, response: Response) -> AssignmentState | Preview:
    """Put a resource to work on a task. work = duration x units: by the task's `work_mode`, the one that is not told follows."""
    assignment = await actions.create_assignment(project, body)
    return await conclude(project, assignment, response)


@router.get("", response_model=Page[AssignmentState], responses=responses(NotFound))
@short_cut(FORM.short_page(AssignmentQuery))
async def list_assignments(project_id: Id, unit: Unit, query: Annotated[AssignmentQuery, Query()]) -> Response:
    """The project's assignments. Sort by `created_at`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{assignment_id}", response_model=AssignmentState, responses=responses(NotFound))
@short_cut(FORM.short_one("assignment_id"))
async def read_assignment(assignment_id: Id, project_id: Id, unit: Unit) -> Response:
    """One assignment."""
    return await FORM.one(unit, project_id, assignment_id)


@router.patch("/{assignment_id}", responses=WRITES | responses(StaleRevision))
async def update_assignment(
    project: Writing, assignment_id: Id, body: AssignmentUpdate, response: Response, if_match: IfMatch = None
) -> AssignmentState | Preview:
    """Change units or work, or report work that was done. Unless the task's duration is fixed, it follows, with all that it moves."""
    assignment = await project.find(Assignment, assignment_id)
    check_if_match(if_match, assignment)
    await actions.update_assignment(project, assignment, body)
    return await conclude(project, assignment, response)


@router.delete(
    "/{assignment_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | WRITES | responses(StaleRevision),
)
async def delete_assignment(
    project: Writing, assignment_id: Id, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Take a resource off a task; not after it has done work there."""
    assignment = await project.find(Assignment, assignment_id)
    check_if_match(if_match, assignment)
    await actions.delete_assignment(project, assignment)
    return await conclude_deletion(project, response)
