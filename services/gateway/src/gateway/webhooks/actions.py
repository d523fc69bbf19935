"""What can happen to webhooks and their deliveries. Each function works in the caller's transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from chassis.patch import changes_of
from chassis.problem import Conflict, Forbidden, NotFound, invalid
from chassis.tracing import trace_id, traceparent
from contracts.envelope import Envelope
from contracts.vocabulary import OrganizationRole
from gateway.audit.requests import note
from gateway.identity.actions import referenced_member
from gateway.identity.callers import Caller
from gateway.tables import now
from gateway.webhooks.address import AddressGuard, AddressRefused
from gateway.webhooks.models import DeliveryState, DisabledReason, Webhook, WebhookDelivery, WebhookState
from gateway.webhooks.secrets import Seal, new_secret
from gateway.webhooks.shapes import SecretRotation, WebhookCreate, WebhookUpdate

MOST_WEBHOOKS = 50
"""Of an organisation: every event is matched with each of them."""


class TooManyWebhooks(Conflict):
    """The organisation has as many webhooks as it may have."""

    slug, title = "too-many-webhooks", "There are too many webhooks"


class WebhookDisabled(Conflict):
    """Nothing is sent to a disabled webhook: enable it first."""

    slug, title = "webhook-disabled", "This webhook is disabled"


def check_reads(caller: Caller) -> None:
    """Raise Forbidden unless the caller may see webhooks: their URLs may hold credentials, and they see everything."""
    if not caller.identity.roles & {OrganizationRole.ADMIN, OrganizationRole.AUDITOR}:
        raise Forbidden("Webhooks are for admins and auditors.")


def check_changes(caller: Caller) -> None:
    """Raise Forbidden unless the caller may change webhooks."""
    if not caller.is_admin:
        raise Forbidden("Only an admin changes webhooks.")


async def create_webhook(
    session: AsyncSession, caller: Caller, body: WebhookCreate, seal: Seal, guard: AddressGuard
) -> tuple[Webhook, str]:
    """A new webhook and its secret. Raises Forbidden, InvalidRequest, TooManyWebhooks."""
    check_changes(caller)
    check_url(guard, body.url)
    await _check_member(session, body.member_id)
    organization_id = caller.identity.organization_id
    lock = sa.literal(organization_id.int & (2**63 - 1), sa.BigInteger)  # counted one after the other
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    if (await session.execute(sa.select(sa.func.count()).select_from(Webhook))).scalar_one() >= MOST_WEBHOOKS:
        raise TooManyWebhooks(f"An organisation has at most {MOST_WEBHOOKS} webhooks.")
    secret = new_secret()
    webhook = Webhook(
        organization_id=organization_id,
        url=body.url,
        description=body.description,
        filters=body.filters.model_dump(mode="json"),
        member_id=body.member_id,
        secret=seal.close(secret),
    )
    session.add(webhook)
    await session.flush()
    return webhook, secret


async def update_webhook(
    session: AsyncSession, caller: Caller, webhook: Webhook, body: WebhookUpdate, guard: AddressGuard
) -> None:
    """Change what is named. Raises Forbidden, InvalidRequest."""
    check_changes(caller)
    changes: dict[str, Any] = changes_of(body)
    if "url" in changes:
        check_url(guard, body.url)
    if "filters" in changes:
        changes["filters"] = body.filters.model_dump(mode="json")
    await _check_member(session, changes.get("member_id"))
    state = changes.pop("state", webhook.state)
    is_changed = any(getattr(webhook, name) != value for name, value in changes.items())
    for name, value in changes.items():
        setattr(webhook, name, value)
    if state is not webhook.state:
        await (enable(session, webhook) if state is WebhookState.ENABLED else disable(session, webhook))
    elif is_changed:
        webhook.touch()


async def enable(session: AsyncSession, webhook: Webhook) -> None:
    """Send again, first what was held."""
    webhook.state, webhook.disabled_reason = WebhookState.ENABLED, None
    webhook.touch()
    await _move(session, webhook, DeliveryState.HELD, DeliveryState.PENDING, due_at=now())


async def disable(session: AsyncSession, webhook: Webhook, reason: DisabledReason = DisabledReason.REQUESTED) -> None:
    """Send no more. What waits is held; what happens meanwhile is not recorded for it."""
    webhook.state, webhook.disabled_reason = WebhookState.DISABLED, reason
    webhook.touch()
    await _move(session, webhook, DeliveryState.PENDING, DeliveryState.HELD, due_at=None)


async def rotate_secret(caller: Caller, webhook: Webhook, body: SecretRotation, seal: Seal) -> str:
    """A new secret; the one before stays good for a while. Raises Forbidden."""
    check_changes(caller)
    secret = new_secret()
    is_kept = body.overlap_hours > 0
    webhook.previous_secret = webhook.secret if is_kept else None
    webhook.previous_secret_until = now() + timedelta(hours=body.overlap_hours) if is_kept else None
    webhook.secret = seal.close(secret)
    webhook.touch()
    return secret


async def test_webhook(session: AsyncSession, caller: Caller, webhook: Webhook) -> WebhookDelivery:
    """Send an event that says nothing, whatever the filters. Raises Forbidden, WebhookDisabled."""
    check_changes(caller)
    if webhook.state is not WebhookState.ENABLED:
        raise WebhookDisabled
    envelope = Envelope(
        id=uuid7(),
        source="/gateway",
        type="io.interlock.gateway.webhook.tested.v1",
        subject=f"webhooks/{webhook.id}",
        time=now(),
        dataschema="urn:interlock:gateway.webhook.tested:v1",
        orgid=webhook.organization_id,
        revision=webhook.revision,
        position=1,
        positions=1,
        correlationid=trace_id(),
        actor=caller.identity.subject,
        traceparent=traceparent(),
    )
    delivery = WebhookDelivery(
        organization_id=webhook.organization_id,
        webhook_id=webhook.id,
        event_id=envelope.id,
        event_type=envelope.type,
        document=envelope.structured(orjson.dumps({"webhook_id": str(webhook.id), "description": webhook.description})),
    )
    session.add(delivery)
    await session.flush()
    await note(session, webhook.organization_id, "created", "webhook_delivery", delivery.id, webhook_id=webhook.id)
    return delivery


async def redeliver(session: AsyncSession, caller: Caller, webhook: Webhook, delivery: WebhookDelivery) -> None:
    """Send it again, with the same id. Raises Forbidden, WebhookDisabled."""
    check_changes(caller)
    if webhook.state is not WebhookState.ENABLED:
        raise WebhookDisabled
    delivery.state, delivery.tries = DeliveryState.PENDING, 0
    delivery.due_at, delivery.finished_at = now(), None
    await note(session, webhook.organization_id, "redelivered", "webhook_delivery", delivery.id, webhook_id=webhook.id)


async def find_webhook(session: AsyncSession, caller: Caller, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """One of the organisation's webhooks. Raises Forbidden, NotFound."""
    check_reads(caller)
    statement = sa.select(Webhook).where(col(Webhook.id) == webhook_id)
    found = (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def find_delivery(
    session: AsyncSession, webhook: Webhook, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery:
    """One of the webhook's deliveries. Raises NotFound."""
    statement = sa.select(WebhookDelivery).where(
        col(WebhookDelivery.id) == delivery_id, col(WebhookDelivery.webhook_id) == webhook.id
    )
    found = (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def check_url(guard: AddressGuard, url: str) -> None:
    """Raise InvalidRequest for a URL that nothing may be sent to."""
    try:
        guard.check(url)
    except AddressRefused as error:
        raise invalid("/url", "webhook_url", str(error)) from error


async def _check_member(session: AsyncSession, member_id: UUID | None) -> None:
    """Raise InvalidRequest for a member that the organisation does not have."""
    if member_id is not None:
        await referenced_member(session, member_id)


async def _move(session: AsyncSession, webhook: Webhook, old: DeliveryState, new: DeliveryState, due_at: Any) -> None:
    table = WebhookDelivery
    await session.execute(
        sa.update(table)
        .where(col(table.webhook_id) == webhook.id, col(table.state) == old)
        .values(state=new, due_at=due_at)
        .execution_options(synchronize_session=False)
    )
