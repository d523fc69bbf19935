"""From the outbox to the stream: every row once, in the order of its boundary, whatever dies on the way.

The order of steps is what makes it so. The stream's last sequence (the base) is known *before* rows are selected; every publish names it;
after any doubt (a timeout, a refusal, a lost connection) the stream's tail is read and its rows are marked, and only then is more
selected. So a row that the stream holds is never selected again, and a message built on a stale base is refused. No transaction is open
while publishing. The lock that keeps other relays waiting is for efficiency; without it nothing would be lost, doubled or reordered.

What the stream lost although it had acknowledged it (a crash before the disk had it, a restored backup, a stream made anew) is put back
from the outbox, in the order in which it was there: a suffix even at the same sequences.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import structlog
from nats import errors
from nats.js.api import StreamConfig
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError
from prometheus_client import Counter, Enum

from chassis import streams
from chassis.backlog import Backlog, Unsent
from chassis.bus import Bus
from chassis.health import Health
from chassis.poke import Poke
from chassis.publisher import MOST_IN_BATCH, Publisher, PublishRefused
from chassis.rest import Rest
from chassis.stopping import unless
from contracts.envelope import MESSAGE_ID
from contracts.subjects import Stream

FEW = 5
"""Up to so many rows are published one after the other, which is over before a batch would be opened, filled and committed."""
POLL = 0.250
STANDBY = 1.0
READ_AT_ONCE = 100
LOOK_EVERY = 5.0
"""Seconds between two looks at a stream to which there is nothing to publish."""
FIRST_BACKOFF, LONGEST_BACKOFF = 0.05, 5.0

PUBLISHED = Counter("interlock_outbox_published_total", "Events published", ["stream"])
DOUBTS = Counter("interlock_outbox_doubts_total", "Publishes after which the stream's tail had to be read", ["stream"])
PUT_BACK = Counter("interlock_outbox_put_back_total", "Events that the stream had lost and got again", ["stream"])
FOREIGN = Counter("interlock_outbox_foreign_total", "Messages in the stream that are not from our outbox", ["stream"])
STATE = Enum(
    "interlock_relay_state",
    "Whether this relay publishes, stands by for another one, or cannot publish",
    ["stream"],
    states=["publishing", "standby", "stuck"],
)

# After any of these we do not know what the stream holds.
_DOUBT = (PublishRefused, TimeoutError, errors.Error, JetStreamError)

log = structlog.stdlib.get_logger(__name__)


class Relay:
    """Publishes one service's outbox to the one stream that the service writes; declares that stream.

    `url` is the database as the relay's role. Wakes on `wake`, on `poke` from the service's other processes, and every 250 ms.
    """

    def __init__(
        self,
        url: str,
        bus: Bus,
        stream: Stream | None,
        poke: Poke,
        config: StreamConfig | None = None,
        *,
        name: str = "relay",
    ) -> None:
        if config is None:
            if stream is None:
                raise ValueError("a stream that is not the service's own needs a configuration")
            config = streams.stream_config(stream)
        self.name = name
        self._url = url
        self._bus = bus
        self._stream = str(config.name)
        self._column = None if stream is not None else self._stream
        self._poke = poke
        self._config = config
        self._publisher = Publisher(bus)
        self._awake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._backoff = FIRST_BACKOFF
        self._rest = Rest()
        self._looked = float("-inf")

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
        STATE.labels(self._stream).state("stuck")
        is_listening = False
        while not self._stopping.is_set():
            try:
                is_listening = is_listening or await unless(self._stopping, self._listen())
                if not is_listening:
                    break
                health.beat(self.name)
                backlog = await Backlog.connect(self._url, self._column)
                try:
                    if await backlog.lock():
                        await self._lead(backlog, health)
                    else:
                        STATE.labels(self._stream).state("standby")
                        health.recover(self.name)
                        await _wait(self._stopping, STANDBY)
                finally:
                    await backlog.close()
            except Exception as error:  # noqa: BLE001  (a cut connection shows as almost anything; trying again is safe, ending is not)
                await self._back_off(health, error)
        await self._publisher.stop()

    async def _listen(self) -> None:
        """As soon as NATS is there."""
        await self._bus.connected()
        await self._publisher.start()
        await self._poke.listen(self.wake)

    async def _lead(self, backlog: Backlog, health: Health) -> None:
        await streams.declare(self._bus.jetstream, self._config)
        base: streams.StreamState | None = None
        has_lost = False
        while not self._stopping.is_set():
            health.beat(self.name)
            if base is not None and self._is_time_to_look() and not await self._is_as_left(base):
                base = None  # somebody else wrote to it, or made it anew while there was nothing to publish
            self._awake.clear()
            looked = asyncio.get_running_loop().time()
            if base is None:
                base = await self._reconcile(backlog)
                has_lost = True  # perhaps: the first look says
            rows = await backlog.lost(base.epoch, base.last) if has_lost else []
            has_lost = bool(rows)
            rows = rows or await backlog.unsent()
            if not rows:
                self._all_is_well(health)
                await _wait(self._awake, POLL)
                continue
            try:
                base = await self._send(backlog, rows, base, is_put_back=has_lost)
            except _DOUBT as error:
                base = None
                DOUBTS.labels(self._stream).inc()
                await self._back_off(health, error)
            else:
                self._all_is_well(health)
                until = looked + self._rest.behind(len(rows))
                await _wait(self._stopping, until - asyncio.get_running_loop().time())

    async def _send(
        self, backlog: Backlog, rows: Sequence[Unsent], base: streams.StreamState, *, is_put_back: bool
    ) -> streams.StreamState:
        """Publish rows batch by batch; each is marked while the next one is on its way. Returns where the stream stands then."""
        marking: asyncio.Task[None] | None = None
        try:
            for start in range(0, len(rows), MOST_IN_BATCH):
                batch = rows[start : start + MOST_IN_BATCH]
                base = base.at(await self._publish(batch, base.last))
                self._published(len(batch), is_put_back=is_put_back)
                if marking is not None:
                    await marking
                marking = asyncio.create_task(backlog.mark(batch, base.last, base.epoch))
        finally:
            if marking is not None:
                await marking
        return base

    def _published(self, count: int, *, is_put_back: bool) -> None:
        PUBLISHED.labels(self._stream).inc(count)
        if is_put_back:
            PUT_BACK.labels(self._stream).inc(count)
            log.critical("the stream had lost events and has them again", stream=self._stream, count=count)

    def _all_is_well(self, health: Health) -> None:
        STATE.labels(self._stream).state("publishing")
        health.recover(self.name)
        self._backoff = FIRST_BACKOFF

    async def _back_off(self, health: Health, error: Exception) -> None:
        """Pause, longer each time in a row. A single doubt is nothing to be not ready for; one that stays is."""
        reason = str(error) or type(error).__name__
        log.warning("relay goes back to the stream's tail", stream=self._stream, reason=reason, pause=self._backoff)
        if self._backoff > FIRST_BACKOFF:
            STATE.labels(self._stream).state("stuck")
            health.fail(self.name, reason)
        await _wait(self._stopping, self._backoff)
        self._backoff = min(self._backoff * 2, LONGEST_BACKOFF)

    async def _reconcile(self, backlog: Backlog) -> streams.StreamState:
        """Mark what the stream holds beyond what the outbox knows; returns the state up to which that is true."""
        now = await streams.state(self._bus.jetstream, self._stream)
        first = max(await backlog.known(now.epoch, now.last) + 1, now.first)
        for start in range(first, now.last + 1, READ_AT_ONCE):
            sequences = range(start, min(start + READ_AT_ONCE, now.last + 1))
            ours = await backlog.mark_found(await self._read(sequences), now.epoch)
            if foreign := len(sequences) - ours:
                FOREIGN.labels(self._stream).inc(foreign)
                log.error("messages in our stream that are not from our outbox", stream=self._stream, count=foreign)
        return now

    async def _read(self, sequences: range) -> dict[UUID, int]:
        """The ids of the events at these sequences. Asks the stream's leader: another replica may not know its own tail yet."""
        found = await asyncio.gather(*(self._event_at(sequence) for sequence in sequences))
        return {event_id: sequence for event_id, sequence in zip(found, sequences, strict=True) if event_id is not None}

    async def _event_at(self, sequence: int) -> UUID | None:
        try:
            message = await self._bus.jetstream.get_msg(self._stream, sequence, direct=False)
        except NotFoundError:
            return None
        try:
            return UUID((message.headers or {}).get(MESSAGE_ID, ""))
        except ValueError:
            return None

    async def _publish(self, rows: Sequence[Unsent], base: int) -> int:
        if len(rows) > FEW:
            return await self._publisher.publish_batch([row.message for row in rows], expected=base)
        for row in rows:
            base = await self._publisher.publish(row.message, expected=base)
        return base

    async def _is_as_left(self, base: streams.StreamState) -> bool:
        now = await streams.state(self._bus.jetstream, self._stream)
        return (now.epoch, now.last) == (base.epoch, base.last)

    def _is_time_to_look(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        return True


async def _wait(event: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def dead_letter_relay(url: str, bus: Bus, service: str, *, replicas: int = 1) -> Relay:
    """The relay of a service's dead letters, which go to a stream of their own."""
    config = streams.dead_letter_config(service, replicas=replicas)
    return Relay(url, bus, None, Poke(f"{service}.dead-letter", bus), config, name="dead-letter relay")
