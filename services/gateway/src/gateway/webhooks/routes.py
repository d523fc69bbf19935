"""Webhooks over HTTP."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match, etag
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, IdempotencyKeyReused, NotFound, StaleRevision, responses
from contracts.values import Id
from gateway.events.shapes import EventType
from gateway.idempotent import once
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime, Session
from gateway.own_routes import OwnRoute
from gateway.webhooks import actions
from gateway.webhooks.actions import TooManyWebhooks, WebhookDisabled
from gateway.webhooks.models import DeliveryState, Webhook, WebhookDelivery, WebhookState
from gateway.webhooks.shapes import (
    DeliveryRead,
    SecretRotation,
    WebhookCreate,
    WebhookCreated,
    WebhookRead,
    WebhookUpdate,
)

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=OwnRoute)

WEBHOOK_ORDER = Order({"id": Webhook.id, "created_at": Webhook.created_at}, default="id", identity=Webhook.id)
DELIVERY_ORDER = Order(
    {"id": WebhookDelivery.id, "created_at": WebhookDelivery.created_at}, default="-id", identity=WebhookDelivery.id
)
OF_CHANGES = (Forbidden, NotFound, IdempotencyKeyReused)


class WebhookQuery(PageQuery):
    """Filters of the collection."""

    state: WebhookState | None = None


class DeliveryQuery(PageQuery):
    """Filters of the collection."""

    state: DeliveryState | None = None
    event_id: Id | None = None
    event_type: EventType | None = None


def _read(webhook: Webhook) -> WebhookRead:
    return WebhookRead.model_validate(webhook.model_dump(), extra="ignore")


def _delivery(delivery: WebhookDelivery) -> DeliveryRead:
    return DeliveryRead.model_validate(delivery.model_dump(exclude={"document"}), extra="ignore")


def _with_secret(webhook: Webhook, secret: str | None, status: int) -> Response:
    answer = WebhookCreated.model_validate(webhook.model_dump() | {"secret": secret}, extra="ignore")
    headers = {"ETag": etag(webhook), "Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"/v1/webhooks/{webhook.id}"
    # The secret's field is left out of every other dump of a webhook: the shape takes it from here alone.
    return Response(answer.model_dump_json(), status, headers, "application/json")


def _accepted(shape: BaseModel) -> Response:
    return Response(shape.model_dump_json(), 202, media_type="application/json")


async def _changing(session: Session, caller: CurrentCaller, webhook_id: Id) -> Webhook:
    actions.check_changes(caller)
    return await actions.find_webhook(session, caller, webhook_id, lock=True)


async def _reading(session: Session, caller: CurrentCaller, webhook_id: Id) -> Webhook:
    return await actions.find_webhook(session, caller, webhook_id)


Changing = Annotated[Webhook, Depends(_changing)]
Reading = Annotated[Webhook, Depends(_reading)]


@router.get("", responses=responses(Forbidden))
async def list_webhooks(
    session: Session, caller: CurrentCaller, query: Annotated[WebhookQuery, Query()]
) -> Page[WebhookRead]:
    """The organisation's webhooks."""
    actions.check_reads(caller)
    statement = sa.select(Webhook)
    if query.state is not None:
        statement = statement.where(col(Webhook.state) == query.state)
    rows, after = await page(session, statement, query, WEBHOOK_ORDER)
    return Page(items=[_read(row) for row in rows], next=after)


@router.post(
    "",
    status_code=201,
    response_model=WebhookCreated,
    responses=responses(Forbidden, IdempotencyKeyReused, TooManyWebhooks),
)
async def create_webhook(
    session: Session, caller: CurrentCaller, runtime: CurrentRuntime, body: WebhookCreate, request: Request
) -> Response:
    """A new webhook. Its secret is in this answer and nowhere else."""
    tools = runtime.webhooks.tools

    async def make() -> tuple[Response, Response]:
        webhook, secret = await actions.create_webhook(session, caller, body, tools.seal, tools.guard)
        return _with_secret(webhook, secret, 201), _with_secret(webhook, None, 201)

    return await once(session, caller, request, make)


