"""`/roles`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match, etag
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from contracts.values import Id
from contracts.vocabulary import ProgramRole, ProjectRole
from gateway.idempotent import once
from gateway.identity.dependencies import CurrentCaller, Session
from gateway.identity.models import RoleGrant, Within
from gateway.own_routes import OwnRoute
from gateway.roles import actions
from gateway.roles.actions import TooManyRoles
from gateway.roles.places import Placed
from gateway.roles.shapes import RoleRead, RoleUpdate

router = APIRouter(prefix="/v1/roles", tags=["identity"], route_class=OwnRoute)

ORDER = Order(
    {"id": RoleGrant.id, "created_at": RoleGrant.created_at, "role": RoleGrant.role},
    default="id",
    identity=RoleGrant.id,
)


class RoleQuery(PageQuery):
    """Which roles."""

    member_id: Id | None = None
    program_id: Id | None = None
    project_id: Id | None = None
    role: ProgramRole | ProjectRole | None = None
    granted_by: Id | None = Field(default=None, description="only those that this member gave")


def _read(grant: RoleGrant) -> RoleRead:
    is_program = grant.within is Within.PROGRAM
    return RoleRead(
        id=grant.id,
        member_id=grant.member_id,
        role=grant.role,
        program_id=grant.boundary_id if is_program else None,
        project_id=None if is_program else grant.boundary_id,
        granted_by=grant.granted_by,
        revision=grant.revision,
        created_at=grant.created_at,
    )


@router.get("")
async def list_roles(session: Session, caller: CurrentCaller, query: Annotated[RoleQuery, Query()]) -> Page[RoleRead]:
    """Who has which role, in the programs and projects that you see. Sort by `created_at` or `role`."""
    statement = actions.visible_roles(caller.identity)
    for column, wanted in (
        (RoleGrant.member_id, query.member_id),
        (RoleGrant.role, query.role),
        (RoleGrant.granted_by, query.granted_by),
    ):
        if wanted is not None:
            statement = statement.where(col(column) == wanted)
    for within, boundary_id in ((Within.PROGRAM, query.program_id), (Within.PROJECT, query.project_id)):
        if boundary_id is not None:
            statement = statement.where(col(RoleGrant.within) == within, col(RoleGrant.boundary_id) == boundary_id)
    rows, after = await page(session, statement, query, ORDER)
    return Page(items=[_read(row) for row in rows], next=after)


@router.post(
    "",
    status_code=201,
    response_model=RoleRead,
    responses=responses(Forbidden, NotFound, AlreadyExists, TooManyRoles, IdempotencyKeyReused),
)
async def grant_role(body: Placed, session: Session, caller: CurrentCaller, request: Request) -> Response:
    """Give a member a role in a program or a project; the very next request meets it."""

    async def make() -> tuple[Response, Response]:
        grant = await actions.grant_role(session, caller, body)
        headers = {"Location": f"/v1/roles/{grant.id}", "ETag": etag(grant)}
        answer = Response(_read(grant).model_dump_json(), 201, headers, "application/json")
        return answer, answer

    return await once(session, caller, request, make)


@router.get("/{role_id}", responses=responses(NotFound))
async def get_role(session: Session, caller: CurrentCaller, role_id: Id, response: Response) -> RoleRead:
    """One role."""
    grant = await actions.find_role(session, caller.identity, role_id)
    response.headers["ETag"] = etag(grant)
    return _read(grant)


@router.patch("/{role_id}", responses=responses(Forbidden, NotFound, StaleRevision))
async def update_role(
    session: Session, caller: CurrentCaller, role_id: Id, body: RoleUpdate, response: Response, if_match: IfMatch = None
) -> RoleRead:
    """Give another role in its place."""
    grant = await actions.find_role(session, caller.identity, role_id, lock=True)
    actions.check_gives(caller.identity, grant.within, grant.boundary_id)
    check_if_match(if_match, grant)
    await actions.update_role(session, caller, grant, body.role)
    response.headers["ETag"] = etag(grant)
    return _read(grant)


@router.delete("/{role_id}", status_code=204, responses=responses(Forbidden, NotFound, StaleRevision))
async def revoke_role(session: Session, caller: CurrentCaller, role_id: Id, if_match: IfMatch = None) -> None:
    """Take a role back: it opens nothing from the next request on. Your own you may always give up."""
    grant = await actions.find_role(session, caller.identity, role_id, lock=True)
    actions.check_revokes(caller, grant)
    check_if_match(if_match, grant)
    await actions.revoke_role(session, grant)
