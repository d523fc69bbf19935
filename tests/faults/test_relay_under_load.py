"""The relay while writers write: what cannot be published as it was meant, is cut off, or is not committed yet."""

import asyncio
import random
from uuid import uuid4

import asyncpg
import pytest
from nats.js.api import DiscardPolicy
from sqlalchemy import text

from chassis import publisher as publishing
from chassis import streams
from chassis.backlog import Backlog
from chassis.bus import PlainClient
from chassis.database import enter_organization
from chassis.message import Message
from chassis.publisher import MOST_IN_BATCH, WRONG_LAST_SEQUENCE, Publisher, PublishRefused
from chassis.streams import stream_config
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

COMMIT = "commit"
CUT = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""As what a connection shows that was cut."""


@pytest.fixture
async def publisher(bus):
    publisher = Publisher(bus)
    await publisher.start()
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT))
    yield publisher
    await publisher.stop()


async def written(world, times):
    """The messages of so many revisions, which no relay has sent yet."""
    await world.write(times)
    backlog = await Backlog.connect(world.service.relay_url)
    rows = await backlog.unsent()
    await backlog.close()
    return [row.message for row in rows]


async def relay_and_end_well(world):
    """What a publisher by hand has begun, the relay brings to its end."""
    world.relay()
    world.consumer()
    await world.ends_well()
    assert await world.is_told_in_order()


async def write_at_once(world, *, writers, writes):
    """Several writers at once on the same two boundaries, by a fixed seed."""
    chance = random.Random(7)

    async def write():
        for _ in range(writes):
            boundary = chance.choice([world.one, world.other])
            await world.service.count(boundary, world.kit.ORGANIZATION)
            await asyncio.sleep(chance.random() * 0.005)

    await asyncio.gather(*(write() for _ in range(writers)))


async def test_a_stale_base_is_refused_and_nothing_is_stored(world, publisher):
    first, *others = await written(world, 6)
    assert await publisher.publish(first, expected=0) == 1
    with pytest.raises(PublishRefused) as refusal:
        await publisher.publish(others[0], expected=0)
    assert refusal.value.code == WRONG_LAST_SEQUENCE
    with pytest.raises(PublishRefused):
        await publisher.publish_batch(others, expected=0)
    assert len(await world.told()) == 1
    await relay_and_end_well(world)


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


@pytest.mark.parametrize("at", [1, 7, 11, COMMIT])
async def test_the_server_is_killed_in_the_middle_of_a_batch(world, nats_server, monkeypatch, at):
    """It has got so many of the twelve messages, or all of them and hardly time to answer."""
    killed = asyncio.Event()
    send = PlainClient.publish_plain

    async def send_and_kill(client, subject, payload, headers, reply=""):
        await send(client, subject, payload, headers, reply)
        place = COMMIT if "Nats-Batch-Commit" in headers else int(headers.get("Nats-Batch-Sequence", 0))
        if place != at or killed.is_set():
            return
        if place == COMMIT:
            await client._flush_pending(force_flush=True)  # it is on its way
        else:
            await client.flush(5)  # the server has it
        killed.set()
        nats_server.kill()

    monkeypatch.setattr(PlainClient, "publish_plain", send_and_kill)
    monkeypatch.setattr(publishing, "ACK_TIMEOUT", 0.5)
    await world.write(12)
    world.relay()
    world.consumer()
    async with asyncio.timeout(30):
        await killed.wait()
    assert not nats_server.child.is_running
    assert at == COMMIT or not await world.is_sent(), "the relay learned nothing"
    await asyncio.to_thread(nats_server.start)
    await world.write(12)
    await world.ends_well()
    assert await world.is_told_in_order()


async def test_a_batch_with_an_id_that_was_published_is_refused_whole(world, publisher):
    first, second, *others = await written(world, 6)
    await publisher.publish(first, expected=0)
    with pytest.raises(PublishRefused):
        await publisher.publish_batch([second, first, *others], expected=1)
    assert len(await world.told()) == 1
    await relay_and_end_well(world)


async def test_more_messages_than_a_batch_holds_go_in_two(world, service, kit):
    message = Message("interlock.project.test", {}, b"")
    with pytest.raises(ValueError, match="2 to 1000"):
        await Publisher(world.bus).publish_batch([message] * (MOST_IN_BATCH + 1), expected=0)
    await service.count(world.one, kit.ORGANIZATION, MOST_IN_BATCH + 1)
    await relay_and_end_well(world)
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


async def test_a_relay_is_cut_off_between_marking_the_rows_of_two_days(world, service, publisher):
    """Who writes over midnight has rows among those of the next day. A mark behind a row without one would hide that the stream has that row."""
    await world.write(10)
    await service.rows("UPDATE outbox SET created_on = created_on + 1 WHERE pos % 2 = 0")
    backlog = await Backlog.connect(service.relay_url)
    rows = await backlog.unsent()
    assert len({row.created_on for row in rows}) == 2
    last = await publisher.publish_batch([row.message for row in rows], expected=0)
    epoch = (await streams.state(world.bus.jetstream, Stream.PROJECT)).epoch
    async with service.owner.transaction() as session:
        in_the_way = text("SELECT FROM outbox WHERE created_on = :day AND pos = :pos FOR UPDATE")
        await session.execute(in_the_way, {"day": rows[1].created_on, "pos": rows[1].pos})
        marking = asyncio.create_task(backlog.mark(rows, last, epoch))
        await world.kit.eventually(lambda: cut_who_waits(service))
        with pytest.raises(CUT):
            await marking
    await relay_and_end_well(world)


async def cut_who_waits(service):
    """Whether the relay waited for a row; it has lost its session now."""
    waits = "application_name = 'relay' AND datname = current_database() AND wait_event_type = 'Lock'"
    return await service.rows(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waits}") != []


async def test_a_configuration_that_drifted_is_corrected_under_load(world, service, bus):
    """A stream that forgets: somebody has it keep ten minutes and drop what is old. The next relay to lead puts it right."""
    world.relay()
    world.consumer()
    await world.write(4)
    await world.ends_well()
    writing = asyncio.create_task(write_at_once(world, writers=2, writes=30))
    drifted = stream_config(Stream.PROJECT)
    drifted.discard, drifted.max_age = DiscardPolicy.OLD, 600.0
    await bus.jetstream.update_stream(drifted)
    assert await how_it_forgets(bus) == ("old", 600.0)
    await service.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'relay'")

    async def is_corrected():
        return await how_it_forgets(bus) == ("new", streams.KEEP)

    await world.kit.eventually(is_corrected)
    await writing
    await world.ends_well()
    assert await world.is_told_in_order()


async def how_it_forgets(bus):
    config = (await bus.jetstream.stream_info("PROJECT")).config
    return config.discard, config.max_age
