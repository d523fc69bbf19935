"""`/api-tokens`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.etag import IfMatch, check_if_match, etag
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from chassis.routes import LateRoute
from contracts.values import Id
from gateway.idempotent import once
from gateway.identity import actions
from gateway.identity.dependencies import CurrentCaller, Session
from gateway.identity.models import ApiToken
from gateway.identity.shapes import ApiTokenCreate, ApiTokenCreated, ApiTokenRead
from gateway.tables import now

router = APIRouter(prefix="/v1/api-tokens", tags=["identity"], route_class=LateRoute)

TOKEN_ORDER = Order(
    {"id": ApiToken.id, "created_at": ApiToken.created_at, "name": ApiToken.name}, default="id", identity=ApiToken.id
)


def _read(record: ApiToken, **more: Any) -> dict[str, Any]:
    """The record's columns, for an answer's shape to choose from."""
    return record.model_dump() | more


@router.get("")
async def list_api_tokens(
    session: Session, caller: CurrentCaller, query: Annotated[PageQuery, Query()]
) -> Page[ApiTokenRead]:
    """The caller's tokens; an admin's answer holds everyone's. Revoked and expired ones stay listed."""
    rows, after = await page(session, actions.visible_api_tokens(caller), query, TOKEN_ORDER)
    return Page(items=[ApiTokenRead.model_validate(_read(row), extra="ignore") for row in rows], next=after)


@router.post("", status_code=201, response_model=ApiTokenCreated, responses=responses(Forbidden, IdempotencyKeyReused))
async def create_api_token(
    session: Session,
    caller: CurrentCaller,
    body: ApiTokenCreate,
    request: Request,
) -> Response:
    """A new token. Its secret is in this answer and nowhere else."""

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


@router.delete("/{credential_id}", status_code=204, responses=responses(NotFound, StaleRevision))
async def revoke_api_token(
    session: Session, caller: CurrentCaller, credential_id: Id, if_match: IfMatch = None
) -> None:
    """Revoke a token: from the next request on it opens nothing. Revoking it again changes nothing."""
    token = await actions.find_api_token(session, caller, credential_id)
    check_if_match(if_match, token)
    token.revoke(now())
