"""From the streams to deliveries, to the audit log, and to roles that end: each event once, the position kept in the same transaction."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
import structlog
from nats.aio.msg import Msg
from prometheus_client import Counter, Gauge
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from chassis import streams
from chassis.bus import Bus
from chassis.database import Database, enter_organization
from chassis.health import Health
from chassis.lateness import Lateness, Reached
from chassis.stopping import ended, unless
from chassis.watching import keep_measuring
from contracts.subjects import Stream
from gateway.audit.entries import append, entry_of
from gateway.events.feed import Feed, open_feed
from gateway.events.live_event import MALFORMED, LiveEvent, UnreadableEvent
from gateway.events.permission import document_for
from gateway.events.position import Position
from gateway.identity.credentials import identity_of
from gateway.identity.models import Member
from gateway.roles.endings import end_roles
from gateway.tables import now
from gateway.webhooks.models import DeliveryState, Webhook, WebhookCursor, WebhookDelivery, WebhookState

BATCH = 500
REST = 0.050
"""Seconds for which the first event of a batch waits for others: what comes meanwhile is one transaction, not one each, and does not take the
processor from the pictures that are made of the same event at that moment."""
STANDBY = 1.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.1, 5.0
NOWHERE = Position("", 0, 0)

RECORDED = Counter("interlock_webhook_deliveries_recorded_total", "Deliveries recorded")
LAG = Gauge("interlock_webhook_lag", "Messages not yet turned into deliveries", ["stream"])
LAG_SECONDS = Gauge("interlock_webhook_lag_seconds", "Age of the oldest of them, 0 if there is none", ["stream"])

Eyes: TypeAlias = Callable[[LiveEvent], bytes | None]
"""What somebody may see of an event, as a document; None for one that it may not see."""

_LOCK = sa.text("SELECT pg_try_advisory_lock(hashtextextended('webhooks ' || :stream, 0))")

log = structlog.stdlib.get_logger(__name__)


class CursorTaken(Exception):
    """Somebody else has moved the cursor. Nothing is lost: the next lease starts behind it."""


class Fanout:
    """A part of the worker, one a stream: one process at a time does it, the others stand by."""

    def __init__(self, stream: Stream, database: Database, bus: Bus, wake: Callable[[], None]) -> None:
        self.name = f"webhooks-{stream.token}"
        self._stream = stream
        self._database = database
        self._bus = bus
        self._wake = wake
        self._lateness = Lateness(stream, bus)
        self._feed: Feed | None = None
        self._delivered_from = 0
        self._backoff = FIRST_BACKOFF
        self._stopping = asyncio.Event()

    async def run(self, health: Health) -> None:
        """Follow the stream until `stop`, and be watched from the first moment on, whether NATS is there or not."""
        watched = asyncio.create_task(keep_measuring(self.name, self._measure), name=f"{self.name} watched")
        try:
            await self._keep_following(health)
        finally:
            await ended(watched)

    async def _keep_following(self, health: Health) -> None:
        health.fail(self.name, "waiting for NATS")
        while not self._stopping.is_set():
            health.beat(self.name)
            try:
                async with asyncio.timeout(STANDBY):
                    if not await unless(self._stopping, self._bus.connected()):
                        break
                if not await self._lease(health):
                    health.recover(self.name)
                    await self._pause(STANDBY)
            except Exception as error:  # noqa: BLE001  (whatever it is, trying again is all there is to do)
                reason = str(error) or type(error).__name__
                health.fail(self.name, reason)
                log.warning("webhooks start again", stream=self._stream.value, reason=reason)
                await self._pause(self._backoff)
                self._backoff = min(self._backoff * 2, LONGEST_BACKOFF)

    def stop(self) -> None:
        """Read no more; `run` returns when the batch in hand is committed."""
        self._stopping.set()
        if self._feed is not None:
            self._feed.interrupt()

    async def _lease(self, health: Health) -> bool:
        async with self._database.engine.connect() as connection:
            try:
                is_ours = bool(await connection.scalar(_LOCK, {"stream": self._stream.value}))
                await connection.commit()
                if is_ours:
                    await self._follow(connection, health)
                return is_ours
            finally:
                await connection.invalidate()  # back in the pool, the session would hold the lock for ever

    async def _follow(self, connection: AsyncConnection, health: Health) -> None:
        epoch, sequence, self._delivered_from = await self._cursor(connection)
        async with open_feed(self._bus, self._stream, after=sequence, window=BATCH) as feed:
            self._feed = feed
            health.recover(self.name)
            try:
                while not self._stopping.is_set():
                    messages = await feed.batch(BATCH, REST)
                    health.beat(self.name)
                    if messages:
                        sequence = await self._commit(connection, epoch, sequence, messages)
                        self._backoff = FIRST_BACKOFF
            finally:
                self._feed = None

    async def _measure(self) -> None:
        """Whoever leads, or whether anybody does: of a stream that nobody reads the deliveries wait as well."""
        async with self._database.transaction() as session:
            cursor = await session.get(WebhookCursor, self._stream.value)
        late = await self._lateness.behind(None if cursor is None else Reached(cursor.epoch, cursor.sequence))
        if late is not None:
            LAG.labels(self._stream.value).set(late.messages)
            LAG_SECONDS.labels(self._stream.value).set(late.seconds)

    async def _cursor(self, connection: AsyncConnection) -> tuple[datetime, int, int]:
        """Where to go on, and behind which message webhooks get anything.

        At the stream's start the first time, for the log misses nothing; webhooks begin at what was its end then. At the start of a stream
        that was created anew. What was trimmed away before it was read is lost, and said so: it cannot be had by waiting.
        """
        now_ = await streams.state(self._bus.jetstream, self._stream)
        async with AsyncSession(connection, expire_on_commit=False) as session, session.begin():
            cursor = await session.get(WebhookCursor, self._stream.value, with_for_update=True)
            if cursor is None:
                cursor = WebhookCursor(
                    stream=self._stream.value, epoch=now_.epoch, sequence=0, delivered_from=now_.last
                )
                session.add(cursor)
            elif cursor.epoch != now_.epoch:
                log.error("the stream was created anew: webhooks go on at its start", stream=self._stream.value)
                cursor.epoch, cursor.sequence, cursor.delivered_from = now_.epoch, 0, 0
            elif cursor.sequence > now_.last:
                log.error("the stream has lost its end: webhooks go on there", stream=self._stream.value)
                cursor.sequence = now_.last
            if cursor.sequence < now_.first - 1:
                log.error(
                    "events were trimmed before webhooks and the audit log got them",
                    stream=self._stream.value,
                    missed=now_.first - 1 - cursor.sequence,
                )
                cursor.sequence = now_.first - 1
            return cursor.epoch, cursor.sequence, cursor.delivered_from

    async def _commit(
        self, connection: AsyncConnection, epoch: datetime, sequence: int, messages: Sequence[Msg]
    ) -> int:
        reached = messages[-1].metadata.sequence.stream
        events = self._by_organization(messages)
        recorded = 0
        async with AsyncSession(connection, expire_on_commit=False) as session, session.begin():
            # In one order for everybody: each locks the end of the organisation's log until this is committed.
            for organization_id, theirs in sorted(events.items()):
                await enter_organization(session, organization_id)
                recorded += await record_deliveries(session, [e for e in theirs if e.sequence > self._delivered_from])
                await append(session, organization_id, _entries(theirs))
                await end_roles(session, theirs)
            moved = await connection.execute(
                sa.update(WebhookCursor)
                .where(
                    col(WebhookCursor.stream) == self._stream.value,
                    col(WebhookCursor.epoch) == epoch,
                    col(WebhookCursor.sequence) == sequence,
                )
                .values(sequence=reached)
            )
            if moved.rowcount != 1:
                raise CursorTaken(f"the cursor is no longer at {sequence}")
        if recorded:
            RECORDED.inc(recorded)
            self._wake()
        return reached

    def _by_organization(self, messages: Sequence[Msg]) -> dict[UUID, list[LiveEvent]]:
        found: dict[UUID, list[LiveEvent]] = {}
        for message in messages:
            try:
                event = LiveEvent.read(message, self._stream, NOWHERE)
            except UnreadableEvent as error:
                log.warning("unreadable event", subject=message.subject, reason=str(error))
                continue
            found.setdefault(event.organization_id, []).append(event)
        return found

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _entries(events: Sequence[LiveEvent]) -> list[str]:
    """What the audit log says of events."""
    told = []
    for event in events:
        try:
            entry = entry_of(event)
        except MALFORMED as error:
            log.error(
                "an event is not as its contract says, and so not in the audit log",
                id=str(event.envelope.id),
                reason=repr(error),
            )
            continue
        if entry is not None:
            told.append(entry)
    return told


async def record_deliveries(session: AsyncSession, events: Sequence[LiveEvent]) -> int:
    """Record the events for the webhooks of the organisation in whose context the session is; how many deliveries that makes.

    The webhooks are locked, in one order for everybody: one that is being disabled gets no delivery after it was.
    """
    enabled = sa.select(Webhook).where(col(Webhook.state) == WebhookState.ENABLED).order_by(col(Webhook.id))
    webhooks = (await session.execute(enabled.with_for_update(key_share=True))).scalars().all()
    eyes = await _eyes_of(session, webhooks)
    rows = []
    for webhook in webhooks:
        wanted = [event for event in events if webhook.wanted.matches(event)]
        seen = [(event, document) for event in wanted if (document := eyes[webhook.id](event)) is not None]
        if len(seen) < len(wanted):
            webhook.hidden_count += len(wanted) - len(seen)
        rows += [_delivery(webhook, event, document) for event, document in seen]
    if rows:
        await session.execute(insert(WebhookDelivery).on_conflict_do_nothing(), rows)
    return len(rows)


def _delivery(webhook: Webhook, event: LiveEvent, document: bytes) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "organization_id": webhook.organization_id,
        "webhook_id": webhook.id,
        "event_id": event.envelope.id,
        "event_type": event.type,
        "document": document,
        "state": DeliveryState.PENDING,
        "tries": 0,
        "attempts": [],
        "due_at": now(),
        "created_at": now(),
    }


async def _eyes_of(session: AsyncSession, webhooks: Sequence[Webhook]) -> dict[UUID, Eyes]:
    """What each webhook gets of an event: what its member may see now, nothing once that one has left; without a member, everything."""
    ids = {webhook.member_id for webhook in webhooks if webhook.member_id is not None}
    here = sa.select(Member).where(col(Member.id).in_(ids), col(Member.removed_at).is_(None))
    members = list(await session.scalars(here)) if ids else []
    seen = {
        member.id: partial(document_for, await identity_of(session, member, "webhooks", is_read_only=True))
        for member in members
    }
    return {
        webhook.id: _whole if webhook.member_id is None else seen.get(webhook.member_id, _nothing)
        for webhook in webhooks
    }


def _whole(event: LiveEvent) -> bytes | None:
    return event.document


def _nothing(_: LiveEvent) -> None:
    return None
