"""The made-up service of the chassis' tests, with a relay and a consumer, and what must be true once a fault is over."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from textwrap import dedent
from uuid import uuid4

import orjson
import pytest
from nats.js.errors import NotFoundError

from chassis import streams
from chassis.consumer import Consumer
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from contracts.subjects import Stream
from messaging_kit import Owner, bus, kit, running, service, service_template

__all__ = ["bus", "kit", "running", "service", "service_template"]


class World:
    """Boundaries that count, a stream that tells of it, and a picture that follows."""

    def __init__(self, service, bus, running, kit) -> None:
        self.service, self.bus, self.running, self.kit = service, bus, running, kit
        self.owner = Owner(service)
        self.one, self.other = uuid4(), uuid4()

    def relay(self, **options) -> Relay:
        relay = Relay(self.service.relay_url, self.bus, Stream.PROJECT, Poke("messaging", self.bus), **options)
        relay.health = self.running(relay)
        return relay

    def consumer(self, handle=None, **options) -> Consumer:
        handlers = {self.kit.Counted.event_type(): handle or self.kit.see}
        projection = Projection(handlers, restorers=self.kit.RESTORERS, service="messaging-svc")
        consumer = Consumer(
            "test", Stream.PROJECT, self.service.database, self.bus, projection, owner=self.owner, **options
        )
        consumer.health = self.running(consumer)
        return consumer

    async def write(self, times: int = 10, pause: float = 0.0) -> None:
        """As many revisions, in turn on both boundaries."""
        for number in range(times):
            await self.service.count((self.one, self.other)[number % 2], self.kit.ORGANIZATION)
            await asyncio.sleep(pause)

    async def is_declared(self) -> bool:
        """Whether the stream is there."""
        try:
            await self.bus.jetstream.stream_info("PROJECT")
        except NotFoundError:
            return False
        return True

    async def is_sent(self) -> bool:
        return await self.service.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL AND stream IS NULL") == [
            (0,)
        ]

    async def picture(self) -> bytes:
        rows = await self.service.rows("SELECT id::text, seen FROM picture ORDER BY id")
        return orjson.dumps({id_: list(seen) for id_, seen in rows}, option=orjson.OPT_SORT_KEYS)

    async def expected(self) -> bytes:
        """The picture of a run without any fault: every revision once, in order."""
        rows = await self.service.rows("SELECT id::text, revision FROM boundaries ORDER BY id")
        return orjson.dumps({id_: list(range(1, last + 1)) for id_, last in rows}, option=orjson.OPT_SORT_KEYS)

    async def ends_well(self, *, within: float = 30.0) -> None:
        """Wait until all is sent and projected; then nothing may be lost, doubled, reordered, held or parked."""

        async def has_converged() -> bool:
            return await self.is_sent() and await self.picture() == await self.expected()

        await self.kit.eventually(has_converged, within=within)
        await self.kit.eventually(self._nothing_waits)
        assert await self.picture() == await self.expected()

    async def _nothing_waits(self) -> bool:
        counts = "SELECT (SELECT count(*) FROM held_events) + (SELECT count(*) FROM parked_boundaries)"
        return await self.service.rows(counts) == [(0,)]

    async def told(self) -> list[tuple[str, int, int]]:
        """Every message of the stream, from its first one on: boundary, revision, position; each once, in order."""
        state = await streams.state(self.bus.jetstream, Stream.PROJECT)
        numbers = range(max(state.first, 1), state.last + 1)
        stored = await asyncio.gather(*(self.bus.jetstream.get_msg("PROJECT", number) for number in numbers))
        ids = [message.headers["Nats-Msg-Id"] for message in stored]
        assert len(set(ids)) == len(ids)
        return [
            (message.subject.split(".")[3], int(message.headers["ce-revision"]), int(message.headers["ce-position"]))
            for message in stored
        ]

    async def is_told_in_order(self) -> bool:
        """Whether the stream holds exactly the outbox's events, each boundary's in order."""
        told = await self.told()
        written = await self.service.rows(
            "SELECT boundary_id::text, revision, position FROM outbox WHERE stream IS NULL"
        )
        of_each = [[place[1:] for place in told if place[0] == boundary] for boundary in {place[0] for place in told}]
        return sorted(told) == sorted(written) and all(places == sorted(places) for places in of_each)


@pytest.fixture
def world(service, bus, running, kit) -> World:
    return World(service, bus, running, kit)


WORKER = """
    import asyncio, os, signal
    from uuid import UUID
    from sqlalchemy import text
    from chassis import backlog, consumer, worker
    from chassis.projection import Projection
    from chassis.settings import ServiceSettings, load
    from contracts.subjects import Stream

    async def see(session, event):
        values = {{"id": event.boundary_id, "organization": event.organization_id, "revision": event.revision}}
        await session.execute(text(
            "INSERT INTO picture (id, organization_id, seen) VALUES (:id, :organization, ARRAY[CAST(:revision AS integer)])"
            " ON CONFLICT (id) DO UPDATE SET seen = picture.seen || excluded.seen"), values)

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    {sabotage}
    follows = {{Stream.PROJECT: Projection({{"io.interlock.project.counter.counted.v1": see}})}}
    worker.run_service("messaging_svc", load(ServiceSettings), writes=Stream.PROJECT, follows=follows)
"""


@pytest.fixture
async def worker_process(
    service, bus, kit, postgres, nats_server, tmp_path
) -> AsyncIterator[Callable[..., subprocess.Popen]]:
    """Start a real worker process, sabotaged if need be; killed at the end."""
    started: list[subprocess.Popen] = []
    environment = {
        "PATH": os.environ["PATH"],
        "INTERLOCK_DATABASE_URL": postgres.url(service.name, kit.APP),
        "INTERLOCK_RELAY_DATABASE_URL": service.relay_url,
        "INTERLOCK_NATS_URL": nats_server.url,
        "INTERLOCK_AUTH_PUBLIC_KEY_FILE": str(tmp_path / "unused"),
    }

    def start(sabotage: str = "") -> subprocess.Popen:
        script = dedent(WORKER).format(sabotage=dedent(sabotage))
        process = subprocess.Popen([sys.executable, "-c", script], env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
