"""`/projects/{project_id}/assignments`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import TransactionRoute
from contracts.project_events.resources import AssignmentState
from contracts.values import Id
from project_svc.assignments import actions
from project_svc.assignments.effort import TooMuchWork
from project_svc.assignments.models import Assignment, AssignmentCreate, AssignmentUpdate
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import OutsideTime, Unschedulable
from project_svc.tasks.rules import OtherProject

router = APIRouter(prefix="/projects/{project_id}/assignments", tags=["resources"], route_class=TransactionRoute)

WRITES = responses(
    *(NotFound, Forbidden, Conflict, AlreadyExists, ProjectClosed, OtherProject, TooMuchWork),
    *(OutsideTime, Unschedulable),
)
ORDER = Order(columns={"created_at": col(Assignment.created_at)}, default="created_at", identity=col(Assignment.id))


class AssignmentQuery(PageQuery):
    """Which assignments."""

    task_id: Id | None = None
    resource_id: Id | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_assignment(project: Writing, body: AssignmentCreate, response: Response) -> AssignmentState | Preview:
    """Put a resource to work on a task. work = duration x units: by the task's `work_mode`, the one that is not told follows."""
    assignment = await actions.create_assignment(project, body)
    return await conclude(project, assignment, response)


@router.get("", responses=responses(NotFound))
async def list_assignments(project: Reading, query: Annotated[AssignmentQuery, Query()]) -> Page[AssignmentState]:
    """The project's assignments. Sort by `created_at`."""
    statement = select(Assignment).where(col(Assignment.project_id) == project.id)
    statement = statement.where(*query.asked(Assignment, "task_id", "resource_id"))
    rows, following = await page(project.session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/{assignment_id}", responses=responses(NotFound))
async def read_assignment(project: Reading, assignment_id: Id, response: Response) -> AssignmentState:
    """One assignment."""
    assignment = await project.find(Assignment, assignment_id)
    stamp(response, assignment)
    return assignment.wire()


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
