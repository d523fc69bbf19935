"""A process is killed, or paused, at the worst moment: between two steps that belong together."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from chassis import streams
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

WINDOW = 1.0
"""Seconds in which the server knows a message's id."""


async def ended(process, within=60):
    assert await asyncio.to_thread(process.wait, within) == -signal.SIGKILL


async def test_a_relay_is_killed_between_publishing_and_marking(world, bus, worker_process):
    """The duplicate window is over when the next relay comes, so that the server would take the messages again."""
    dying = worker_process(f"""
    streams.DUPLICATE_WINDOW = {WINDOW}

    async def mark(*_):
        die()
    backlog.Backlog.mark = mark
    """)
    await world.write(30)
    await ended(dying)
    assert not await world.is_sent()
    sent = await streams.state(bus.jetstream, Stream.PROJECT)
    assert sent.last > 0
    last = await bus.jetstream.get_msg("PROJECT", sent.last)
    await world.kit.eventually(lambda: datetime.now(UTC) - last.time > timedelta(seconds=1.5 * WINDOW))
    worker_process(f"streams.DUPLICATE_WINDOW = {WINDOW}")
    await world.ends_well()
    assert await world.is_told_in_order()
    assert (await bus.jetstream.stream_info("PROJECT")).config.duplicate_window == WINDOW
    again = await bus.jetstream.publish(last.subject, last.data, headers={"Nats-Msg-Id": last.headers["Nats-Msg-Id"]})
    assert not again.duplicate  # the server itself would have stored every one of them twice


async def test_a_consumer_is_killed_between_commit_and_acknowledgement(world, worker_process):
    dying = worker_process("""
    commit = consumer.Consumer._commit

    async def commit_and_die(self, *values):
        await commit(self, *values)
        die()
    consumer.Consumer._commit = commit_and_die
    """)
    await world.write(20)
    await ended(dying)
    worker_process()
    await world.ends_well()


@pytest.mark.parametrize("pause", [0.0, pytest.param(30.0, marks=pytest.mark.long)])
async def test_a_paused_worker_wakes_up_as_a_zombie(world, worker_process, pause):
    """Its sessions were cut and somebody else took over; what it still has in hand must not count."""
    paused = worker_process()
    await world.write(4)
    await world.ends_well()
    os.kill(paused.pid, signal.SIGSTOP)
    await world.write(20)
    holders = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND application_name IN ('relay', 'messaging-svc worker')"
    await world.service.rows(holders, name=world.service.name)
    worker_process()
    await world.ends_well()
    await asyncio.sleep(pause)  # how long it is away
    os.kill(paused.pid, signal.SIGCONT)
    await world.write(20, pause=0.02)
    await world.ends_well()
    assert await world.is_told_in_order()
