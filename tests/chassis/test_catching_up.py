"""Reading a stream up to a place: whatever it takes, each event once."""

import asyncio
from uuid import uuid4

import pytest

from chassis import reading
from chassis.catching_up import CatchingUp, StreamSilent
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.puller import Puller
from chassis.relay import Relay
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

HOME = uuid4()


@pytest.fixture
async def write(service, bus, running, kit):
    """Have so many events of a boundary in the stream."""
    running(Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus)))

    async def is_sent():
        return await service.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)]

    async def write(boundary_id, times):
        for _ in range(times):
            await service.count(boundary_id, HOME)
        await kit.eventually(is_sent)

    return write


async def test_a_pull_that_the_server_ends_is_not_the_streams_end(service, bus, kit, write, monkeypatch):
    batch, answers, one = Puller.batch, iter([[]]), uuid4()

    async def nothing_first(self, *args):
        for nothing in answers:
            return nothing
        return await batch(self, *args)

    await write(one, 5)
    monkeypatch.setattr(Puller, "batch", nothing_first)
    catching_up = CatchingUp(
        bus, Stream.PROJECT, "beside", service.database, Projection({kit.Counted.event_type(): kit.see}), 0
    )
    assert await catching_up.up_to(5, lambda _: None) == {one}
    assert await service.rows("SELECT seen FROM picture") == [(list(range(1, 6)),)]
    assert list(answers) == []


async def test_a_stream_that_brings_nothing_more_is_said_to_be_silent(service, bus, write, monkeypatch):
    monkeypatch.setattr("chassis.puller.EXPIRES", 1.0)
    await write(uuid4(), 2)
    catching_up = CatchingUp(bus, Stream.PROJECT, "beside", service.database, Projection({}), 0)
    with pytest.raises(StreamSilent):
        await catching_up.up_to(3, lambda _: None)
    assert catching_up.sequence == 2


async def test_a_batch_that_takes_longer_than_the_server_waits_is_read_on_behind(service, bus, kit, write, monkeypatch):
    """What comes meanwhile comes behind what the server then delivers again."""
    monkeypatch.setattr(reading, "ACK_WAIT", 0.2)
    one, told, is_first = uuid4(), [], True

    async def see(session, event):
        nonlocal is_first
        await kit.see(session, event)
        if is_first:
            is_first = False
            await asyncio.sleep(0.6)
            await write(one, 10)

    await write(one, 20)
    beside = Projection({kit.Counted.event_type(): see})
    catching_up = CatchingUp(bus, Stream.PROJECT, "beside", service.database, beside, 0)
    assert await catching_up.up_to(30, told.append) == {one}
    assert catching_up.sequence == 30
    assert told == sorted(set(told))
    assert await service.rows("SELECT seen FROM picture") == [(list(range(1, 31)),)]
    assert await bus.jetstream.consumers_info("PROJECT") == []
