"""`/invitations`."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import col

from chassis import idempotency
from chassis.etag import IfMatch, check_if_match, etag
from chassis.identity import Identity
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from contracts.values import Id
from gateway.audit.requests import provenance_of
from gateway.idempotent import claimed, once
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime, Session, Stranger
from gateway.identity.models import ApiToken, Member, has_address
from gateway.identity.shapes import ApiTokenCreated, Email, MemberRead
from gateway.invitations import actions
from gateway.invitations.models import (
    Acceptance,
    Accepted,
    Invitation,
    InvitationCreate,
    InvitationCreated,
    InvitationOver,
    InvitationRead,
    InvitationState,
)
from gateway.own_routes import OwnRoute
from gateway.tables import now

router = APIRouter(prefix="/v1/invitations", tags=["identity"], route_class=OwnRoute)

ORDER = Order(
    {"id": Invitation.id, "created_at": Invitation.created_at, "email": Invitation.email},
    default="id",
    identity=Invitation.id,
)
SECRET = {"Cache-Control": "no-store"}


class InvitationQuery(PageQuery):
    """Which invitations."""

    state: InvitationState | None = None
    email: Email | None = Field(default=None, description="only those to this address")
    invited_by: Id | None = Field(default=None, description="only those that this member sent")


def _shown(invitation: Invitation, **more: Any) -> dict[str, Any]:
    return invitation.model_dump() | {"state": invitation.state(now())} | more


def _read(invitation: Invitation) -> InvitationRead:
    return InvitationRead.model_validate(_shown(invitation), extra="ignore")


@router.get("", responses=responses(Forbidden))
async def list_invitations(session: Session, query: Annotated[InvitationQuery, Query()]) -> Page[InvitationRead]:
    """Who was asked in, and what has become of it. Sort by `created_at` or `email`."""
    statement = sa.select(Invitation)
    if query.state is not None:
        statement = statement.where(Invitation.in_state(query.state, now()))
    if query.email is not None:
        statement = statement.where(has_address(col(Invitation.email), query.email))
    if query.invited_by is not None:
        statement = statement.where(col(Invitation.invited_by) == query.invited_by)
    rows, after = await page(session, statement, query, ORDER)
    return Page(items=[_read(row) for row in rows], next=after)


@router.post(
    "",
    status_code=201,
    response_model=InvitationCreated,
    responses=responses(Forbidden, AlreadyExists, IdempotencyKeyReused),
)
async def create_invitation(
    session: Session, caller: CurrentCaller, body: InvitationCreate, request: Request
) -> Response:
    """Ask somebody in. What they need for it is in this answer and nowhere else: pass it on to them."""

    async def make() -> tuple[Response, Response]:
        invitation, secret = await actions.invite(session, caller, body)
        return _created(invitation, secret), _created(invitation, None)

    return await once(session, caller, request, make)


def _created(invitation: Invitation, secret: str | None) -> Response:
    answer = InvitationCreated.model_validate(_shown(invitation, token=secret), extra="ignore")
    headers = {"Location": f"/v1/invitations/{invitation.id}", "ETag": etag(invitation)} | SECRET
    return Response(answer.model_dump_json(), 201, headers, "application/json")


@router.post(
    "/accept",
    status_code=201,
    response_model=Accepted,
    responses=responses(NotFound, AlreadyExists, IdempotencyKeyReused),
    openapi_extra={"security": []},
    dependencies=[Stranger],
)
async def accept_invitation(runtime: CurrentRuntime, body: Acceptance, request: Request) -> Response:
    """Come in: the answer holds your first token, this once. An invitation is good once; if the answer was lost, ask again before you use it."""
    async with runtime.database.transaction() as session:
        invitation = await actions.presented_invitation(session, body.token, provenance_of(request.scope))
        guest = Identity(f"invitations/{invitation.id}", invitation.organization_id, frozenset())
        claim = await claimed(session, guest, request)
        if claim is not None and claim.answer is not None and not await actions.is_unheard(session, invitation):
            return claim.answer
        member, token, secret = await actions.accept_invitation(session, invitation, body.name)
        if claim is not None:
            await idempotency.keep(session, guest.organization_id, claim.key, _accepted(member, token, None))
    return _accepted(member, token, secret)


def _accepted(member: Member, token: ApiToken, secret: str | None) -> Response:
    answer = Accepted(
        member=MemberRead.model_validate(member.model_dump() | {"subject": None}, extra="ignore"),
        api_token=ApiTokenCreated.model_validate(token.model_dump() | {"token": secret}, extra="ignore"),
    )
    return Response(answer.model_dump_json(), 201, SECRET, "application/json")


@router.get("/{invitation_id}", responses=responses(Forbidden, NotFound))
async def get_invitation(session: Session, invitation_id: Id, response: Response) -> InvitationRead:
    """One invitation, without its secret."""
    invitation = await actions.find_invitation(session, invitation_id)
    response.headers["ETag"] = etag(invitation)
    return _read(invitation)


@router.delete(
    "/{invitation_id}", status_code=204, responses=responses(Forbidden, NotFound, InvitationOver, StaleRevision)
)
async def revoke_invitation(session: Session, invitation_id: Id, if_match: IfMatch = None) -> None:
    """Take an invitation back. Doing so again changes nothing."""
    # Behind who is just accepting it: what is taken back lets nobody in.
    invitation = await actions.find_invitation(session, invitation_id, lock=True)
    check_if_match(if_match, invitation)
    actions.revoke_invitation(invitation)
