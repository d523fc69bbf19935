"""`/api-tokens`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match, etag
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from contracts.values import Id
from gateway.idempotent import once
from gateway.identity import actions
from gateway.identity.boundaries import check_there
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime, Session
from gateway.identity.models import ApiToken, Scope, Within
from gateway.identity.shapes import ApiTokenCreate, ApiTokenCreated, ApiTokenRead
from gateway.own_routes import OwnRoute
from gateway.tables import now

router = APIRouter(prefix="/v1/api-tokens", tags=["identity"], route_class=OwnRoute)

TOKEN_ORDER = Order(
    {"id": ApiToken.id, "created_at": ApiToken.created_at, "name": ApiToken.name}, default="id", identity=ApiToken.id
)


class ApiTokenQuery(PageQuery):
    """Which tokens."""

    member_id: Id | None = None
    made_with: Id | None = Field(default=None, description="only those that were made with this token")
    scope: Scope | None = None
    is_valid: bool | None = Field(
        default=None, description="only those that let somebody in, or only those that no longer do"
    )

    def conditions(self, at: datetime) -> Iterator[sa.ColumnElement[bool]]:
        """What is asked for, of the instant `at`."""
        for column, wanted in (
            (ApiToken.member_id, self.member_id),
            (ApiToken.made_with, self.made_with),
            (ApiToken.scope, self.scope),
        ):
            if wanted is not None:
                yield col(column) == wanted
        if self.is_valid is not None:
            valid = ApiToken.valid_at(at)
            yield valid if self.is_valid else sa.not_(valid)


async def _for_places(runtime: CurrentRuntime, caller: CurrentCaller, body: ApiTokenCreate) -> ApiTokenCreate:
    """The body, if there are the programs and projects that the token is to be for. Raises InvalidRequest, Unavailable."""
    for within, places in ((Within.PROGRAM, body.program_ids), (Within.PROJECT, body.project_ids)):
        for number, place in enumerate(places or ()):
            await check_there(runtime, caller, within, place, f"/{within}s/{number}")
    return body


Asked = Annotated[ApiTokenCreate, Depends(_for_places)]
"""A new token. Asked for before the transaction begins, which is not to wait for another service."""


def _read(record: ApiToken, **more: Any) -> dict[str, Any]:
    """The record's columns, for an answer's shape to choose from."""
    return record.model_dump() | more


@router.get("")
async def list_api_tokens(
    session: Session, caller: CurrentCaller, query: Annotated[ApiTokenQuery, Query()]
) -> Page[ApiTokenRead]:
    """The caller's tokens; an admin's answer holds everyone's. Revoked and expired ones stay listed. Sort by `created_at` or `name`."""
    statement = actions.visible_api_tokens(caller).where(*query.conditions(now()))
    rows, after = await page(session, statement, query, TOKEN_ORDER)
    return Page(items=[ApiTokenRead.model_validate(_read(row), extra="ignore") for row in rows], next=after)


@router.post("", status_code=201, response_model=ApiTokenCreated, responses=responses(Forbidden, IdempotencyKeyReused))
async def create_api_token(
    body: Asked,
    session: Session,
    caller: CurrentCaller,
    request: Request,
) -> Response:
    """A new token, for all that its member may, or for some programs and projects alone. Its secret is in this answer and nowhere else."""

    async def make() -> tuple[Response, Response]:
        token, secret = await actions.create_api_token(session, caller, body)
        return _created(token, secret), _created(token, None)

    return await once(session, caller, request, make)


def _created(token: ApiToken, secret: str | None) -> Response:
    answer = ApiTokenCreated.model_validate(_read(token, token=secret), extra="ignore")
    headers = {"Location": f"/v1/api-tokens/{token.id}", "ETag": etag(token), "Cache-Control": "no-store"}
    return Response(answer.model_dump_json(), 201, headers, "application/json")


@router.get("/{credential_id}", responses=responses(NotFound))
async def get_api_token(session: Session, caller: CurrentCaller, credential_id: Id, response: Response) -> ApiTokenRead:
    """One token, without its secret."""
    token = await actions.find_api_token(session, caller, credential_id)
    response.headers["ETag"] = etag(token)
    return ApiTokenRead.model_validate(_read(token), extra="ignore")


@router.delete("/{credential_id}", status_code=204, responses=responses(Forbidden, NotFound, StaleRevision))
async def revoke_api_token(
    session: Session, caller: CurrentCaller, credential_id: Id, if_match: IfMatch = None
) -> None:
    """Revoke a token: from the next request on it opens nothing, nor do those that were made with it. Revoking it again changes nothing."""
    token = await actions.find_api_token(session, caller, credential_id)
    check_if_match(if_match, token)
    await actions.revoke_api_token(session, token)
