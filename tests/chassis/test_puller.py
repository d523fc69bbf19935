"""Pulling from a real server: at once when there is something, in order, and never in the dark about a consumer that is gone."""

import asyncio
import time

import pytest
from nats.js.api import AckPolicy, ConsumerConfig

from chassis import puller as pulling
from chassis import streams
from chassis.puller import ConsumerGone, Puller, PullStalled
from chassis.streams import stream_config
from contracts.subjects import Stream

SUBJECT = "interlock.project.test"


@pytest.fixture
async def puller(bus):
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT))
    config = ConsumerConfig(name="test", durable_name="test", ack_policy=AckPolicy.EXPLICIT, max_ack_pending=1000)
    await bus.jetstream.add_consumer("PROJECT", config)
    puller = Puller(bus, "PROJECT", "test", window=50)
    await puller.start()
    yield puller
    await puller.stop()


async def publish(bus, numbers):
    for number in numbers:
        await bus.jetstream.publish(SUBJECT, str(number).encode())


def numbers(messages):
    return [int(message.data) for message in messages]


async def test_a_lone_message_is_returned_at_once_however_long_the_linger(bus, puller):
    waiting = asyncio.create_task(puller.batch(10, linger=60))
    await publish(bus, [1])
    async with asyncio.timeout(5):
        assert numbers(await waiting) == [1]


async def test_a_backlog_comes_in_full_batches_across_pulls(bus, puller):
    await publish(bus, range(130))
    batches = [await puller.batch(60, linger=5) for _ in range(3)]
    assert [len(batch) for batch in batches] == [60, 60, 10]
    assert [number for batch in batches for number in numbers(batch)] == list(range(130))


async def test_messages_that_come_between_batches_wait_for_the_next_one(bus, puller):
    await publish(bus, [1])
    assert numbers(await puller.batch(10, linger=0)) == [1]
    await publish(bus, [2, 3])
    got = []
    while len(got) < 2:
        got += numbers(await puller.batch(10, linger=0))
    assert got == [2, 3]


async def test_an_idle_pull_expires_empty_and_the_next_one_works(bus, puller, monkeypatch):
    monkeypatch.setattr(pulling, "EXPIRES", 0.3)
    monkeypatch.setattr(pulling, "HEARTBEAT", 0.1)
    assert await puller.batch(10, linger=0) == []
    await publish(bus, [1])
    assert numbers(await puller.batch(10, linger=0)) == [1]


async def test_a_deleted_consumer_is_an_error_during_a_pull_and_before_one(bus, puller, kit):
    waiting = asyncio.create_task(puller.batch(10, linger=0))
    await kit.eventually(lambda: is_pulling(bus))
    await bus.jetstream.delete_consumer("PROJECT", "test")
    with pytest.raises(ConsumerGone):
        await waiting
    with pytest.raises((ConsumerGone, PullStalled)):
        await puller.batch(10, linger=0)


async def test_a_server_that_falls_silent_is_noticed_within_a_few_heartbeats(puller, nats_server):
    nats_server.kill()
    started = time.monotonic()
    with pytest.raises(PullStalled):
        await puller.batch(10, linger=0)
    assert time.monotonic() - started < 4
    nats_server.start()


async def test_an_interruption_ends_the_wait_at_once(puller):
    waiting = asyncio.create_task(puller.batch(10, linger=0))
    await asyncio.sleep(0)
    puller.interrupt()
    async with asyncio.timeout(1):
        assert await waiting == []


async def is_pulling(bus):
    return (await bus.jetstream.consumer_info("PROJECT", "test")).num_waiting > 0
