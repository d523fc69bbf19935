"""Following a stream: the cursor lives in our own database and moves in the transaction of what it stands for.

JetStream's own idea of what was acknowledged is no cursor: after a crash it redelivers newer messages first. So each lease (held by an
advisory lock on the very session that writes) starts a consumer of its own behind the cursor, and reads nothing but an unbroken run.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError
from prometheus_client import Counter, Gauge
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis import streams
from chassis.bus import Bus
from chassis.cursor import Cursor, Opening
from chassis.database import Database
from chassis.healing import Healing, Owner
from chassis.health import Health
from chassis.message import Message
from chassis.poke import Poke
from chassis.projection import Outcome, Poison, Projection
from chassis.puller import Puller
from chassis.reading import WINDOW, begin_reading, unbroken
from chassis.received import ReceivedEvent, Unreadable, read
from chassis.restoring import StillBehind
from contracts.subjects import Stream

BATCH = WINDOW
LINGER = 0.020
STANDBY = 1.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.1, 5.0

EVENTS = Counter("interlock_consumed_events_total", "Events by what became of them", ["consumer", "outcome"])
LAG = Gauge("interlock_consumer_lag", "Messages in the stream that the last batch had not reached", ["consumer"])
LAG_SECONDS = Gauge(
    "interlock_consumer_lag_seconds", "Age of the last applied event while more wait, else 0", ["consumer"]
)
REDELIVERED = Counter("interlock_consumer_redeliveries_total", "Messages that were delivered before", ["consumer"])

_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('consumer ' || :consumer, 0))")

log = structlog.stdlib.get_logger(__name__)


class LeaseLost(Exception):
    """Somebody else has moved the cursor. Nothing is lost: the next lease starts behind it."""


class Consumer:
    """Keeps a projection up to date with a stream, for ever: one process at a time does it, the others stand by.

    `name` is the cursor's name (letters, digits and hyphens); `wake` is called after a commit that wrote to our own outbox; `batch` is the
    most events of a transaction; `owner` has the snapshots from which parked boundaries go on; `arrived` is sent after every batch. A batch
    that fails is tried again with growing pauses, never skipped; readiness says why it waits. A stream that is not as we left it makes
    every boundary be restored from its snapshot; without an owner it is left alone, loudly.
    """

    def __init__(
        self,
        name: str,
        stream: Stream,
        database: Database,
        bus: Bus,
        projection: Projection,
        *,
        wake: Callable[[], None] | None = None,
        batch: int = BATCH,
        owner: Owner | None = None,
        overview: Database | None = None,
        arrived: Poke | None = None,
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ValueError(f"not the name of a consumer: {name}")
        self.name = name
        self._stream = stream
        self._database = database
        self._bus = bus
        self._projection = projection
        self._wake = wake
        self._batch = batch
        self._owner = owner
        self._overview = overview
        self._arrived = arrived
        self._puller: Puller | None = None
        self._backoff = FIRST_BACKOFF
        self._stopping = asyncio.Event()

    async def run(self, health: Health) -> None:
        """Follow the stream until `stop`."""
        health.fail(self.name, "waiting for NATS")
        await self._bus.connected()
        while not self._stopping.is_set():
            health.beat(self.name)
            try:
                if not await self._lease(health):
                    health.recover(self.name)
                    await self._pause(STANDBY)
            except Exception as error:  # noqa: BLE001  (whatever it is, trying again is all there is to do)
                reason = str(error) or type(error).__name__
                health.fail(self.name, reason)
                log.warning("consumer starts again", consumer=self.name, reason=reason, pause=self._backoff)
                await self._pause(self._backoff)
                self._backoff = min(self._backoff * 2, LONGEST_BACKOFF)

    def stop(self) -> None:
        """Fetch no more; `run` returns when the batch in hand is committed."""
        self._stopping.set()
        if self._puller is not None:
            self._puller.interrupt()

    async def _lease(self, health: Health) -> bool:
        """Follow as the only one, until `stop`; False if somebody else does."""
        async with self._database.engine.connect() as connection:
            try:
                is_ours = await connection.scalar(_LOCK, {"consumer": self.name})
                await connection.commit()
                if is_ours:
                    await self._follow(connection, health)
                return bool(is_ours)
            finally:
                await connection.invalidate()  # back in the pool, the session would hold the lock for ever

    async def _follow(self, connection: AsyncConnection, health: Health) -> None:
        cursor = await self._cursor(connection)
        consumer = await self._new_consumer(cursor)
        puller = self._puller = Puller(self._bus, self._stream.value, consumer, window=WINDOW)
        await puller.start()
        health.recover(self.name)
        delivered = 0
        healing = Healing(
            self.name, self._database, self._projection.restorers, self._owner, puller.nudge, self._overview
        )
        looking = asyncio.create_task(healing.run(), name=f"{self.name} healing")
        try:
            while not self._stopping.is_set():
                messages = await puller.batch(self._batch, LINGER, _ends_its_revision)
                health.beat(self.name)
                await self._restore(connection, healing)
                if messages:
                    delivered = unbroken(messages, delivered)
                    await puller.ahead()
                    await self._commit(connection, cursor, messages)
                    if self._arrived is not None:
                        await self._arrived.send()
                    self._backoff = FIRST_BACKOFF
                    await self._bus.client.acknowledge(messages)
        finally:
            self._puller = None
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await puller.stop()

    async def _restore(self, connection: AsyncConnection, healing: Healing) -> None:
        """Let the boundaries go on whose snapshots have come, each in a transaction of its own."""
        while (restoration := healing.take()) is not None:
            try:
                async with AsyncSession(connection, expire_on_commit=False) as session, session.begin():
                    outcome = await self._projection.restore(session, restoration)
            except (StillBehind, Poison, ValidationError, ValueError) as error:
                healing.failed(restoration.parked, error)
            else:
                healing.done(restoration)
                self._count(outcome)

    async def _commit(self, connection: AsyncConnection, cursor: Cursor, messages: Sequence[Msg]) -> None:
        last = messages[-1].metadata
        events = [read(Message(message.subject, message.headers or {}, message.data)) for message in messages]
        async with AsyncSession(connection, expire_on_commit=False) as session, session.begin():
            outcome = await self._projection.apply(session, events)
            if not await cursor.move(session, self.name, last.sequence.stream):
                raise LeaseLost(f"the cursor is no longer at {cursor.sequence}")
        cursor.sequence = last.sequence.stream
        REDELIVERED.labels(self.name).inc(sum(message.metadata.num_delivered > 1 for message in messages))
        LAG.labels(self.name).set(last.num_pending)
        LAG_SECONDS.labels(self.name).set(_age(events[-1]) if last.num_pending else 0.0)
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        for what, count in outcome.counts.items():
            EVENTS.labels(self.name, what).inc(count)
        if outcome.has_recorded and self._wake is not None:
            self._wake()

    async def _cursor(self, connection: AsyncConnection) -> Cursor:
        """Where to go on. Raises LookupError while there is no stream, and StreamNotAsLeft as `Opening.cursor` does."""
        try:
            now = await streams.state(self._bus.jetstream, self._stream)
        except NotFoundError:
            raise LookupError(f"stream {self._stream} does not exist yet") from None
        has_snapshots = self._owner is not None and bool(self._projection.restorers)
        return await Opening(self.name, self._stream, self._projection, has_snapshots).cursor(connection, now)

    async def _new_consumer(self, cursor: Cursor) -> str:
        return await begin_reading(self._bus.jetstream, self._stream, self.name, cursor.sequence)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _ends_its_revision(message: Msg) -> bool:
    """Whether the message is the last of what one transaction said: the rest of it is on its way, and comes to the same commit."""
    headers = message.headers or {}
    return headers.get("ce-position") == headers.get("ce-positions")


def _age(event: ReceivedEvent | Unreadable) -> float:
    """Seconds since the event was recorded, by the two clocks concerned."""
    return max(time.time() - event.time.timestamp(), 0.0) if isinstance(event, ReceivedEvent) else 0.0
