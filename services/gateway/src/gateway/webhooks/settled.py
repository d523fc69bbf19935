"""What becomes of a delivery, and of its webhook, after an attempt."""

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

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

log = structlog.stdlib.get_logger(__name__)


async def settle(
    session: AsyncSession,
    webhook: Webhook,
    delivery: WebhookDelivery,
    outcome: Outcome,
    at: datetime,
    chance: random.Random,
) -> None:
    """Write down the attempt and what follows on it. Both rows are locked by the transaction."""
    attempt = {
        "at": at.isoformat(),
        "status": outcome.status,
        "error": outcome.error,
        "latency_ms": outcome.latency_ms,
        "answer": outcome.answer,
    }
    delivery.attempts = [*delivery.attempts, attempt][-KEPT_ATTEMPTS:]
    delivery.tries += 1
    delivery.claimed_until = None
    if outcome.is_accepted:
        webhook.last_success_at = at
        _finish(delivery, DeliveryState.DELIVERED, at)
        return
    if delivery.finished_at is not None:
        return  # another worker had it as well, when this one's claim had ended
    if outcome.status == GONE:
        _finish(delivery, DeliveryState.FAILED, at)
        await _disable(session, webhook, delivery, DisabledReason.GONE)
        return
    pause = pause_after(delivery.tries, chance)
    if pause is None:
        _finish(delivery, DeliveryState.FAILED, at)
        if webhook.last_success_at is None or webhook.last_success_at < delivery.created_at:
            await _disable(session, webhook, delivery, DisabledReason.FAILING)
        return
    asked = retry_after(outcome.retry_after, at) if outcome.status in SLOW_DOWN else None
    if delivery.state is DeliveryState.PENDING:
        delivery.due_at = at + max(pause, asked or timedelta())
    if asked is not None:
        await _slow_down(session, webhook, at + asked)


def _finish(delivery: WebhookDelivery, state: DeliveryState, at: datetime) -> None:
    delivery.state, delivery.due_at, delivery.finished_at = state, None, at


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
