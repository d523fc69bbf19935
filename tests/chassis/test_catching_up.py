"""Reading a stream up to a place: whatever it takes, each event once."""

import asyncio
from uuid import uuid4

import pytest

from chassis import reading
from chassis.catching_up import CatchingUp
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

HOME = uuid4()


async def test_a_batch_that_takes_longer_than_the_server_waits_is_read_on_behind(
    service, bus, running, kit, monkeypatch
):
    """What comes meanwhile comes behind what the server then delivers again."""
    monkeypatch.setattr(reading, "ACK_WAIT", 0.2)
    running(Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus)))
    one, told, is_first = uuid4(), [], True

    async def write(times):
        for _ in range(times):
            await service.count(one, HOME)
        await kit.eventually(is_sent)

    async def is_sent():
        return await service.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)]

    async def see(session, event):
        nonlocal is_first
        await kit.see(session, event)
        if is_first:
            is_first = False
            await asyncio.sleep(0.6)
            await write(10)

    await write(20)
    beside = Projection({kit.Counted.event_type(): see})
    catching_up = CatchingUp(bus, Stream.PROJECT, "beside", service.database, beside, 0)
    assert await catching_up.up_to(30, told.append) == {one}
    assert catching_up.sequence == 30
    assert told == sorted(set(told))
    assert await service.rows("SELECT seen FROM picture") == [(list(range(1, 31)),)]
    assert await bus.jetstream.consumers_info("PROJECT") == []
