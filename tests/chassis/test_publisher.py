"""Publishing in order, against a real server: every publish lands where it was meant, or nowhere."""

import asyncio
from uuid import uuid4

import pytest
from nats import errors

from chassis import streams
from chassis.bus import Bus
from chassis.message import Message
from chassis.publisher import Publisher, PublishRefused
from contracts.subjects import Stream


@pytest.fixture
async def publisher(bus):
    publisher = Publisher(bus)
    await publisher.start()
    await streams.declare(bus.jetstream, streams.stream_config(Stream.PROJECT))
    yield publisher
    await publisher.stop()


def message(number=0, *, id_=None):
    return Message("interlock.project.test", {"Nats-Msg-Id": id_ or str(uuid4())}, str(number).encode())


async def payloads(bus):
    state = await streams.state(bus.jetstream, Stream.PROJECT)
    found = [await bus.jetstream.get_msg("PROJECT", sequence) for sequence in range(1, state.last + 1)]
    return [int(each.data) for each in found]


async def test_a_message_lands_behind_the_expected_sequence(bus, publisher):
    assert await publisher.publish(message(1), expected=0) == 1
    assert await publisher.publish(message(2), expected=1) == 2
    assert await payloads(bus) == [1, 2]


async def test_a_repeated_id_is_not_taken_for_a_new_message(bus, publisher):
    await publisher.publish(message(1, id_="same"), expected=0)
    with pytest.raises(PublishRefused):
        await publisher.publish(message(1, id_="same"), expected=1)
    assert await payloads(bus) == [1]


@pytest.mark.parametrize("size", [2, 3, 1000])
async def test_a_batch_is_stored_whole_and_in_order(bus, publisher, size):
    await publisher.publish(message(-1), expected=0)
    last = await publisher.publish_batch([message(number) for number in range(size)], expected=1)
    assert last == size + 1
    assert (await streams.state(bus.jetstream, Stream.PROJECT)).last == last
    if size < 10:
        assert await payloads(bus) == [-1, *range(size)]


@pytest.mark.parametrize("size", [0, 1, 1001])
async def test_a_batch_of_no_size_of_a_batch_is_refused_at_once(publisher, size):
    with pytest.raises(ValueError, match="2 to 1000"):
        await publisher.publish_batch([message() for _ in range(size)], expected=0)


async def test_a_subject_that_no_stream_keeps_is_an_error(publisher):
    with pytest.raises(errors.NoRespondersError):
        await publisher.publish(Message("nowhere", {}, b""), expected=0)


async def test_while_the_server_is_away_a_publish_fails_at_once_and_is_not_kept_for_later(
    kit, bus, publisher, nats_server
):
    await publisher.publish(message(1), expected=0)
    nats_server.kill()
    await kit.eventually(lambda: not bus.client.is_connected)
    with pytest.raises(errors.OutboundBufferLimitError):
        await publisher.publish(message(2), expected=1)
    nats_server.start()
    await bus.connected()
    assert await publisher.publish(message(3), expected=1) == 2
    assert await payloads(bus) == [1, 3]


async def test_a_connection_is_made_when_the_server_comes_up(nats_server):
    nats_server.kill()
    bus = Bus(nats_server.url, "early")
    bus.start()
    with pytest.raises(errors.ConnectionClosedError):
        await bus.check()
    nats_server.start()
    async with asyncio.timeout(10):
        await bus.connected()
    await bus.check()
    await bus.close()


async def test_a_connection_that_was_never_made_closes(nats_server):
    bus = Bus("nats://127.0.0.1:1", "never")
    bus.start()
    async with asyncio.timeout(5):
        await bus.close()


async def test_headers_arrive_as_they_were_and_cannot_end_early(bus, publisher):
    plain = {"Nats-Msg-Id": "1", "ce-subject": "a%20b", "ce-actor": "ann"}
    await publisher.publish(Message("interlock.project.test", plain, b""), expected=0)
    broken = {"Nats-Msg-Id": "2", "ce-actor": "ann\r\nce-orgid: other"}
    await publisher.publish(Message("interlock.project.test", broken, b""), expected=1)
    stored = [dict((await bus.jetstream.get_msg("PROJECT", sequence)).headers) for sequence in (1, 2)]
    assert {name: stored[0][name] for name in plain} == plain
    assert stored[1]["ce-actor"] == "ann  ce-orgid: other"
    assert "ce-orgid" not in stored[1]


async def test_a_message_that_no_server_takes_is_not_sent(publisher):
    with pytest.raises(errors.MaxPayloadError):
        await publisher.publish(Message("interlock.project.test", {"Nats-Msg-Id": "1"}, bytes(2**20 + 1)), expected=0)
