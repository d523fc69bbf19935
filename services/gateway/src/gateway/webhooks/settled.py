"""What becomes of deliveries, and of their webhook, after attempts."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.statements import execute
from contracts.provenance import Provenance
from gateway.audit.origins import OURSELVES
from gateway.audit.requests import attribute
from gateway.webhooks import actions
from gateway.webhooks.models import DeliveryState, DisabledReason, Webhook, WebhookDelivery, WebhookState
from gateway.webhooks.schedule import pause_after, retry_after
from gateway.webhooks.sender import Outcome

KEPT_ATTEMPTS = 20
GONE = 410
SLOW_DOWN = frozenset({429, 503})

_SUCCEEDED = "UPDATE webhooks SET last_success_at = greatest(last_success_at, $2) WHERE id = $1"
_DELIVERED = """
    UPDATE webhook_deliveries AS delivery
    SET state = 'delivered', due_at = NULL, claimed_until = NULL, finished_at = made.at, tries = delivery.tries + 1, attempts =
        CASE WHEN jsonb_array_length(delivery.attempts) < $4 THEN delivery.attempts ELSE delivery.attempts - 0 END
        || made.attempt::jsonb
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS made (id, at, attempt) WHERE delivery.id = made.id
"""
_RELEASED = "UPDATE webhook_deliveries SET claimed_until = NULL WHERE id = ANY($1::uuid[])"

log = structlog.stdlib.get_logger(__name__)


def asks_for_a_pause(outcome: Outcome) -> bool:
    """Whether the receiver wants nothing more, now or ever."""
    return outcome.status == GONE or (outcome.status in SLOW_DOWN and outcome.retry_after is not None)


async def accept(session: AsyncSession, webhook_id: UUID, made: Sequence[tuple[UUID, datetime, Outcome]]) -> None:
    """Write down deliveries of one webhook that were accepted, at least one: which, when, and how. The webhook is locked first, as everywhere."""
    ids, instants = [id_ for id_, _, _ in made], [at for _, at, _ in made]
    attempts = [orjson.dumps(_attempt(outcome, at)).decode() for _, at, outcome in made]
    await execute(session, _SUCCEEDED, webhook_id, max(instants))
    await execute(session, _DELIVERED, ids, instants, attempts, KEPT_ATTEMPTS)


async def release(session: AsyncSession, deliveries: Sequence[UUID]) -> None:
    """Give back what was claimed and not tried."""
    if deliveries:
        await execute(session, _RELEASED, list(deliveries))


async def refuse(
    session: AsyncSession, delivery_id: UUID, outcome: Outcome, at: datetime, chance: random.Random
) -> None:
    """Write down an attempt that was not accepted, and what follows on it."""
    found = await _locked(session, delivery_id)
    if found is None:
        return
    webhook, delivery = found
    delivery.attempts = [*delivery.attempts, _attempt(outcome, at)][-KEPT_ATTEMPTS:]
    delivery.tries += 1
    delivery.claimed_until = None
    if delivery.finished_at is not None:
        return  # another worker had it as well, when this one's claim had ended
    if outcome.status == GONE:
        _finish(delivery, at)
        await _disable(session, webhook, delivery, DisabledReason.GONE)
        return
    pause = pause_after(delivery.tries, chance)
    if pause is None:
        _finish(delivery, at)
        if webhook.last_success_at is None or webhook.last_success_at < delivery.created_at:
            await _disable(session, webhook, delivery, DisabledReason.FAILING)
        return
    asked = retry_after(outcome.retry_after, at) if outcome.status in SLOW_DOWN else None
    if delivery.state is DeliveryState.PENDING:
        delivery.due_at = at + max(pause, asked or timedelta())
    if asked is not None:
        await _slow_down(session, webhook, at + asked)


def _attempt(outcome: Outcome, at: datetime) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "status": outcome.status,
        "error": outcome.error,
        "latency_ms": outcome.latency_ms,
        "answer": outcome.answer,
    }


async def _locked(session: AsyncSession, delivery_id: UUID) -> tuple[Webhook, WebhookDelivery] | None:
    """The webhook, locked first as everywhere, and the delivery; None if they have been deleted."""
    of = sa.select(col(WebhookDelivery.webhook_id)).where(col(WebhookDelivery.id) == delivery_id).scalar_subquery()
    locked = sa.select(Webhook).where(col(Webhook.id) == of).with_for_update()
    webhook = (await session.execute(locked)).scalar_one_or_none()
    delivery = await session.get(WebhookDelivery, delivery_id, with_for_update=True) if webhook is not None else None
    return (webhook, delivery) if webhook is not None and delivery is not None else None


def _finish(delivery: WebhookDelivery, at: datetime) -> None:
    delivery.state, delivery.due_at, delivery.finished_at = DeliveryState.FAILED, None, at


async def _disable(session: AsyncSession, webhook: Webhook, delivery: WebhookDelivery, reason: DisabledReason) -> None:
    if webhook.state is WebhookState.ENABLED:
        log.warning(
            "webhook disabled", webhook=str(webhook.id), organization=str(webhook.organization_id), reason=reason
        )
        await attribute(session, OURSELVES, Provenance(cause=f"deliveries/{delivery.id}"))
        await actions.disable(session, webhook, reason)


async def _slow_down(session: AsyncSession, webhook: Webhook, until: datetime) -> None:
    """The receiver asked for a pause: that goes for everything that waits for it."""
    table = WebhookDelivery
    await session.execute(
        sa.update(table)
        .where(col(table.webhook_id) == webhook.id, col(table.due_at) < until)
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )
