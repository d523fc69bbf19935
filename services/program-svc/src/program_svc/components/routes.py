"""`/programs/{id}/components`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis import authority
from chassis.etag import IfMatch, stamp
from chassis.identity import Identity
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, DryRun, Session, TransactionRoute
from contracts.values import Id
from program_svc.components import actions
from program_svc.components.models import AlreadyComponent, Component, ComponentCreate, ComponentRead, state_of
from program_svc.network.preview import PREVIEWED, Before, Preview
from program_svc.network.queries import Unschedulable
from program_svc.permissions import Writer
from program_svc.programs.models import ProgramClosed
from program_svc.programs.queries import reflect_program, the_program
from program_svc.replica.queries import known_projects
from program_svc.sight import CurrentSight

router = APIRouter(prefix="/programs/{program_id}/components", tags=["components"], route_class=TransactionRoute)

ORDER = Order(columns={"created_at": col(Component.created_at)}, default="created_at", identity=col(Component.id))


@router.post(
    "",
    status_code=201,
    responses=PREVIEWED | responses(NotFound, Forbidden, AlreadyComponent, ProgramClosed, Unschedulable),
)
async def add_component(
    program_id: Id,
    body: ComponentCreate,
    session: Session,
    sight: CurrentSight,
    identity: CurrentIdentity,
    is_preview: DryRun,
    response: Response,
) -> ComponentRead | Preview:
    """A project that you see joins the program. A project is in one program at most."""
    if not sight.sees(body.project_id):
        raise NotFound(f"There is no project {body.project_id}.")
    if is_preview:
        before = await Before.of(session, program_id)
        await _added(session, identity, program_id, body.project_id)
        return await before.preview(response, changed={body.project_id})
    component, project = await _added(session, identity, program_id, body.project_id)
    stamp(response, component)
    return _read(component, project)


@router.get("", responses=responses(NotFound))
async def list_components(
    program_id: Id, session: Session, query: Annotated[PageQuery, Query()], response: Response
) -> Page[ComponentRead]:
    """The program's projects. Sort by `created_at`."""
    program = await the_program(session, program_id)
    components, following = await page(
        session, select(Component).where(col(Component.program_id) == program_id), query, ORDER
    )
    projects = await known_projects(session, [each.project_id for each in components])
    await reflect_program(session, response, program)
    return Page(items=[_read(each, projects[each.project_id]) for each in components], next=following)


@router.delete(
    "/{project_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | responses(NotFound, Forbidden, StaleRevision, Unschedulable),
)
async def remove_component(
    program_id: Id,
    project_id: Id,
    session: Session,
    _: Writer,
    is_preview: DryRun,
    response: Response,
    if_match: IfMatch = None,
) -> Preview | None:
    """A project leaves the program; its dependencies dissolve."""
    before = await Before.of(session, program_id) if is_preview else None
    await actions.remove_component(session, program_id, project_id, if_match)
    return None if before is None else await before.preview(response, changed={project_id})


async def _added(
    session: AsyncSession, identity: Identity, program_id: UUID, project_id: UUID
) -> tuple[Component, Row[Any]]:
    """`add_component`, for somebody who may not see the program that the project is in already."""
    try:
        return await actions.add_component(session, program_id, project_id)
    except AlreadyComponent as taken:
        if authority.sees_program(identity, UUID(taken.members["program_id"])):
            raise
        raise AlreadyComponent("The project is a component of another program.") from None


def _read(component: Component, project: Row[Any]) -> ComponentRead:
    state = state_of(component)
    known = {"key": project.key, "name": project.name, "state": project.state, "position": project.revision}
    return ComponentRead(**{name: getattr(state, name) for name in type(state).model_fields}, **known)
