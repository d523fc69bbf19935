"""`/invitations`."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response

from chassis.etag import IfMatch, check_if_match, etag
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from chassis.routes import LateRoute
from contracts.values import Id
from gateway.audit.requests import provenance_of
from gateway.idempotent import once
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime, Session, Stranger
from gateway.identity.shapes import ApiTokenCreated, MemberRead
from gateway.invitations import actions
from gateway.invitations.models import (
    Acceptance,
    Accepted,
    Invitation,
    InvitationCreate,
    InvitationCreated,
    InvitationOver,
    InvitationRead,
)
from gateway.tables import now

router = APIRouter(prefix="/v1/invitations", tags=["identity"], route_class=LateRoute)

ORDER = Order({"id": Invitation.id, "email": Invitation.email}, default="id", identity=Invitation.id)
SECRET = {"Cache-Control": "no-store"}


def _shown(invitation: Invitation, **more: Any) -> dict[str, Any]:
    return invitation.model_dump() | {"state": invitation.state(now())} | more


def _read(invitation: Invitation) -> InvitationRead:
    return InvitationRead.model_validate(_shown(invitation), extra="ignore")


@router.get("", responses=responses(Forbidden))
async def list_invitations(session: Session, query: Annotated[PageQuery, Query()]) -> Page[InvitationRead]:
    """Who was asked in, and what has become of it."""
    rows, after = await page(session, sa.select(Invitation), query, ORDER)
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
    responses=responses(NotFound, AlreadyExists),
    openapi_extra={"security": []},
    dependencies=[Stranger],
)
async def accept_invitation(runtime: CurrentRuntime, body: Acceptance, request: Request) -> Response:
    """Come in: the answer holds your first token, this once. An invitation is good once."""
    async with runtime.database.transaction() as session:
        member, token, secret = await actions.accept_invitation(session, body, provenance_of(request.scope))
        answer = Accepted(
            member=MemberRead.model_validate(member.model_dump(), extra="ignore"),
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
    invitation = await actions.find_invitation(session, invitation_id)
    check_if_match(if_match, invitation)
    actions.revoke_invitation(invitation)
