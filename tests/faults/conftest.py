"""The made-up service of the chassis' tests, with a relay and a consumer, and what must be true once a fault is over."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from nats.js.errors import NotFoundError
from tests.faults.undisturbed import Undisturbed, start_worker

from chassis import streams
from chassis.consumer import Consumer
from chassis.housekeeping import Housekeeping
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from contracts.subjects import Stream
from local_stack.databases import create_database
from local_stack.nats import Nats
from local_stack.postgres import Postgres
from messaging_kit import APP, RELAY, Owner, bus, kit, running, service, service_template

__all__ = ["bus", "kit", "running", "service", "service_template"]


class World:
    """Boundaries that count, a stream that tells of it, and a picture that follows."""

    def __init__(self, service, bus, running, kit, undisturbed: Undisturbed) -> None:
        self.service, self.bus, self.running, self.kit = service, bus, running, kit
        self.undisturbed = undisturbed
        self.owner = Owner(service)
        self.one, self.other = uuid4(), uuid4()

    def relay(self, **options) -> Relay:
        relay = Relay(self.service.relay_url, self.bus, Stream.PROJECT, Poke("messaging", self.bus), **options)
        relay.health = self.running(relay)
        return relay

    def housekeeping(self) -> None:
        """Have the outbox measured from now on."""
        self.running(Housekeeping(self.service.overview, Stream.PROJECT))

    def consumer(self, handle=None, *, also=None, **options) -> Consumer:
        """Follow the stream. also: handlers of further types of events."""
        handlers = {self.kit.Counted.event_type(): handle or self.kit.see, **(also or {})}
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

    async def is_followed(self) -> bool:
        """Whether a consumer holds the lease."""
        held = """
            SELECT count(*) > 0 FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND datname = current_database() AND application_name = 'interlock'
        """
        return (await self.service.rows(held))[0][0]

    async def is_sent(self) -> bool:
        return await self.service.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL AND stream IS NULL") == [
            (0,)
        ]

    async def picture(self) -> bytes:
        """All that the projection knows, as canonical JSON."""
        return await self.service.picture()

    async def expected(self) -> bytes:
        """The same of a run without any fault: what was written here, told to a service that nobody disturbs."""
        history = await self.service.history()
        lost = set(self.service.acknowledged) - {(each.boundary_id, each.revision) for each in history}
        assert not lost, "a writer was told of what is not there"
        return await self.undisturbed.live_through(history)

    async def ends_well(self, *, within: float = 30.0) -> None:
        """Wait until all is sent and projected; then nothing may be lost, doubled, reordered, held or parked."""
        expected = await self.expected()

        async def has_converged() -> bool:
            return await self.is_sent() and await self.picture() == expected

        await self.kit.eventually(has_converged, within=within)
        await self.kit.eventually(self._nothing_waits)
        assert await self.picture() == expected

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


@pytest.fixture(scope="session")
def undisturbed(postgres: Postgres, service_template: str, new_folder: Callable[[], Path]) -> Iterator[Undisturbed]:
    """A service with a message bus and a worker of its own, for the whole run."""
    name, server = f"undisturbed_{uuid4().hex}", Nats(new_folder() / "undisturbed")
    create_database(postgres, name, service_template)
    server.start()
    process = start_worker(postgres.url(name, APP), postgres.url(name, RELAY), server.url)
    yield Undisturbed(postgres.url(name, APP), postgres.url(name))
    process.kill()
    process.wait()
    server.stop()


@pytest.fixture
def world(service, bus, running, kit, undisturbed) -> World:
    return World(service, bus, running, kit, undisturbed)


@pytest.fixture
async def worker_process(service, postgres, nats_server) -> AsyncIterator[Callable[..., subprocess.Popen]]:
    """Start a real worker process, sabotaged if need be; killed at the end."""
    started: list[subprocess.Popen] = []

    def start(sabotage: str = "") -> subprocess.Popen:
        process = start_worker(postgres.url(service.name, APP), service.relay_url, nats_server.url, sabotage)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
