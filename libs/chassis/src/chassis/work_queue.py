"""Work that takes longer than a request: asked for in a transaction, done by a worker, once more if that worker dies.

What is to be done is a row of the service's outbox, so it is asked for if and only if the transaction commits; the relay puts it on
a stream of its own; a durable consumer hands it to one worker, which says every few seconds that it is still at it. A worker that says
nothing for `ACK_WAIT` seconds is taken for dead, and another one gets the work. The queue carries two ids and nothing else: what is to be
done, and whether it has been done already, is in the service's own tables.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import orjson
import structlog
from nats import errors
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig
from nats.js.errors import Error as JetStreamError
from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from chassis import streams
from chassis.bus import Bus
from chassis.health import Health
from chassis.poke import Poke
from chassis.puller import ConsumerGone, Puller, PullStalled
from chassis.relay import Relay
from chassis.stopping import unless
from contracts.envelope import MESSAGE_ID

ACK_WAIT = 30.0
SAY_EVERY = 8.0
AGAIN_AFTER = 5.0
"""Seconds after which work that failed for a passing reason is handed out again."""
AT_ONCE = 2
"""Pieces of work under way in one process."""
FIRST_BACKOFF, LONGEST_BACKOFF = 0.1, 5.0

HANDED_OUT = Counter("interlock_work_handed_out_total", "Pieces of work that a worker began", ["queue"])
AGAIN = Counter("interlock_work_again_total", "Pieces of work that were given back, to be handed out again", ["queue"])
UNDER_WAY = Gauge("interlock_work_under_way", "Pieces of work under way", ["queue"])

Work = Callable[[UUID, UUID], Awaitable[None]]
"""Does the work of (organisation, id). Returns when nothing of it is left to do; raises to be given it again."""

_ASK = text("""
    INSERT INTO outbox (id, organization_id, boundary_id, revision, position, positions, subject, headers, payload, stream)
    VALUES (:id, :organization_id, :id, 1, 1, 1, :subject, :headers, :payload, :stream)
""")
_AWAY = (ConsumerGone, PullStalled, TimeoutError, errors.Error, JetStreamError)

log = structlog.stdlib.get_logger(__name__)


def work_stream(service: str) -> str:
    """The stream that holds what a service is to do: `WORK_PROJECT_SVC`."""
    return f"WORK_{service.replace('-', '_').upper()}"


def work_subjects(service: str) -> str:
    """The filter that matches every subject of that stream."""
    return f"interlock.work.{service}.>"


def work_config(service: str, *, replicas: int = 1) -> StreamConfig:
    """How the stream is kept: as the others are. What has been done stays there a while, acknowledged."""
    return streams.kept(work_stream(service), work_subjects(service), replicas)


def work_relay(url: str, bus: Bus, service: str, *, replicas: int = 1) -> Relay:
    """The relay that takes what was asked for from the outbox to the stream."""
    config = work_config(service, replicas=replicas)
    return Relay(url, bus, None, Poke(f"{service}.work", bus), config, name="work relay")


async def ask(session: AsyncSession, service: str, organization_id: UUID, work_id: UUID) -> None:
    """Ask for a piece of work; it is handed out when the transaction has committed."""
    message_id = uuid7()
    values = {
        "id": message_id,
        "organization_id": organization_id,
        "subject": f"interlock.work.{service}.{organization_id}",
        "headers": orjson.dumps({MESSAGE_ID: str(message_id)}).decode(),
        "payload": orjson.dumps({"organization_id": str(organization_id), "work_id": str(work_id)}),
        "stream": work_stream(service),
    }
    await session.execute(_ASK, values)


class WorkQueue:
    """A part of the worker: does the service's work, `AT_ONCE` pieces at a time."""

    name = "work-queue"

    def __init__(self, bus: Bus, service: str, work: Work, *, replicas: int = 1) -> None:
        self._bus = bus
        self._service = service
        self._stream = work_stream(service)
        self._config = work_config(service, replicas=replicas)
        self._work = work
        self._under_way: set[asyncio.Task[None]] = set()
        self._puller: Puller | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin nothing new, and give back what is under way: another worker, or the next start of this one, does it."""
        self._stopping.set()
        for task in self._under_way:
            task.cancel()
        if self._puller is not None:
            self._puller.interrupt()

    async def run(self, health: Health) -> None:
        """Work until `stop`."""
        await unless(self._stopping, self._bus.connected())
        backoff = FIRST_BACKOFF
        while not self._stopping.is_set():
            health.beat(self.name)
            try:
                await self._pull(health)
                backoff = FIRST_BACKOFF
            except _AWAY as error:
                if backoff > 1:
                    health.fail(self.name, str(error) or type(error).__name__)
                with suppress(TimeoutError):
                    async with asyncio.timeout(backoff):
                        await self._stopping.wait()
                backoff = min(2 * backoff, LONGEST_BACKOFF)
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _pull(self, health: Health) -> None:
        """Take work while there is room for it. Raises one of _AWAY."""
        await streams.declare(self._bus.jetstream, self._config)
        config = ConsumerConfig(
            durable_name=self._service,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            filter_subject=work_subjects(self._service),
        )
        await self._bus.jetstream.add_consumer(self._stream, config)
        self._puller = Puller(self._bus, self._stream, self._service, window=1)
        await self._puller.start()
        try:
            while not self._stopping.is_set():
                health.beat(self.name)
                if len(self._under_way) >= AT_ONCE:
                    await asyncio.wait(self._under_way, timeout=SAY_EVERY, return_when=asyncio.FIRST_COMPLETED)
                    continue
                for message in await self._puller.batch(1, 0):
                    self._begin(message)
                health.recover(self.name)
        finally:
            await self._puller.stop()
            self._puller = None

    def _begin(self, message: Msg) -> None:
        task = asyncio.create_task(self._do(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        if self._stopping.is_set():
            task.cancel()

    async def _do(self, message: Msg) -> None:
        """One piece of work, from its message to its acknowledgement."""
        asked = orjson.loads(message.data)
        HANDED_OUT.labels(self._stream).inc()
        UNDER_WAY.labels(self._stream).inc()
        saying = asyncio.create_task(self._say(message))
        try:
            await self._work(UUID(asked["organization_id"]), UUID(asked["work_id"]))
        except asyncio.CancelledError:
            await self._give_back(message, 0)
        except Exception:
            # Whatever it is, it is tried again; how often is the work's own business.
            log.exception("work is tried again", queue=self._stream, work=asked["work_id"])
            await self._give_back(message, AGAIN_AFTER)
        else:
            with suppress(errors.Error):
                await message.ack()
        finally:
            saying.cancel()
            UNDER_WAY.labels(self._stream).dec()

    async def _say(self, message: Msg) -> None:
        """Say, now and then, that somebody is at it."""
        while True:
            await asyncio.sleep(SAY_EVERY)
            with suppress(errors.Error):
                await message.in_progress()

    async def _give_back(self, message: Msg, delay: float) -> None:
        AGAIN.labels(self._stream).inc()
        with suppress(errors.Error):
            await message.nak(delay=delay or None)
