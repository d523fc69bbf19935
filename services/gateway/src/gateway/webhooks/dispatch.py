"""From deliveries to receivers: claims what is due, in whichever organisation, and posts it, a few at a time for each webhook."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import Database
from chassis.health import Health
from gateway.tables import now
from gateway.webhooks.models import DeliveryState, Webhook, WebhookDelivery
from gateway.webhooks.secrets import Seal, SealBroken, signed
from gateway.webhooks.sender import TIMEOUT, Outcome, Sender
from gateway.webhooks.settled import settle

AT_ONCE = 64
"""Attempts under way in this process."""
AT_ONCE_EACH = 4
"""Attempts under way for one webhook, in all processes together."""
POLL = 1.0
SWEEP = 3600.0
KEPT = timedelta(days=30)
"""A finished delivery, for inspection and redelivery."""

ATTEMPTS = Counter("interlock_webhook_attempts_total", "Attempts to deliver", ["outcome"])
UNDER_WAY = Gauge("interlock_webhook_attempts_under_way", "Attempts under way")

# A claim ends by itself: what a killed worker had in hand is tried again. The rows of one webhook are locked in the order in which they are
# due, and skipped when another worker has them.
_CLAIM = sa.text("""
    WITH due AS (
        SELECT picked.id FROM
            (SELECT DISTINCT webhook_id FROM webhook_deliveries WHERE due_at <= now()) AS receiver,
            LATERAL (
                SELECT id, due_at FROM webhook_deliveries
                WHERE webhook_id = receiver.webhook_id AND due_at <= now() AND coalesce(claimed_until, '-infinity') <= now()
                ORDER BY due_at, id
                LIMIT greatest(:each - (
                    SELECT count(*) FROM webhook_deliveries
                    WHERE webhook_id = receiver.webhook_id AND due_at IS NOT NULL AND claimed_until > now()
                ), 0)
                FOR UPDATE SKIP LOCKED
            ) AS picked
        ORDER BY picked.due_at LIMIT :most
    )
    UPDATE webhook_deliveries SET claimed_until = now() + CAST(:lease AS interval)
    FROM due WHERE webhook_deliveries.id = due.id
    RETURNING webhook_deliveries.id, organization_id
""")
_FORGET = sa.text("DELETE FROM webhook_deliveries WHERE finished_at < :before")

log = structlog.stdlib.get_logger(__name__)


class Dispatcher:
    """A part of the worker. `overview` is the database as the role that sees what is due in all organisations, and nothing else."""

    name = "webhook-dispatcher"

    def __init__(
        self, database: Database, overview: Database, seal: Seal, sender: Sender, *, chance: random.Random | None = None
    ) -> None:
        self._database = database
        self._overview = overview
        self._seal = seal
        self._sender = sender
        self._chance = chance or random.SystemRandom()
        self._under_way: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._is_stopping = False
        self._swept = -SWEEP

    async def run(self, health: Health) -> None:
        """Deliver until `stop`; then wait for what is under way."""
        while not self._is_stopping:
            health.beat(self.name)
            self._news.clear()
            try:
                await self._sweep()
                claimed = await self._claim()
            except Exception as error:  # noqa: BLE001  (whatever it is, trying again is all there is to do)
                health.fail(self.name, str(error) or type(error).__name__)
                claimed = []
            else:
                health.recover(self.name)
            for delivery_id, organization_id in claimed:
                self._start(delivery_id, organization_id)
            if not claimed:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._news.wait()
        if self._under_way:
            await asyncio.wait(self._under_way)

    def stop(self) -> None:
        """Claim no more."""
        self._is_stopping = True
        self._news.set()

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def _claim(self) -> Sequence[tuple[UUID, UUID]]:
        most = AT_ONCE - len(self._under_way)
        if most <= 0:
            return []
        lease = timedelta(seconds=2 * TIMEOUT)
        async with self._overview.transaction() as session:
            rows = await session.execute(_CLAIM, {"each": AT_ONCE_EACH, "most": most, "lease": lease})
            return [(row.id, row.organization_id) for row in rows]

    async def _sweep(self) -> None:
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._swept < SWEEP:
            return
        self._swept = loop_time
        async with self._overview.transaction() as session:
            await session.execute(_FORGET, {"before": now() - KEPT})

    def _start(self, delivery_id: UUID, organization_id: UUID) -> None:
        task = asyncio.create_task(self._deliver(delivery_id, organization_id))
        self._under_way.add(task)
        UNDER_WAY.set(len(self._under_way))

        def ended(done: "asyncio.Task[None]") -> None:
            self._under_way.discard(done)
            UNDER_WAY.set(len(self._under_way))
            self.wake()
            if not done.cancelled() and (error := done.exception()) is not None:
                log.warning("a delivery is tried again later", delivery=str(delivery_id), reason=repr(error))

        task.add_done_callback(ended)

    async def _deliver(self, delivery_id: UUID, organization_id: UUID) -> None:
        async with self._database.transaction(organization_id) as session:
            found = await _found(session, delivery_id)
        if found is None:
            return
        webhook, delivery = found
        began = now()
        try:
            opened = [self._seal.open(sealed) for sealed in webhook.sealed_secrets(began)]
        except SealBroken as error:
            outcome = Outcome(0, error=str(error))
        else:
            headers = signed(str(delivery.event_id), began, delivery.document, opened)
            outcome = await self._sender.post(webhook.url, headers, delivery.document)
        ATTEMPTS.labels("error" if outcome.status is None else f"{outcome.status // 100}xx").inc()
        async with self._database.transaction(organization_id) as session:
            current = await _found(session, delivery_id, lock=True)
            if current is not None:
                await settle(session, *current, outcome, began, self._chance)


async def _found(
    session: AsyncSession, delivery_id: UUID, *, lock: bool = False
) -> tuple[Webhook, WebhookDelivery] | None:
    """The webhook, locked first as everywhere, and the delivery; None if the webhook has been deleted or is disabled."""
    of = sa.select(col(WebhookDelivery.webhook_id)).where(col(WebhookDelivery.id) == delivery_id).scalar_subquery()
    webhooks = sa.select(Webhook).where(col(Webhook.id) == of)
    webhook = (await session.execute(webhooks.with_for_update() if lock else webhooks)).scalar_one_or_none()
    if webhook is None:
        return None
    delivery = await session.get(WebhookDelivery, delivery_id, with_for_update=lock or None)
    if delivery is None or (not lock and delivery.state is not DeliveryState.PENDING):
        return None
    return webhook, delivery
