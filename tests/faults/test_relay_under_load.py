"""The relay while writers write: what cannot be published as it was meant, is cut off, or is not committed yet."""

import asyncio
import random
from uuid import uuid4

import pytest

from chassis import streams
from chassis.database import enter_organization
from chassis.message import Message
from chassis.publisher import MOST_IN_BATCH, WRONG_LAST_SEQUENCE, Publisher, PublishRefused
from chassis.streams import stream_config
from contracts.subjects import Stream

pytestmark = pytest.mark.slow


@pytest.fixture
async def publisher(bus):
    publisher = Publisher(bus)
    await publisher.start()
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT))
    yield publisher
    await publisher.stop()


@pytest.fixture
def payloads(bus):
    async def payloads():
        last = (await streams.state(bus.jetstream, Stream.PROJECT)).last
        return [int((await bus.jetstream.get_msg("PROJECT", sequence)).data) for sequence in range(1, last + 1)]

    return payloads


def message(number, *, id_=None):
    return Message("interlock.project.test", {"Nats-Msg-Id": id_ or str(uuid4())}, str(number).encode())


async def write_at_once(world, *, writers, writes):
    """Several writers at once on the same two boundaries, by a fixed seed."""
    chance = random.Random(7)

    async def write():
        for _ in range(writes):
            boundary = chance.choice([world.one, world.other])
            await world.service.count(boundary, world.kit.ORGANIZATION)
            await asyncio.sleep(chance.random() * 0.005)

    await asyncio.gather(*(write() for _ in range(writers)))


async def test_a_stale_base_is_refused_and_nothing_is_stored(publisher, payloads):
    await publisher.publish(message(1), expected=0)
    with pytest.raises(PublishRefused) as refusal:
        await publisher.publish(message(2), expected=0)
    assert refusal.value.code == WRONG_LAST_SEQUENCE
    with pytest.raises(PublishRefused):
        await publisher.publish_batch([message(3), message(4)], expected=0)
    assert await payloads() == [1]


async def test_a_message_of_a_stranger_makes_the_base_stale_and_does_not_stop_the_relay(world, bus):
    world.relay()
    world.consumer()
    await world.write(2)
    await world.ends_well()
    await bus.jetstream.publish("interlock.project.stranger", b"")
    await bus.jetstream.publish("interlock.project.stranger", b"", headers={"Nats-Msg-Id": str(uuid4())})
    await world.write(24)
    await world.ends_well()
    assert (await streams.state(bus.jetstream, Stream.PROJECT)).last == 26 + 2


async def test_uncommitted_and_rolled_back_rows_are_never_published(world, service, kit):
    """Open for long, rolled back, and committed in the opposite order of what they had taken of `pos`."""
    world.relay()
    world.consumer()
    async with service.database.sessions() as session, session.begin() as slow:
        await enter_organization(session, kit.ORGANIZATION)
        await kit.count(session, world.other, kit.ORGANIZATION)
        await service.count(world.one, kit.ORGANIZATION)
        await kit.eventually(world.is_sent)
        await slow.rollback()
    async with service.database.transaction(kit.ORGANIZATION) as session:
        await kit.count(session, world.other, kit.ORGANIZATION)
        await service.count(world.one, kit.ORGANIZATION)  # a higher `pos`, committed first
        await kit.eventually(world.is_sent)
        assert [place[0] for place in await world.told()] == [str(world.one)] * 2
    await world.ends_well()
    assert await world.is_told_in_order()


async def test_the_server_is_killed_in_the_middle_of_batches(world, nats_server):
    world.relay()
    world.consumer()
    writing = asyncio.create_task(write_at_once(world, writers=3, writes=50))
    for _ in range(2):
        await asyncio.sleep(0.2)
        await asyncio.to_thread(nats_server.kill)
        await asyncio.to_thread(nats_server.start)
    await writing
    await world.ends_well()
    assert await world.is_told_in_order()


async def test_a_batch_with_an_id_that_was_published_is_refused_whole(publisher, payloads):
    await publisher.publish(message(1, id_="same"), expected=0)
    with pytest.raises(PublishRefused):
        await publisher.publish_batch([message(2), message(3, id_="same"), message(4)], expected=1)
    assert await payloads() == [1]


async def test_more_messages_than_a_batch_holds_go_in_two(world, service, kit):
    with pytest.raises(ValueError, match="2 to 1000"):
        await Publisher(world.bus).publish_batch([message(0)] * (MOST_IN_BATCH + 1), expected=0)
    await service.count(world.one, kit.ORGANIZATION, MOST_IN_BATCH + 1)
    world.relay()
    await kit.eventually(world.is_sent)
    assert await world.told() == [(str(world.one), 1, position) for position in range(1, MOST_IN_BATCH + 2)]


async def test_the_relays_session_and_its_lock_are_cut(world, service):
    world.relay()
    world.consumer()
    writing = asyncio.create_task(write_at_once(world, writers=3, writes=30))
    while not writing.done():
        await service.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'relay'")
        await asyncio.wait([writing], timeout=0.2)
    await writing
    await world.ends_well()
    assert await world.is_told_in_order()


async def test_a_configuration_that_drifted_is_corrected(bus):
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT, max_bytes=1_000_000))
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT))
    assert (await bus.jetstream.stream_info("PROJECT")).config.max_bytes == -1
