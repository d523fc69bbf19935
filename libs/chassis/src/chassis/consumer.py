"""Following a stream: the cursor lives in our own database and moves in the transaction of what it stands for.

JetStream's own idea of what was acknowledged is no cursor: after a crash it redelivers newer messages first. So each lease (held by an
advisory lock on the very session that writes) starts a consumer of its own behind the cursor, and reads nothing but an unbroken run.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress

import asyncpg
import structlog
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError
from prometheus_client import Counter
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import streams
from chassis.bus import Bus
from chassis.cursor import CURSORS, Cursor, Opening
from chassis.database import Database
from chassis.healing import Healing, Owner
from chassis.health import Health
from chassis.message import Message
from chassis.poke import Poke
from chassis.progress import QUEUE_UP
from chassis.projection import Outcome, Poison, Projection
from chassis.puller import Puller
from chassis.reading import WINDOW, begin_reading, unbroken
from chassis.received import read
from chassis.restoring import StillBehind
from chassis.seats import Seat
from chassis.stopping import ended, unless
from chassis.watching import Watching
from contracts.subjects import Stream

BATCH = WINDOW
LINGER = 0.020
STANDBY = 1.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.1, 5.0

EVENTS = Counter("interlock_consumed_events_total", "Events by what became of them", ["consumer", "outcome"])
REDELIVERED = Counter("interlock_consumer_redeliveries_total", "Messages that were delivered before", ["consumer"])

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('consumer ' || $1, 0))"

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
        self._watching = Watching(name, stream, database, bus, overview)
        self._arrived = arrived
        self._puller: Puller | None = None
        self._backoff = FIRST_BACKOFF
        self._stopping = asyncio.Event()

    async def run(self, health: Health) -> None:
        """Follow the stream until `stop`, and be watched from the first moment on, whether NATS is there or not."""
        watched = asyncio.create_task(self._watching.run(), name=f"{self.name} watched")
        try:
            await self._keep_following(health)
        finally:
            await ended(watched)

    async def _keep_following(self, health: Health) -> None:
        health.fail(self.name, "waiting for NATS")
        await unless(self._stopping, self._bus.connected())
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
        async with self._database.seats.lease() as seat:
            is_ours = bool(await seat.driver.fetchval(_LOCK, self.name))
            if is_ours:
                await self._follow(seat, health)
            return is_ours

    async def _follow(self, seat: Seat, health: Health) -> None:
        async with self._database.engine.connect() as connection:
            cursor = await self._cursor(connection)
        consumer = await self._new_consumer(cursor)
        puller = self._puller = Puller(self._bus, self._stream.value, consumer, window=WINDOW)
        await puller.start()
        health.recover(self.name)
        delivered = 0
        healing = Healing(self.name, self._database, self._projection.restorers, self._owner, puller.nudge)
        looking = asyncio.create_task(healing.run(), name=f"{self.name} healing")
        try:
            while not self._stopping.is_set():
                messages = await puller.batch(self._batch, LINGER, _ends_its_revision)
                health.beat(self.name)
                await self._restore(seat, healing)
                if messages:
                    REDELIVERED.labels(self.name).inc(sum(each.metadata.num_delivered > 1 for each in messages))
                    delivered = unbroken(messages, delivered)
                    await puller.ahead()
                    await self._commit(seat, cursor, messages)
                    if self._arrived is not None:
                        await self._arrived.send()
                    self._backoff = FIRST_BACKOFF
                    await self._bus.client.acknowledge(messages)
        finally:
            self._puller = None
            await ended(looking)
            await puller.stop()

    async def _restore(self, seat: Seat, healing: Healing) -> None:
        """Let the boundaries go on whose snapshots have come, each in a transaction of its own."""
        while (restoration := healing.take()) is not None:
            try:
                async with seat.transaction() as session:
                    outcome = await self._projection.restore(session, restoration)
            except (StillBehind, Poison, ValidationError, ValueError) as error:
                healing.failed(restoration.parked, error)
            else:
                healing.done(restoration)
                self._count(outcome)

    async def _commit(self, seat: Seat, cursor: Cursor, messages: Sequence[Msg]) -> None:
        reached = messages[-1].metadata.sequence.stream
        events = [read(Message(message.subject, message.headers or {}, message.data)) for message in messages]
        # On one way, all of it. The cursor moves first, so that whoever has lost the lease is told before it does anything.
        opening = f"{QUEUE_UP}; {cursor.moving(self.name, reached)}; {self._projection.opening(events)}"
        try:
            async with seat.transaction(plans_once=True, opening=opening) as session:
                outcome = await self._projection.apply(session, events, is_open=True)
        except asyncpg.NotNullViolationError as error:
            if error.table_name != CURSORS:
                raise
            raise LeaseLost(f"the cursor is no longer at {cursor.sequence}") from None
        cursor.sequence = reached
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
