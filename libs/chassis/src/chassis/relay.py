"""From the outbox to the stream: every row once, in the order of its boundary, whatever dies on the way.

The order of steps is what makes it so. The stream's last sequence (the base) is known *before* rows are selected; every publish names it;
after any doubt (a timeout, a refusal, a lost connection) the stream's tail is read and its rows are marked, and only then is more
selected. So a row that the stream holds is never selected again, and a message built on a stale base is refused. No transaction is open
while publishing. The lock that keeps other relays waiting is for efficiency; without it nothing would be lost, doubled or reordered.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg
import structlog
from nats import errors
from nats.js.api import StreamConfig
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError
from prometheus_client import Counter, Gauge

from chassis import streams
from chassis.backlog import Backlog, Unsent
from chassis.bus import Bus
from chassis.health import Health
from chassis.poke import Poke
from chassis.publisher import Publisher, PublishRefused
from contracts.envelope import MESSAGE_ID
from contracts.subjects import Stream

POLL = 0.250
STANDBY = 1.0
BATCH_FROM = 20
"""Fewer rows are published one at a time: a batch costs a round trip more."""
READ_AT_ONCE = 100
MEASURE_EVERY = 5.0
MAINTAIN_EVERY = 3600.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.05, 5.0

PUBLISHED = Counter("interlock_outbox_published_total", "Events published", ["stream"])
DOUBTS = Counter("interlock_outbox_doubts_total", "Publishes after which the stream's tail had to be read", ["stream"])
DEPTH = Gauge("interlock_outbox_depth", "Events that wait to be published", ["stream"])
OLDEST = Gauge("interlock_outbox_oldest_seconds", "Age of the oldest event that waits to be published", ["stream"])

# After any of these we do not know what the stream holds.
_DOUBT = (PublishRefused, TimeoutError, errors.Error, JetStreamError)

log = structlog.stdlib.get_logger(__name__)


class Relay:
    """Publishes one service's outbox to the one stream that the service writes; declares that stream.

    `url` is the database as the relay's role. Wakes on `wake`, on `poke` from the service's other processes, and every 250 ms.
    """

    name = "relay"

    def __init__(self, url: str, bus: Bus, stream: Stream, poke: Poke, config: StreamConfig | None = None) -> None:
        self._url = url
        self._bus = bus
        self._stream = stream
        self._poke = poke
        self._config = config or streams.stream_config(stream)
        self._publisher = Publisher(bus)
        self._awake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._backoff = FIRST_BACKOFF
        self._measured = self._maintained = float("-inf")

    def wake(self) -> None:
        """There are rows to publish."""
        self._awake.set()

    def stop(self) -> None:
        """`run` returns when the batch in hand is marked."""
        self._stopping.set()
        self._awake.set()

    async def run(self, health: Health) -> None:
        """Publish until `stop`."""
        health.fail(self.name, "waiting for NATS")
        await self._bus.connected()
        is_listening = False
        while not self._stopping.is_set():
            health.beat(self.name)
            try:
                if not is_listening:
                    await self._publisher.start()
                    await self._poke.listen(self.wake)
                    is_listening = True
                backlog = await Backlog.connect(self._url)
                try:
                    if await backlog.lock():
                        await self._lead(backlog, health)
                    else:
                        health.recover(self.name)
                        await _wait(self._stopping, STANDBY)
                finally:
                    await backlog.close()
            except Exception as error:  # noqa: BLE001  (a cut connection shows as almost anything; trying again is safe, ending is not)
                await self._back_off(health, error)
        await self._publisher.stop()

    async def _lead(self, backlog: Backlog, health: Health) -> None:
        await streams.declare(self._bus.jetstream, self._config)
        base: streams.StreamState | None = None
        while not self._stopping.is_set():
            health.beat(self.name)
            await self._keep_house(backlog)
            self._awake.clear()
            if base is None:
                base = await self._reconcile(backlog)
            rows = await backlog.unsent()
            if not rows:
                self._all_is_well(health)
                await _wait(self._awake, POLL)
                continue
            try:
                base = base.at(await self._publish(rows, base.last))
            except _DOUBT as error:
                base = None
                DOUBTS.labels(self._stream).inc()
                await self._back_off(health, error)
            else:
                await backlog.mark(rows, base.last, base.epoch)
                PUBLISHED.labels(self._stream).inc(len(rows))
                self._all_is_well(health)

    def _all_is_well(self, health: Health) -> None:
        health.recover(self.name)
        self._backoff = FIRST_BACKOFF

    async def _back_off(self, health: Health, error: Exception) -> None:
        """Pause, longer each time in a row. A single doubt is nothing to be not ready for; one that stays is."""
        reason = str(error) or type(error).__name__
        log.warning("relay goes back to the stream's tail", stream=self._stream, reason=reason, pause=self._backoff)
        if self._backoff > FIRST_BACKOFF:
            health.fail(self.name, reason)
        await _wait(self._stopping, self._backoff)
        self._backoff = min(self._backoff * 2, LONGEST_BACKOFF)

    async def _reconcile(self, backlog: Backlog) -> streams.StreamState:
        """Mark what the stream holds beyond what the outbox knows; returns the state up to which that is true.

        Raises StreamNotAsLeft when the stream has lost what was acknowledged: republishing needs a decision, not a guess.
        """
        now = await streams.state(self._bus.jetstream, self._stream)
        known = await backlog.known()
        if known is not None:
            streams.verify(now, known.epoch, max(known.sequence, now.first - 1))
        first = max(known.sequence + 1 if known else 1, now.first)
        for start in range(first, now.last + 1, READ_AT_ONCE):
            await backlog.mark_found(await self._read(range(start, min(start + READ_AT_ONCE, now.last + 1))), now.epoch)
        return now

    async def _read(self, sequences: range) -> dict[UUID, int]:
        """The ids of the events at these sequences. Asks the stream's leader: another replica may not know its own tail yet."""
        found = await asyncio.gather(*(self._event_at(sequence) for sequence in sequences))
        return {event_id: sequence for event_id, sequence in zip(found, sequences, strict=True) if event_id is not None}

    async def _event_at(self, sequence: int) -> UUID | None:
        try:
            message = await self._bus.jetstream.get_msg(self._stream.value, sequence, direct=False)
        except NotFoundError:
            return None
        try:
            return UUID((message.headers or {}).get(MESSAGE_ID, ""))
        except ValueError:
            log.error("a message in our stream that we did not publish", stream=self._stream, sequence=sequence)
            return None

    async def _publish(self, rows: Sequence[Unsent], base: int) -> int:
        if len(rows) >= BATCH_FROM:
            return await self._publisher.publish_batch([row.message for row in rows], expected=base)
        for row in rows:
            base = await self._publisher.publish(row.message, expected=base)
        return base

    async def _keep_house(self, backlog: Backlog) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured >= MEASURE_EVERY:
            depth, oldest = await backlog.depth()
            DEPTH.labels(self._stream).set(depth)
            OLDEST.labels(self._stream).set(oldest)
            self._measured = now
        if now - self._maintained >= MAINTAIN_EVERY:
            self._maintained = now
            try:
                await backlog.maintain()
            except asyncpg.LockNotAvailableError:
                log.info("outbox partitions are in use; next try in an hour")


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