@router.get("/{webhook_id}", responses=responses(Forbidden, NotFound))
async def get_webhook(webhook: Reading, response: Response) -> WebhookRead:
    """One webhook, without its secret."""
    response.headers["ETag"] = etag(webhook)
    return _read(webhook)


@router.patch("/{webhook_id}", responses=responses(Forbidden, NotFound, StaleRevision))
async def update_webhook(
    session: Session,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    webhook: Changing,
    body: WebhookUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> WebhookRead:
    """Change it; `state` enables and disables it."""
    check_if_match(if_match, webhook)
    await actions.update_webhook(session, caller, webhook, body, runtime.webhooks.tools.guard)
    response.headers["ETag"] = etag(webhook)
    return _read(webhook)


@router.delete("/{webhook_id}", status_code=204, responses=responses(Forbidden, NotFound, StaleRevision))
async def delete_webhook(session: Session, webhook: Changing, if_match: IfMatch = None) -> None:
    """Remove it with all its deliveries."""
    check_if_match(if_match, webhook)
    await session.delete(webhook)


@router.post(
    "/{webhook_id}/rotate-secret",
    response_model=WebhookCreated,
    responses=responses(*OF_CHANGES, StaleRevision),
)
async def rotate_webhook_secret(
    session: Session,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    webhook: Changing,
    body: SecretRotation,
    request: Request,
    if_match: IfMatch = None,
) -> Response:
    """A new secret. For a while deliveries carry a signature by each of both, so that receivers can change over in peace."""
    seal = runtime.webhooks.tools.seal

    async def make() -> tuple[Response, Response]:
        check_if_match(if_match, webhook)
        secret = await actions.rotate_secret(caller, webhook, body, seal)
        await session.flush()
        return _with_secret(webhook, secret, 200), _with_secret(webhook, None, 200)

    return await once(session, caller, request, make)


@router.post(
    "/{webhook_id}/test",
    status_code=202,
    response_model=DeliveryRead,
    responses=responses(*OF_CHANGES, WebhookDisabled),
)
async def test_webhook(session: Session, caller: CurrentCaller, webhook: Changing, request: Request) -> Response:
    """Send an event that says nothing (`io.interlock.gateway.webhook.tested.v1`), whatever the filters."""

    async def make() -> tuple[Response, Response]:
        answer = _accepted(_delivery(await actions.test_webhook(session, caller, webhook)))
        return answer, answer

    return await once(session, caller, request, make)


@router.get("/{webhook_id}/deliveries", responses=responses(Forbidden, NotFound))
async def list_webhook_deliveries(
    session: Session, webhook: Reading, query: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveryRead]:
    """What was sent, and what became of it; the latest first. Kept for 30 days after the last attempt."""
    statement = sa.select(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == webhook.id)
    if query.state is not None:
        statement = statement.where(col(WebhookDelivery.state) == query.state)
    if query.event_id is not None:
        statement = statement.where(col(WebhookDelivery.event_id) == query.event_id)
    if query.event_type is not None:
        statement = statement.where(col(WebhookDelivery.event_type) == query.event_type)
    rows, after = await page(session, statement, query, DELIVERY_ORDER)
    return Page(items=[_delivery(row) for row in rows], next=after)


@router.get("/{webhook_id}/deliveries/{delivery_id}", responses=responses(Forbidden, NotFound))
async def get_webhook_delivery(session: Session, webhook: Reading, delivery_id: Id) -> DeliveryRead:
    """One delivery with its attempts."""
    return _delivery(await actions.find_delivery(session, webhook, delivery_id))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    response_model=DeliveryRead,
    responses=responses(*OF_CHANGES, WebhookDisabled),
)
async def redeliver_webhook_delivery(
    session: Session, caller: CurrentCaller, webhook: Changing, delivery_id: Id, request: Request
) -> Response:
    """Send it again, under the same `webhook-id`."""

    async def make() -> tuple[Response, Response]:
        delivery = await actions.find_delivery(session, webhook, delivery_id, lock=True)
        await actions.redeliver(session, caller, webhook, delivery)
        answer: Any = _accepted(_delivery(delivery))
        return answer, answer

    return await once(session, caller, request, make)
