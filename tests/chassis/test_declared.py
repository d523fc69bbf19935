"""A stream that somebody has changed: readiness says what, until it is as it was declared."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from nats.js.errors import NotFoundError
from waiting import eventually

from chassis import declared, streams
from chassis.bus import Bus
from chassis.declared import DRIFTED, Declared
from chassis.health import Health

WANTED = streams.kept("DECLARED", "declared.>")


@pytest.fixture
async def bus(nats_server):
    bus = Bus(nats_server.url, "declared")
    await bus.connected()
    await streams.declare(bus.jetstream, WANTED)
    yield bus
    with suppress(NotFoundError):
        await bus.jetstream.delete_stream("DECLARED")
    await bus.close()


@pytest.fixture
async def health(bus, monkeypatch):
    monkeypatch.setattr(declared, "LOOK_EVERY", 0.05)
    health, part = Health(), Declared(bus, [WANTED])
    health.started()
    running = asyncio.create_task(part.run(health))
    yield health
    part.stop()
    await running


async def test_drift_fails_readiness_with_what_it_is_until_it_is_corrected(bus, health, monkeypatch):
    failed = []
    monkeypatch.setattr(health, "fail", lambda *told: failed.append(told) or Health.fail(health, *told))
    await bus.jetstream.update_stream(replace(WANTED, max_age=3600.0))
    await eventually(lambda: failed)
    assert failed[0] == ("stream DECLARED", "max_age is 3600.0, should be 2592000.0")
    await eventually(lambda: health.ready)
    assert (await bus.jetstream.stream_info("DECLARED")).config.max_age == 2592000.0
    assert DRIFTED.labels("DECLARED")._value.get() == 0


async def test_what_the_server_refuses_to_correct_stays_not_ready_and_says_why(bus, health):
    await bus.jetstream.delete_stream("DECLARED")
    await bus.jetstream.add_stream(replace(WANTED, storage="memory"))
    await eventually(lambda: "refuses" in health.reasons.get("stream DECLARED", ""))
    assert health.reasons["stream DECLARED"].startswith(
        "storage is memory, should be file; the server refuses to correct it: "
    )
    assert not health.ready


async def test_a_stream_that_is_not_there_yet_is_its_relays(bus, health):
    await bus.jetstream.delete_stream("DECLARED")
    beat = health._beats["declared streams"]
    await eventually(lambda: health._beats["declared streams"] != beat)
    assert health.ready
