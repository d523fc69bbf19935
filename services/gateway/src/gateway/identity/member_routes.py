"""`/organizations` and `/members`."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from sqlmodel import SQLModel, col

from chassis.etag import IfMatch, check_if_match, etag
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from contracts.values import Id
from contracts.vocabulary import OrganizationRole
from gateway.idempotent import once
from gateway.identity import members
from gateway.identity.callers import Caller
from gateway.identity.dependencies import AnyCaller, CurrentCaller, CurrentRuntime, Session
from gateway.identity.members import LastAdmin
from gateway.identity.models import Member, Organization, has_address
from gateway.identity.shapes import (
    Email,
    MemberCreate,
    MemberRead,
    MemberUpdate,
    OrganizationRead,
    OrganizationUpdate,
)
from gateway.oidc.persons import present
from gateway.own_routes import OwnRoute

router = APIRouter(prefix="/v1", tags=["identity"], route_class=OwnRoute)

ORGANIZATION_ORDER = Order({"key": Organization.key}, default="key", identity=Organization.id)
MEMBER_ORDER = Order({"id": Member.id, "email": Member.email, "name": Member.name}, default="email", identity=Member.id)


class MemberQuery(PageQuery):
    """Which members."""

    email: Email | None = None
    role: OrganizationRole | None = None


def _read(record: SQLModel) -> dict[str, Any]:
    return record.model_dump()


def _organization(organization: Organization) -> OrganizationRead:
    return OrganizationRead.model_validate(_read(organization), extra="ignore")


def _member(member: Member, caller: Caller) -> MemberRead:
    hidden: dict[str, Any] = {} if caller.is_admin else {"subject": None}
    return MemberRead.model_validate(_read(member) | hidden, extra="ignore")


@router.get("/organizations")
async def list_organizations(
    runtime: CurrentRuntime, caller: AnyCaller, query: Annotated[PageQuery, Query()]
) -> Page[OrganizationRead]:
    """The organisations that you are a member of: with an API token its own, with an access token all that know you."""
    person = caller.person
    async with runtime.database.transaction(None if person else caller.identity.organization_id) as session:
        if person is not None:
            await present(session, person)
        rows, after = await page(session, sa.select(Organization), query, ORGANIZATION_ORDER)
    return Page(items=[_organization(row) for row in rows], next=after)


@router.get("/organizations/current", responses=responses(NotFound))
async def get_current_organization(session: Session, caller: CurrentCaller, response: Response) -> OrganizationRead:
    """The organisation of the token."""
    organization = await session.get_one(Organization, caller.identity.organization_id)
    response.headers["ETag"] = etag(organization)
    return _organization(organization)


@router.patch("/organizations/current", responses=responses(Forbidden, NotFound, StaleRevision))
async def update_current_organization(
    session: Session, caller: CurrentCaller, body: OrganizationUpdate, response: Response, if_match: IfMatch = None
) -> OrganizationRead:
    """Change its name."""
    organization = await session.get_one(Organization, caller.identity.organization_id, with_for_update=True)
    check_if_match(if_match, organization)
    if "name" in body.model_fields_set and body.name != organization.name:
        organization.name = body.name
        organization.revision += 1
    response.headers["ETag"] = etag(organization)
    return _organization(organization)


@router.get("/members")
async def list_members(
    session: Session, caller: CurrentCaller, query: Annotated[MemberQuery, Query()]
) -> Page[MemberRead]:
    """Who acts in the organisation."""
    statement = sa.select(Member).where(col(Member.removed_at).is_(None))
    if query.email is not None:
        statement = statement.where(has_address(col(Member.email), query.email))
    if query.role is not None:
        statement = statement.where(col(Member.role) == query.role)
    rows, after = await page(session, statement, query, MEMBER_ORDER)
    return Page(items=[_member(row, caller) for row in rows], next=after)


@router.post(
    "/members",
    status_code=201,
    response_model=MemberRead,
    responses=responses(Forbidden, AlreadyExists, IdempotencyKeyReused),
)
async def create_member(session: Session, caller: CurrentCaller, body: MemberCreate, request: Request) -> Response:
    """Someone joins the organisation, without a word from them; see `/invitations` for asking."""

    async def make() -> tuple[Response, Response]:
        member = await members.create_member(session, caller.identity.organization_id, body)
        headers = {"Location": f"/v1/members/{member.id}", "ETag": etag(member)}
        answer = Response(_member(member, caller).model_dump_json(), 201, headers, "application/json")
        return answer, answer

    return await once(session, caller, request, make)


@router.get("/members/{member_id}", responses=responses(NotFound))
async def get_member(session: Session, caller: CurrentCaller, member_id: Id, response: Response) -> MemberRead:
    """One member."""
    member = await members.find_member(session, member_id)
    response.headers["ETag"] = etag(member)
    return _member(member, caller)


@router.patch("/members/{member_id}", responses=responses(Forbidden, NotFound, LastAdmin, AlreadyExists, StaleRevision))
async def update_member(
    session: Session,
    caller: CurrentCaller,
    member_id: Id,
    body: MemberUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> MemberRead:
    """Change its name, its role in the organisation, or whose access tokens are its own; the very next request meets it."""
    member = await members.find_member(session, member_id, lock=True)
    check_if_match(if_match, member)
    await members.update_member(session, member, body)
    response.headers["ETag"] = etag(member)
    return _member(member, caller)


@router.delete(
    "/members/{member_id}", status_code=204, responses=responses(Forbidden, NotFound, LastAdmin, StaleRevision)
)
async def remove_member(session: Session, member_id: Id, if_match: IfMatch = None) -> None:
    """The member leaves: its roles end, and its tokens open nothing from the next request on."""
    member = await members.find_member(session, member_id, lock=True)
    check_if_match(if_match, member)
    await members.remove_member(session, member)
