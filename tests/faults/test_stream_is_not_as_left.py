"""The stream loses messages that it had acknowledged: purged, trimmed, made anew, restored from a backup."""

import asyncio
import shutil

import pytest

from chassis import relay, streams
from chassis.streams import stream_config
from contracts.subjects import Stream

pytestmark = pytest.mark.slow


async def begin(world):
    sender, consumer = world.relay(), world.consumer()
    await world.write(10)
    await world.ends_well()
    return sender, consumer


async def test_the_stream_is_made_anew(world):
    sender, consumer = await begin(world)
    consumer.stop()
    sender.stop()
    await world.bus.jetstream.delete_stream("PROJECT")
    await world.write(6)
    world.relay()
    world.consumer()
    await world.ends_well()
    assert await world.is_told_in_order()
    assert set(world.owner.asked) == {world.one, world.other}


@pytest.mark.parametrize("what", ["purged", "trimmed"])
async def test_messages_that_were_not_read_yet_are_gone(world, what, monkeypatch):
    monkeypatch.setattr(relay, "LOOK_EVERY", 0.2)
    _, consumer = await begin(world)
    consumer.stop()
    await world.write(10)
    await world.kit.eventually(world.is_sent)
    config = stream_config(Stream.PROJECT)
    config.name, config.deny_purge = "PROJECT", False
    await world.bus.jetstream.delete_stream(
        "PROJECT"
    )  # purging is denied for good: the same, with the epoch left aside
    await world.bus.jetstream.add_stream(config)
    await world.kit.eventually(lambda: has_last(world, 20))
    keep = 0 if what == "purged" else 3
    await world.bus.jetstream.purge_stream("PROJECT", keep=keep or None)
    state = await streams.state(world.bus.jetstream, Stream.PROJECT)
    await world.service.rows("UPDATE consumer_cursors SET stream_epoch = :epoch", epoch=state.epoch)
    world.consumer()
    await world.ends_well()
    await world.write(4)
    await world.ends_well()
    assert world.owner.asked


async def test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences(world, nats_server, tmp_path):
    """A restore of an older backup: the stream's creation time is the same, its end is not."""
    await begin(world)
    await asyncio.to_thread(nats_server.stop)
    shutil.copytree(nats_server.folder, tmp_path / "backup")
    await asyncio.to_thread(nats_server.start)
    await world.write(10)
    await world.ends_well()
    before = await world.told()
    await asyncio.to_thread(nats_server.stop)
    shutil.rmtree(nats_server.folder)
    shutil.copytree(tmp_path / "backup", nats_server.folder)
    await asyncio.to_thread(nats_server.start)
    await world.write(4)
    await world.ends_well()
    assert (await world.told())[: len(before)] == before
    assert await world.is_told_in_order()


async def test_whoever_comes_late_begins_with_snapshots(world):
    sender = world.relay()
    await world.write(10)
    await world.kit.eventually(world.is_sent)
    sender.stop()
    await world.bus.jetstream.delete_stream("PROJECT")
    await world.service.rows("UPDATE outbox SET created_at = now() - interval '31 days'")
    await world.write(4)
    world.relay()
    world.consumer()
    await world.ends_well()
    assert set(world.owner.asked) == {world.one, world.other}


async def has_last(world, last):
    return (await streams.state(world.bus.jetstream, Stream.PROJECT)).last == last
