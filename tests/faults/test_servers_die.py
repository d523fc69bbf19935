"""NATS or PostgreSQL is away, comes back, or has no room."""

import asyncio
import os
import resource
import signal
from contextlib import asynccontextmanager

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from chassis import housekeeping
from chassis.bus import Bus
from chassis.positions import Position, wait
from chassis.problem import PositionNotReached
from chassis.streams import stream_config
from contracts.subjects import Stream
from local_stack.nats import Nats

pytestmark = pytest.mark.slow

CUT = (DBAPIError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""As what a cut connection shows, to SQLAlchemy and past it."""
ROOM = 16_384
"""Bytes."""
HOME_ROWS = "SELECT count(*) FROM outbox"


def metric(name, **labels):
    return REGISTRY.get_sample_value(name, {"stream": "PROJECT", **labels}) or 0.0


@pytest.fixture(autouse=True)
def measures_often(monkeypatch):
    monkeypatch.setattr(housekeeping, "MEASURE_EVERY", 0.05)


async def test_nats_is_down_at_commit(world, nats_server, kit):
    """What waits is measured all the while: it is what says that NATS is away."""
    world.relay()
    world.consumer()
    world.housekeeping()
    await world.write(2)
    await world.ends_well()
    await asyncio.to_thread(nats_server.kill)
    await world.write(20)
    assert await world.service.rows(HOME_ROWS) == [(22,)]
    await kit.eventually(lambda: metric("interlock_outbox_depth") == 20)
    age = metric("interlock_outbox_oldest_seconds")
    await world.write(2)
    await kit.eventually(lambda: metric("interlock_outbox_depth") == 22)
    await kit.eventually(lambda: metric("interlock_outbox_oldest_seconds") > age + 0.5)
    await asyncio.to_thread(nats_server.start)
    await world.ends_well()
    assert await world.is_told_in_order()
    await kit.eventually(lambda: metric("interlock_outbox_depth") == metric("interlock_outbox_oldest_seconds") == 0)


async def test_whoever_starts_while_nats_is_down_measures_what_waits(world, nats_server, kit):
    await asyncio.to_thread(nats_server.kill)
    world.bus = Bus(nats_server.url, "late")
    relay, consumer = world.relay(), world.consumer()
    world.housekeeping()
    await world.write(6)
    await kit.eventually(lambda: metric("interlock_outbox_depth") == 6)
    assert relay.health.reasons["relay"] == "waiting for NATS"
    assert metric("interlock_relay_state", interlock_relay_state="stuck") == 1
    await asyncio.to_thread(nats_server.start)
    await world.ends_well()
    await kit.eventually(lambda: metric("interlock_outbox_depth") == 0)
    assert metric("interlock_relay_state", interlock_relay_state="publishing") == 1
    relay.stop()
    consumer.stop()
    await world.bus.close()


async def test_postgresql_crashes_during_relay_projection_and_a_waiting_read(world, postgres, kit):
    # The test's cluster is a throw-away one, whose commits may be lost in a crash: not those of this database.
    await world.service.rows(f'ALTER DATABASE "{world.service.name}" SET synchronous_commit = on')
    world.relay()
    world.consumer()
    awaited = asyncio.create_task(
        wait(world.service.database, kit.ORGANIZATION, [Position("project", world.one, 1_000)], 20.0)
    )
    writing = asyncio.create_task(write_whatever_happens(world, 200))

    async def is_under_way():
        return len(await world.picture()) > len(b"{}") and not await world.is_sent()

    await kit.eventually(is_under_way)
    await asyncio.to_thread(postgres.kill)
    assert not writing.done()
    await asyncio.to_thread(postgres.start)
    await writing
    answer = (await asyncio.gather(awaited, return_exceptions=True))[0]
    assert isinstance(answer, (*CUT, PositionNotReached))  # never an answer that is not true
    for database in (world.service.database, world.service.owner):
        await database.engine.dispose()  # its connections are dead
    await world.write(4)
    await world.ends_well()
    assert await world.is_told_in_order()


async def write_whatever_happens(world, times):
    """What is not acknowledged may be there or not; what is must be."""
    for _ in range(times):
        try:
            await world.write(2)
        except (*CUT, TimeoutError):
            await asyncio.sleep(0.05)  # until it is back


async def test_a_full_stream_stops_the_relay_and_not_the_writers(world, kit):
    """Readiness says why, the metrics say how much waits and how long it has, and the log says it too."""
    world.housekeeping()
    with capture_logs() as logged:
        relay = world.relay(config=stream_config(Stream.PROJECT, max_bytes=8192))
        world.consumer()
        await world.write(40)
        await kit.eventually(lambda: "maximum bytes" in relay.health.reasons.get("relay", ""))
        await kit.eventually(
            lambda: metric("interlock_outbox_depth") > 0 and metric("interlock_outbox_oldest_seconds") > 0
        )
    assert metric("interlock_relay_state", interlock_relay_state="stuck") == 1
    assert any("maximum bytes" in entry.get("reason", "") for entry in logged)
    await world.write(2)
    await world.bus.jetstream.update_stream(stream_config(Stream.PROJECT))
    await world.ends_well()
    await kit.eventually(lambda: metric("interlock_outbox_depth") == 0)
    assert metric("interlock_relay_state", interlock_relay_state="publishing") == 1
    assert await world.is_told_in_order()


@asynccontextmanager
async def on_its_own(world, server):
    """The world on a server that nobody else uses."""
    server.start()
    world.bus = Bus(server.url, server.folder.name)
    try:
        yield
    finally:
        await world.bus.close()  # or it would look for its server until the end of the run
        server.child.kill()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
async def test_a_full_disk_stops_the_relay_and_not_the_writers(world, tmp_path, kit):
    """The kernel refuses the server's writes. Such a server stores nothing more, even when there is room again, until it is restarted."""
    server = Nats(tmp_path / "full")
    async with on_its_own(world, server):
        relay, consumer = world.relay(), world.consumer()
        await world.write(4)
        await world.ends_well()
        resource.prlimit(server.child.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        await world.write(60)
        await kit.eventually(lambda: "file too large" in server.child.log.read_text())
        await kit.eventually(lambda: "relay" in relay.health.reasons)
        assert not await world.is_sent()
        await world.write(2)
        resource.prlimit(server.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await world.ends_well()
        assert await world.is_told_in_order()
        relay.stop()
        consumer.stop()


class Cramped(Nats):
    """A server that may keep so many bytes and no more."""

    room = ROOM

    def _render(self):
        return super()._render().replace("sync_interval", f"max_file_store: {self.room}, sync_interval")


async def test_a_full_store_stops_the_relay_and_not_the_writers(world, tmp_path, kit):
    """Full by the server's own limit."""
    server = Cramped(tmp_path / "cramped")
    async with on_its_own(world, server):
        relay, consumer = world.relay(), world.consumer()
        await world.write(60)
        await kit.eventually(
            lambda: (
                "insufficient" in relay.health.reasons.get("relay", "")
                or "resource" in relay.health.reasons.get("relay", "")
            )
        )
        assert not await world.is_sent()
        server.room = 64_000_000
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await world.ends_well()
        assert await world.is_told_in_order()
        relay.stop()
        consumer.stop()


async def test_a_server_that_is_frozen_is_noticed_and_gone_on_with(world, nats_server):
    world.relay()
    world.consumer()
    await world.write(4)
    await world.ends_well()
    os.kill(nats_server.child.pid, signal.SIGSTOP)
    await world.write(10, pause=0.05)
    os.kill(nats_server.child.pid, signal.SIGCONT)
    await world.ends_well()
    assert await world.is_told_in_order()
