"""The consumer loses what it reads by, reads something again, stands still, or is told to end with its hands full."""

import asyncio
import signal
import time

import pytest

from chassis import streams
from chassis.positions import Position, wait
from chassis.problem import PositionNotReached
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

_HOLDER = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = :name)
      AND pid NOT IN (SELECT pid FROM pg_stat_activity WHERE application_name = 'relay')
"""


async def test_its_consumer_is_deleted(world, bus):
    world.relay()
    world.consumer()
    writing = asyncio.create_task(world.write(40, pause=0.01))
    while not writing.done():
        if await world.is_declared():
            for each in await bus.jetstream.consumers_info("PROJECT"):
                await bus.jetstream.delete_consumer("PROJECT", each.name)
        await asyncio.wait([writing], timeout=0.2)
    await world.ends_well()


async def test_the_session_that_holds_its_lock_is_cut(world, service):
    world.relay()
    world.consumer()
    writing = asyncio.create_task(world.write(40, pause=0.01))
    while not writing.done():
        await service.rows(_HOLDER, name=service.name)
        await asyncio.wait([writing], timeout=0.2)
    await world.ends_well()


async def test_a_message_that_the_stream_took_twice_counts_once(world, bus, monkeypatch):
    """Whoever sends again after the window in which the server knows a message's id."""
    monkeypatch.setattr(streams, "DUPLICATE_WINDOW", 0.1)
    sender = world.relay()
    world.consumer()
    await world.write(10)
    await world.ends_well()
    sender.stop()
    stored = [await bus.jetstream.get_msg("PROJECT", sequence) for sequence in range(1, 11)]
    for message in stored:
        of_the_sending = ("Nats-Expected-", "Nats-Batch-")
        headers = {name: value for name, value in message.headers.items() if not name.startswith(of_the_sending)}

        async def is_taken(message=message, headers=headers):
            return not (await bus.jetstream.publish(message.subject, message.data, headers=headers)).duplicate

        await world.kit.eventually(is_taken)
    world.relay()
    await world.write(4)
    await world.ends_well()
    assert (await streams.state(bus.jetstream, Stream.PROJECT)).last == 10 + 10 + 4


async def test_a_read_waits_for_a_projection_that_stands_still(world, service, kit):
    """It says in time that it cannot, and answers when the projection goes on."""
    world.relay()
    standing = world.consumer()
    await world.write(2)
    await world.ends_well()
    standing.stop()
    await world.write(2)
    wanted = [Position("project", world.one, 2), Position("project", world.other, 2)]
    started = time.monotonic()
    with pytest.raises(PositionNotReached):
        await wait(service.database, kit.ORGANIZATION, wanted, within=0.2)
    assert time.monotonic() - started < 5
    waiting = asyncio.create_task(wait(service.database, kit.ORGANIZATION, wanted, within=20))
    world.consumer()
    await waiting
    assert await world.picture() == await world.expected()


UNHURRIED = """
    draw = see

    async def see(session, event):
        await draw(session, event)
        await asyncio.sleep(0.001)
"""


async def test_a_worker_with_messages_in_flight_ends_within_five_seconds(world, service, bus, kit, worker_process):
    """It finishes the batch in hand, and leaves what it was sent besides: that is there for whoever comes next."""
    ending = worker_process(UNHURRIED)
    for _ in range(6):
        await service.count(world.one, kit.ORGANIZATION, 300)
    await kit.eventually(world.is_sent)

    async def reached():
        [(sequence,)] = await service.rows("SELECT coalesce(max(sequence), 0) FROM consumer_cursors")
        return sequence

    async def has_begun():
        return await reached() > 0

    await kit.eventually(has_begun)
    ending.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert await asyncio.to_thread(ending.wait, 10) == 0
    assert time.monotonic() - started < 5
    [reader] = await bus.jetstream.consumers_info("PROJECT")
    assert await reached() < reader.delivered.stream_seq <= 1800
    worker_process()
    await world.ends_well()
    assert await world.is_told_in_order()
