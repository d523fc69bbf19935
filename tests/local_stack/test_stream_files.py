"""Streams as files and back, on real servers."""

import asyncio

import nats
import pytest

from local_stack.errors import StackError
from local_stack.nats import Nats
from local_stack.stream_files import restore_streams, save_streams

MESSAGES = 500


async def fill(url):
    client = await nats.connect(url)
    stream = client.jetstream()
    for name in ("ONE", "TWO"):
        await stream.add_stream(name=name, subjects=[f"{name}.>"])
        for count in range(MESSAGES):
            await stream.publish(f"{name}.{count % 7}", f"{name} {count}".encode() * 300)
    await stream.delete_msg("ONE", 7)
    await stream.add_consumer("TWO", durable_name="reader")
    await (await stream.pull_subscribe_bind("reader", "TWO")).fetch(3)
    await client.close()


async def told(url):
    """Every message with its place and time, and how far each consumer is."""
    client = await nats.connect(url)
    stream, found = client.jetstream(), {}
    for name in ("ONE", "TWO"):
        state = (await stream.stream_info(name)).state
        for place in range(1, state.last_seq + 1):
            if (name, place) != ("ONE", 7):
                message = await stream.get_msg(name, place)
                found[name, place] = (message.subject, message.data, message.time)
        found[name] = [(each.name, each.delivered.stream_seq) for each in await stream.consumers_info(name)]
    await client.close()
    return found


@pytest.fixture
def servers(tmp_path):
    """Two, empty."""
    both = [Nats(tmp_path / name) for name in ("first", "other")]
    for server in both:
        server.start()
    yield both
    for server in both:
        server.stop()


def test_streams_come_back_with_every_message_in_its_place(servers, tmp_path):
    first, other = servers
    asyncio.run(fill(first.url))
    assert save_streams(first.url, tmp_path / "saved") == ["ONE", "TWO"]
    assert restore_streams(other.url, tmp_path / "saved") == ["ONE", "TWO"]
    found = asyncio.run(told(other.url))
    assert found == asyncio.run(told(first.url))
    assert len(found) == 2 * MESSAGES - 1 + 2
    with pytest.raises(StackError, match="already in use"):
        restore_streams(other.url, tmp_path / "saved")


def test_a_server_that_is_not_there_is_said(tmp_path, unused_tcp_port):
    with pytest.raises(StackError, match="the streams could not be saved"):
        save_streams(f"nats://127.0.0.1:{unused_tcp_port}", tmp_path / "saved")
