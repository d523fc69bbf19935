"""`/projects`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, DryRun, Session, TransactionRoute, Unit
from contracts.project_events import ProjectState
from contracts.values import Id, Key
from contracts.vocabulary import ProjectStatus
from project_svc.projects import actions
from project_svc.projects.conditions import ConditionsUnmet
from project_svc.projects.locked import LockedInAnyState
from project_svc.projects.models import IllegalStep, Project, ProjectClosed, ProjectCreate, ProjectUpdate
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview

router = APIRouter(prefix="/projects", tags=["projects"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(Project.created_at), "key": col(Project.key), "name": col(Project.name)},
    default="created_at",
    identity=col(Project.id),
)


class ProjectQuery(PageQuery):
    """Which projects."""

    key: Key | None = None
    state: ProjectStatus | None = None


@router.post("", status_code=201, responses=PREVIEWED | responses(AlreadyExists, Forbidden))
async def create_project(
    unit: Unit, body: ProjectCreate, is_preview: DryRun, response: Response
) -> ProjectState | Preview:
    """Start a project; it is `proposed`."""
    project = await actions.create_project(unit.session, unit.identity, body, is_preview=is_preview)
    return await conclude(project, project.row, response)


@router.get("")
async def list_projects(
    session: Session, identity: CurrentIdentity, query: Annotated[ProjectQuery, Query()]
) -> Page[ProjectState]:
    """The projects that you may see. Sort by `created_at`, `key` or `name`."""
    statement = select(Project).where(col(Project.organization_id) == identity.organization_id)
    if not identity.sees_all:
        statement = statement.where(col(Project.id).in_(identity.projects))
    if query.key is not None:
        statement = statement.where(col(Project.key) == query.key)
    if query.state is not None:
        statement = statement.where(col(Project.state) == query.state)
    rows, following = await page(session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/{project_id}", responses=responses(NotFound))
async def read_project(project_id: Id, session: Session, identity: CurrentIdentity, response: Response) -> ProjectState:
    """One project."""
    row = await session.get(Project, project_id)
    if row is None or row.organization_id != identity.organization_id:
        raise NotFound
    stamp(response, row)
    return row.wire()


@router.patch(
    "/{project_id}",
    responses=responses(NotFound, Forbidden, AlreadyExists, IllegalStep, ConditionsUnmet, ProjectClosed, StaleRevision),
)
async def update_project(
    project: LockedInAnyState, body: ProjectUpdate, response: Response, if_match: IfMatch = None
) -> ProjectState | Preview:
    """Change a project, or take it to its next state."""
    project.check_if_match(if_match)
    await actions.update_project(project, body)
    return await conclude(project, project.row, response)


@router.delete(
    "/{project_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | responses(NotFound, Forbidden, Conflict, StaleRevision),
)
async def delete_project(project: LockedInAnyState, response: Response, if_match: IfMatch = None) -> Preview | None:
    """Remove a project with all that belongs to it; not while it is executing, on hold or closing."""
    project.check_if_match(if_match)
    await actions.delete_project(project)
    return await conclude_deletion(project, response)
